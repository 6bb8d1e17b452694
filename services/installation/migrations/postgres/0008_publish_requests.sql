create table publish_requests (
    id bigint not null primary key,
    app_id bigint not null references apps (id),
    requester_id bigint not null,
    requester_name text not null,
    requester_email text not null,
    questionnaire jsonb not null,
    requested_at timestamptz not null,
    decided_at timestamptz,
    approved boolean,
    note text
);
create unique index publish_requests_app_id_key on publish_requests (app_id) where decided_at is null;
create index publish_requests_id_idx on publish_requests (id) where decided_at is null;
