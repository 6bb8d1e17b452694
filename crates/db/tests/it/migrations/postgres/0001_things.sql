create table things (
    id bigint not null primary key,
    organization_id bigint not null,
    slug text not null,
    token uuid not null,
    seen_at timestamptz not null,
    enabled boolean not null,
    ratio double precision not null,
    note text,
    settings jsonb not null,
    body bytea not null,
    unique (organization_id, slug)
);

create table parts (
    id bigint not null primary key,
    thing_id bigint not null references things (id)
);
create unique index parts_thing_id_key on parts (thing_id) where id > 100;
