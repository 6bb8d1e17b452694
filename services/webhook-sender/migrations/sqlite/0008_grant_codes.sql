-- Bodies are stored with a mask in place of a grant code. The code is here as long as the webhook waits.
alter table deliveries add column grant_code text;

update deliveries set
    grant_code = case when status in (1, 5) then json_extract(cast(body as text), '$.data.installation.code') end,
    body = cast(json_replace(cast(body as text), '$.data.installation.code', '********') as blob)
where resource = 'installation' and action = 'created';

-- What SQLite cannot parse is a body that was cut.
update attempts set
    response_body = null,
    request_body = case when json_valid(request_body)
        then json_replace(request_body, '$.data.installation.code', '********') end,
    body = cast(json_replace(cast(body as text), '$.data.installation.code', '********') as blob)
where resource = 'installation' and action = 'created';

update kept_attempts set
    response_body = null,
    request_body = case when json_valid(request_body)
        then json_replace(request_body, '$.data.installation.code', '********') end,
    body = cast(json_replace(cast(body as text), '$.data.installation.code', '********') as blob)
where resource = 'installation' and action = 'created';
