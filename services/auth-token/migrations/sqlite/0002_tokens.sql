-- Sessions are tokens too, so that whatever a request carries is found by one index.
create table tokens (
    id integer not null primary key,
    kind text not null check (kind in ('installation', 'user', 'session')),
    installation_uuid blob,
    app_id integer,
    organization_id integer,
    user_id integer,
    family_id blob,
    token_hash blob not null,
    refresh_hash blob,
    last_four text not null,
    scopes text not null,
    name text,
    created_at text not null,
    expires_at text,
    replaced_at text,
    successor_id integer,
    check ((kind = 'installation') = (installation_uuid is not null and app_id is not null and organization_id is not null)),
    check ((kind = 'installation') = (user_id is null)),
    check ((replaced_at is null) = (successor_id is null))
) strict;
create unique index tokens_token_hash_key on tokens (token_hash);
create unique index tokens_refresh_hash_key on tokens (refresh_hash);
create index tokens_installation_uuid on tokens (installation_uuid);
create index tokens_family_id on tokens (family_id);
create index tokens_replaced_at on tokens (replaced_at) where replaced_at is not null;
create index tokens_session_expires_at on tokens (expires_at) where kind = 'session';
