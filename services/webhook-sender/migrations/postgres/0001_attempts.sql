-- One row per request that was sent. A webhook that arrived at its first attempt has this row only, with
-- its body; every other one has a row in `deliveries`, and the body there.
create table attempts (
    event_id uuid not null,
    delivery_id uuid not null,
    number integer not null,
    installation_id uuid not null,
    app_id bigint not null,
    organization_id bigint not null,
    resource text not null,
    action text not null,
    webhook_url text not null,
    accepted_at timestamptz not null,
    started_at timestamptz not null,
    duration_ms bigint not null,
    delivered boolean not null,
    -- 0 when there was no answer; `error` says why.
    response_code integer not null,
    error text,
    -- These three of failed attempts only.
    request_headers jsonb,
    request_body text,
    response_body text,
    body bytea,
    traceparent text,
    unconditional boolean not null,
    -- The event first: its deliveries are looked up together, and its ids grow with time, so that new
    -- entries land side by side.
    primary key (event_id, delivery_id, number)
);
create index attempts_app on attempts (app_id, started_at);
create index attempts_failed on attempts (app_id, started_at) where not delivered;
