create table things (
    id integer not null primary key,
    organization_id integer not null,
    slug text not null,
    token blob not null,
    seen_at text not null,
    enabled integer not null,
    ratio real not null,
    note text,
    settings text not null,
    body blob not null,
    unique (organization_id, slug)
) strict;

create table parts (
    id integer not null primary key,
    thing_id integer not null references things (id)
) strict;
create unique index parts_thing_id_key on parts (thing_id) where id > 100;
