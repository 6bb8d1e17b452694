create table organizations (
    id bigint primary key,
    slug text not null unique,
    name text not null,
    created_at timestamptz not null
);
