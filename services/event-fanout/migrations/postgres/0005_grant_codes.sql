-- Events are stored with a mask in place of a grant code. The codes are here, by event, as long as the hand-over may need them: JSON, the
-- ids as text.
alter table unmarked add column grant_codes text;

update unmarked set grant_codes = (
    select json_object_agg(
        events.id, substring(convert_from(events.data, 'UTF8') from '"code":"([^"]+)"')
    )::text
    from events
    where events.group_id = unmarked.group_id and resource = 'installation' and action = 'created'
        and convert_from(events.data, 'UTF8') ~ '"code":"[^"]+"'
);

update events set data = convert_to(
    regexp_replace(convert_from(data, 'UTF8'), '"code":"[^"]*"', '"code":"********"'), 'UTF8'
)
where resource = 'installation' and action = 'created';
