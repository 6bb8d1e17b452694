create table leases (
    name text not null primary key,
    holder uuid not null,
    expires_at timestamptz not null
);
