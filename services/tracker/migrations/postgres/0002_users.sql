-- email is stored in lower case, so that the plain unique index means "whatever the case".
create table users (
    id bigint primary key,
    email text not null unique,
    name text not null,
    is_superuser boolean not null,
    is_staff boolean not null,
    created_at timestamptz not null
);
