create table leases (
    name text not null primary key,
    holder blob not null,
    expires_at text not null
) strict, without rowid;
