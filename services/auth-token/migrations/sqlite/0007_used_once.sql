-- What may be presented once, by hash, for as long as it would be accepted otherwise: assertions of apps, answers of
-- OpenID Connect providers.
create table used_once (
    hash blob not null primary key,
    expires_at text not null
) strict;
create index used_once_expires_at on used_once (expires_at);
