-- Messages of the outbox that nobody can handle: out of the way of the others, and kept for a person to look at.
create table outbox_dead (
    id bigint not null primary key,
    topic text not null,
    key text not null,
    body bytea not null,
    headers jsonb not null,
    created_at timestamptz not null,
    reason text not null,
    died_at timestamptz not null
);
