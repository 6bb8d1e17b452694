-- The log of requests, ready to be forgotten: the delivery first, whose ids grow with time and hold the event's,
-- so that those of an event are found by it and old rows stand side by side.
alter table attempts rename to attempts_before;
alter index attempts_pkey rename to attempts_before_pkey;
drop index attempts_app;
drop index attempts_failed;
create table attempts (
    delivery_id uuid not null,
    number integer not null,
    accepted_at timestamptz not null,
    event_id uuid not null,
    installation_id uuid not null,
    app_id bigint not null,
    organization_id bigint not null,
    resource text not null,
    action text not null,
    sequence bigint not null,
    webhook_url text not null,
    started_at timestamptz not null,
    duration_ms bigint not null,
    delivered boolean not null,
    -- 0 when there was no answer; `error` says why.
    response_code integer not null,
    error text,
    -- What the app named in its answer.
    error_id text,
    error_project text,
    request_headers jsonb,
    request_body text,
    response_body text,
    body bytea,
    traceparent text,
    unconditional boolean not null,
    primary key (delivery_id, number, accepted_at)
) partition by range (accepted_at);
-- For what has no partition of its own: those are made a few days ahead, and dropped when their time is over.
create table attempts_other partition of attempts default;
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
    delivery_id uuid not null,
    number integer not null,
    accepted_at timestamptz not null,
    event_id uuid not null,
    installation_id uuid not null,
    app_id bigint not null,
    organization_id bigint not null,
    resource text not null,
    action text not null,
    sequence bigint not null,
    webhook_url text not null,
    started_at timestamptz not null,
    duration_ms bigint not null,
    delivered boolean not null,
    -- 0 when there was no answer; `error` says why.
    response_code integer not null,
    error text,
    -- What the app named in its answer.
    error_id text,
    error_project text,
    request_headers jsonb,
    request_body text,
    response_body text,
    body bytea,
    traceparent text,
    unconditional boolean not null,
    primary key (delivery_id, number, accepted_at)
);
create index kept_attempts_app on kept_attempts (app_id, started_at);

-- Jobs that send given-up webhooks again.
create table recoveries (
    id uuid not null primary key,
    app_id bigint not null,
    -- 1 running, 2 done, 3 cancelled
    status integer not null,
    resource text,
    action text,
    installation_id uuid,
    reason text,
    accepted_from timestamptz,
    accepted_to timestamptz,
    rate integer not null,
    total bigint not null,
    recovered bigint not null,
    -- Whoever moves it on does the next share.
    next_at timestamptz not null,
    started_at timestamptz not null,
    ended_at timestamptz
);
create unique index recoveries_app_id_key on recoveries (app_id) where status = 1;
