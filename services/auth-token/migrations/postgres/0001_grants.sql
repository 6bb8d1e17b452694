-- The code itself is derived from id with a server key; only its hash is kept.
create table grants (
    installation_uuid uuid not null primary key,
    id uuid not null,
    code_hash bytea not null,
    app_id bigint not null,
    organization_id bigint not null,
    expires_at timestamptz not null
);
create unique index grants_code_hash_key on grants (code_hash);
create index grants_expires_at on grants (expires_at);
