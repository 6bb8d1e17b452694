-- Events are stored with a mask in place of a grant code. The codes are here, by event, as long as the hand-over may need them: JSON, the
-- ids as text.
alter table unmarked add column grant_codes text;

update unmarked set grant_codes = (
    select json_group_object(lower(hex(id)), json_extract(cast(data as text), '$.installation.code'))
    from events
    where events.group_id = unmarked.group_id and resource = 'installation' and action = 'created'
        and json_extract(cast(data as text), '$.installation.code') is not null
    having count(*) > 0
);

update events set data = cast(json_replace(cast(data as text), '$.installation.code', '********') as blob)
where resource = 'installation' and action = 'created';
