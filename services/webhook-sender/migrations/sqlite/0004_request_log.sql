-- The log of requests, ready to be forgotten: the delivery first, whose ids grow with time and hold the event's,
-- so that those of an event are found by it and old rows stand side by side.
alter table attempts rename to attempts_before;
drop index attempts_app;
drop index attempts_failed;
create table attempts (
    delivery_id blob not null,
    number integer not null,
    accepted_at text not null,
    event_id blob not null,
    installation_id blob not null,
    app_id integer not null,
    organization_id integer not null,
    resource text not null,
    action text not null,
    sequence integer not null,
    webhook_url text not null,
    started_at text not null,
    duration_ms integer not null,
    delivered integer not null,
    -- 0 when there was no answer; `error` says why.
    response_code integer not null,
    error text,
    -- What the app named in its answer.
    error_id text,
    error_project text,
    request_headers text,
    request_body text,
    response_body text,
    body blob,
    traceparent text,
    unconditional integer not null,
    primary key (delivery_id, number, accepted_at)
) strict;
create index attempts_app on attempts (app_id, started_at);
create index attempts_failed on attempts (app_id, started_at) where not delivered;
insert into attempts (
    event_id, delivery_id, number, installation_id, app_id, organization_id, resource, action, webhook_url,
    accepted_at, started_at, duration_ms, delivered, response_code, error, request_headers, request_body,
    response_body, body, traceparent, unconditional, sequence
)
select event_id, delivery_id, number, installation_id, app_id, organization_id, resource, action, webhook_url,
    accepted_at, started_at, duration_ms, delivered, response_code, error, request_headers, request_body,
    response_body, body, traceparent, unconditional, 0
from attempts_before;
drop table attempts_before;

-- The newest hundred requests, and failed requests, of each app and event type that are too old for `attempts`.
create table kept_attempts (
    delivery_id blob not null,
    number integer not null,
    accepted_at text not null,
    event_id blob not null,
    installation_id blob not null,
    app_id integer not null,
    organization_id integer not null,
    resource text not null,
    action text not null,
    sequence integer not null,
    webhook_url text not null,
    started_at text not null,
    duration_ms integer not null,
    delivered integer not null,
    -- 0 when there was no answer; `error` says why.
    response_code integer not null,
    error text,
    -- What the app named in its answer.
    error_id text,
    error_project text,
    request_headers text,
    request_body text,
    response_body text,
    body blob,
    traceparent text,
    unconditional integer not null,
    primary key (delivery_id, number, accepted_at)
) strict;
create index kept_attempts_app on kept_attempts (app_id, started_at);

-- Jobs that send given-up webhooks again.
create table recoveries (
    id blob not null primary key,
    app_id integer not null,
    -- 1 running, 2 done, 3 cancelled
    status integer not null,
    resource text,
    action text,
    installation_id blob,
    reason text,
    accepted_from text,
    accepted_to text,
    rate integer not null,
    total integer not null,
    recovered integer not null,
    -- Whoever moves it on does the next share.
    next_at text not null,
    started_at text not null,
    ended_at text
) strict;
create unique index recoveries_app_id_key on recoveries (app_id) where status = 1;
