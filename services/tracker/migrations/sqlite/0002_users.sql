-- email is stored in lower case, so that the plain unique index means "whatever the case".
create table users (
    id integer not null primary key,
    email text not null unique,
    name text not null,
    is_superuser integer not null,
    is_staff integer not null,
    created_at text not null
) strict;
