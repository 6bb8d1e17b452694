-- Releases in which errors were seen; a higher number is a later one.
create table releases (
    id bigint primary key,
    project_id bigint not null,
    version text not null,
    created_at timestamptz not null,
    unique (project_id, version)
);
