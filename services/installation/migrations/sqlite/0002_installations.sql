-- Removed installations stay, with status pending_deletion, so that watchers hear of the removal.
create table installations (
    id integer not null primary key,
    uuid blob not null unique,
    app_id integer not null references apps (id),
    organization_id integer not null,
    organization_slug text not null,
    status text not null,
    created_at text not null,
    removed_at text,
    version integer not null
) strict;
create unique index installations_app_id_organization_id_key on installations (app_id, organization_id)
    where status <> 'pending_deletion';
create index installations_organization_id_idx on installations (organization_id, id);
create index installations_version_idx on installations (version, id);
