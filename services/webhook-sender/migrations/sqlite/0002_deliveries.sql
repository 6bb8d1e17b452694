-- Webhooks that did not arrive at their first attempt: to be sent later, sent later, or given up.
create table deliveries (
    delivery_id blob not null primary key,
    event_id blob not null,
    installation_id blob not null,
    app_id integer not null,
    organization_id integer not null,
    resource text not null,
    action text not null,
    body blob not null,
    accepted_at text not null,
    traceparent text,
    unconditional integer not null,
    -- 1 pending, 2 delivered, 3 dead, 4 dropped
    status integer not null,
    attempts integer not null,
    -- Claiming a delivery moves this to the end of the lease, so one whose worker died comes back by itself.
    due_at text not null,
    -- Status of the last answer, 0 without one.
    response_code integer not null,
    -- Why it waits, is dead or was dropped.
    reason text,
    updated_at text not null
) strict;
create index deliveries_due on deliveries (app_id, due_at) where status = 1;
create index deliveries_waiting on deliveries (accepted_at) where status = 1;
create index deliveries_event on deliveries (event_id);
