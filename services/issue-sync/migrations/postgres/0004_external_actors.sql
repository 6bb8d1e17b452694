-- actor: `user:<id>` or `team:<id>`.
create table external_actors (
    id bigint primary key,
    organization_id bigint not null,
    integration_id bigint not null,
    provider text not null,
    actor text not null,
    name text not null,
    external_id text,
    created_at timestamptz not null,
    unique (organization_id, provider, name, actor)
);

create index external_actors_integration_id_idx on external_actors (integration_id, organization_id);
