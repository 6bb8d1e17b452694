-- The database numbers these rows, unlike all others: of two transactions where the second saw the first's
-- effects the second gets the higher number, whatever the clocks of two replicas say.
create table outbox (
    id bigint generated always as identity primary key,
    topic text not null,
    key text not null,
    body bytea not null,
    headers jsonb not null,
    created_at timestamptz not null
);
