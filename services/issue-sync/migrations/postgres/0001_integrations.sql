-- metadata: encrypted JSON.
create table integrations (
    id bigint primary key,
    provider text not null,
    external_id text not null,
    name text not null,
    metadata bytea not null,
    status text not null,
    created_at timestamptz not null,
    unique (provider, external_id)
);

create table identity_providers (
    id bigint primary key,
    kind text not null,
    external_id text not null,
    unique (kind, external_id)
);

-- data: encrypted JSON.
create table identities (
    id bigint primary key,
    provider_id bigint not null references identity_providers (id),
    external_id text not null,
    user_id bigint not null,
    scopes jsonb not null,
    data bytea not null,
    verified_at timestamptz not null,
    unique (provider_id, external_id),
    unique (provider_id, user_id)
);

create table organization_integrations (
    id bigint primary key,
    organization_id bigint not null,
    organization_slug text not null,
    integration_id bigint not null references integrations (id),
    config jsonb not null,
    identity_id bigint references identities (id),
    status text not null,
    grace_period_end timestamptz,
    created_at timestamptz not null,
    unique (organization_id, integration_id)
);

create index organization_integrations_integration_id_idx on organization_integrations (integration_id);
create index organization_integrations_identity_id_idx on organization_integrations (identity_id);
create index organization_integrations_status_idx on organization_integrations (status, id);

-- The statuses that tickets of a project get.
create table status_mappings (
    id bigint primary key,
    organization_integration_id bigint not null references organization_integrations (id),
    external_id text not null,
    resolved_status text not null,
    unresolved_status text not null,
    unique (organization_integration_id, external_id)
);
