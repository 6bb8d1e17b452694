-- Events are written once. What changes about them lies in tables of its own, so that old events go away by whole
-- ranges of ids, which begin with the time of acceptance.
alter table events rename to events_0001;

create table events (
    id blob not null,
    organization_id integer not null,
    resource text not null,
    action text not null,
    -- JSON, kept as text because the json types of PostgreSQL refuse an escaped zero. Null: the product itself.
    actor text,
    project_id integer,
    -- JSON likewise. Null: whoever subscribed.
    targets text,
    ordering_key blob,
    traceparent text,
    accepted_at text not null,
    -- Who gets it, under which number, and who would but for one reason: encoded, see `store::decisions`. Null as long
    -- as subscriptions are not known.
    decisions blob,
    -- Last, so that the columns before it are read without it.
    data blob not null,
    primary key (id)
) strict;

-- Which events the numbers first..last of an installation are: 16 bytes each. One row for each group of events that
-- was committed together, not for each event.
create table sequence_runs (
    installation_id blob not null,
    last integer not null,
    -- Of the first event, by which time the row is kept.
    first_event_id blob not null,
    first integer not null,
    event_ids blob not null,
    primary key (installation_id, last, first_event_id)
) strict;

create index sequence_runs_first_event_id on sequence_runs (first_event_id);

-- What keeps an event from being accepted twice. Apart from the events, because a key is forgotten earlier and must be
-- unique over all of them.
create table idempotency_keys (
    organization_id integer not null,
    -- Bytes, not text: a key is only ever compared.
    key blob not null,
    event_id blob not null,
    accepted_at text not null,
    primary key (organization_id, key)
) strict;

create index idempotency_keys_accepted_at on idempotency_keys (accepted_at);

-- Events still to be handed over. Apart from the events, so that those are written once and never touched again.
create table unmarked (
    event_id blob not null primary key,
    -- When it is handed over again, should it still be here by then.
    recover_at text not null
) strict;

create index unmarked_recover_at on unmarked (recover_at);

-- The last number given to a webhook of each installation. Whoever raises it holds its lock until the events that
-- have the numbers are committed: numbers become visible in their order and without a gap.
create table sequences (
    installation_id blob not null primary key,
    last integer not null
) strict;

insert into events (id, organization_id, resource, action, actor, project_id, targets, traceparent, accepted_at, data)
    select id, organization_id, resource, action, actor, project_id, targets, traceparent, accepted_at, data
    from events_0001;
insert into unmarked (event_id, recover_at) select id, recover_at from events_0001 where fanned_out_at is null;
insert into idempotency_keys (organization_id, key, event_id, accepted_at)
    select organization_id, idempotency_key, id, accepted_at from events_0001 where idempotency_key is not null;
drop table events_0001;
