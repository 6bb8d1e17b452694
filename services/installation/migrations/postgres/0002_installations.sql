-- Removed installations stay, with status pending_deletion, so that watchers hear of the removal.
create table installations (
    id bigint not null primary key,
    uuid uuid not null unique,
    app_id bigint not null references apps (id),
    organization_id bigint not null,
    organization_slug text not null,
    status text not null,
    created_at timestamptz not null,
    removed_at timestamptz,
    version bigint not null
);
create unique index installations_app_id_organization_id_key on installations (app_id, organization_id)
    where status <> 'pending_deletion';
create index installations_organization_id_idx on installations (organization_id, id);
create index installations_version_idx on installations (version, id);
