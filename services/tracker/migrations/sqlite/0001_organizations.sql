create table organizations (
    id integer not null primary key,
    slug text not null unique,
    name text not null,
    created_at text not null
) strict;
