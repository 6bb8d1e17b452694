-- One row for each group of events that was committed together, not for each event: it is written and deleted as a
-- whole, which costs a group what it cost an event before.
alter table events add column group_id blob;

alter table unmarked rename to unmarked_0002;
drop index unmarked_recover_at;

create table unmarked (
    group_id blob not null primary key,
    -- When it is handed over again, should it still be here by then.
    recover_at text not null,
    -- The events: 16 bytes each.
    event_ids blob not null
) strict;

create index unmarked_recover_at on unmarked (recover_at);

update events set group_id = id where id in (select event_id from unmarked_0002);
insert into unmarked (group_id, recover_at, event_ids)
    select event_id, recover_at, event_id from unmarked_0002;
drop table unmarked_0002;

-- Which events the newest numbers up to `last` are, 16 bytes each, until there are enough for a row in `sequence_runs`:
-- the row of an installation is written for each group anyway.
alter table sequences add column recent blob not null default x'';
