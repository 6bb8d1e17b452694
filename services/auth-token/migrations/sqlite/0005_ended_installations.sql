-- Installations whose tokens were revoked for good. A mint that was on its way meanwhile finds its installation
-- here, so that no token survives.
create table ended_installations (
    installation_uuid blob not null primary key,
    ended_at text not null
) strict;
create index ended_installations_ended_at on ended_installations (ended_at);
