-- Releases in which errors were seen; a higher number is a later one.
create table releases (
    id integer not null primary key,
    project_id integer not null,
    version text not null,
    created_at text not null,
    unique (project_id, version)
) strict;
