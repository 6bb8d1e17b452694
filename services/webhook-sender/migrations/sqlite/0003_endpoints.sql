-- What one replica has found out about an app's endpoint and all of them go by.
create table endpoints (
    app_id integer not null primary key,
    -- Of two writers' words the one with the higher number counts.
    version integer not null,
    -- 1 closed, 2 open, 3 draining
    breaker integer not null,
    broken_since text,
    -- When the next probe, or the next share of a drain, is due. Whoever moves it on does it.
    next_at text not null,
    failed_probes integer not null,
    draining_since text
) strict;
create index endpoints_broken on endpoints (app_id) where breaker <> 1;
-- Attempts by app and hour.
create table endpoint_hours (
    app_id integer not null,
    hour text not null,
    succeeded integer not null,
    failed integer not null,
    -- Those of the failed ones that were not answered in time.
    timeouts integer not null,
    last_delivered_at text,
    last_failed_at text,
    last_failure text,
    primary key (app_id, hour)
) strict;

alter table deliveries add column ordering_key text not null default '';
alter table deliveries add column sequence integer not null default 0;
-- Attempts made before the present schedule began: resending begins a new one.
alter table deliveries add column schedule_from integer not null default 0;

-- Status 5 from now on: kept until its installation or app may be sent webhooks again.
create index deliveries_lines on deliveries (app_id, installation_id, due_at) where status = 1;
-- In the order of acceptance: event ids grow with time. Delivery ids do too, so those of an event are found by them.
create index deliveries_accepted on deliveries (app_id, event_id) where status = 1;
drop index deliveries_event;
create index deliveries_ordered on deliveries (app_id, installation_id, ordering_key, sequence, event_id)
    where status in (1, 5);
create index deliveries_held on deliveries (installation_id) where status = 5;
create index deliveries_dead on deliveries (app_id, event_id) where status = 3;
create index deliveries_ended on deliveries (updated_at) where status in (2, 3, 4);
