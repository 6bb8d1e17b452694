-- The code itself is derived from id with a server key; only its hash is kept.
create table grants (
    installation_uuid blob not null primary key,
    id blob not null,
    code_hash blob not null,
    app_id integer not null,
    organization_id integer not null,
    expires_at text not null
) strict;
create unique index grants_code_hash_key on grants (code_hash);
create index grants_expires_at on grants (expires_at);
