-- metadata is text, not jsonb: its keys keep the order in which they came.
create table issues (
    id bigint primary key,
    organization_id bigint not null references organizations (id),
    project_id bigint not null references projects (id),
    number bigint not null,
    title text not null,
    culprit text not null,
    kind text not null,
    level text not null,
    platform text not null,
    metadata text not null,
    status text not null,
    times_seen bigint not null,
    user_count bigint not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    unique (project_id, number)
);
