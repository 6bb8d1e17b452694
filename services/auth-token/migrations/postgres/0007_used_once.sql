-- What may be presented once, by hash, for as long as it would be accepted otherwise: assertions of apps, answers of
-- OpenID Connect providers.
create table used_once (
    hash bytea not null primary key,
    expires_at timestamptz not null
);
create index used_once_expires_at on used_once (expires_at);
