-- Every replica follows this list. Versions are handed out under the lock of the one row of
-- revocation_version, which is held until the commit: whoever sees a version sees all before it.
create table revocation_version (
    only_row integer not null primary key check (only_row = 1),
    version integer not null
) strict;
insert into revocation_version (only_row, version) values (1, 0);
create table revocations (
    version integer not null primary key,
    token_hash blob not null,
    revoked_at text not null
) strict;
create index revocations_revoked_at on revocations (revoked_at);
