-- Events are written once. What changes about them lies in tables of its own, so that old events go away by whole
-- partitions. Ids begin with the time of acceptance, so ranges of ids are ranges of time; the service makes
-- a partition for each day ahead of time.
alter table events rename to events_0001;
alter index events_pkey rename to events_0001_pkey;

create table events (
    id uuid not null,
    organization_id bigint not null,
    resource text not null,
    action text not null,
    -- JSON, kept as text because the json types of PostgreSQL refuse an escaped zero. Null: the product itself.
    actor text,
    project_id bigint,
    -- JSON likewise. Null: whoever subscribed.
    targets text,
    ordering_key bytea,
    traceparent text,
    accepted_at timestamptz not null,
    -- Who gets it, under which number, and who would but for one reason: encoded, see `store::decisions`. Null as long
    -- as subscriptions are not known.
    decisions bytea,
    data bytea not null,
    primary key (id)
) partition by range (id);

-- For what no day was made for, for example because a clock was wrong.
create table events_default partition of events default;

-- Which events the numbers first..last of an installation are: 16 bytes each. One row for each group of events that
-- was committed together, not for each event.
create table sequence_runs (
    installation_id uuid not null,
    last bigint not null,
    -- Of the first event, by which time the row is kept.
    first_event_id uuid not null,
    first bigint not null,
    event_ids bytea not null,
    primary key (installation_id, last, first_event_id)
) partition by range (first_event_id);

create table sequence_runs_default partition of sequence_runs default;

-- What keeps an event from being accepted twice. Apart from the events, because a key is forgotten earlier and must be
-- unique over all of them.
create table idempotency_keys (
    organization_id bigint not null,
    -- Bytes, not text: a key is only ever compared.
    key bytea not null,
    event_id uuid not null,
    accepted_at timestamptz not null,
    primary key (organization_id, key)
);

create index idempotency_keys_accepted_at on idempotency_keys (accepted_at);

-- Events still to be handed over. Apart from the events, so that those are written once and never touched again.
create table unmarked (
    event_id uuid not null primary key,
    -- When it is handed over again, should it still be here by then.
    recover_at timestamptz not null
);

create index unmarked_recover_at on unmarked (recover_at);

-- The last number given to a webhook of each installation. Whoever raises it holds its lock until the events that
-- have the numbers are committed: numbers become visible in their order and without a gap.
create table sequences (
    installation_id uuid not null primary key,
    last bigint not null
);

insert into events (id, organization_id, resource, action, actor, project_id, targets, traceparent, accepted_at, data)
    select id, organization_id, resource, action, actor, project_id, targets, traceparent, accepted_at, data
    from events_0001;
insert into unmarked (event_id, recover_at) select id, recover_at from events_0001 where fanned_out_at is null;
insert into idempotency_keys (organization_id, key, event_id, accepted_at)
    select organization_id, idempotency_key, id, accepted_at from events_0001 where idempotency_key is not null;
drop table events_0001;
