-- How many errors a project had in each minute since the epoch.
create table project_counts (
    project_id bigint not null,
    minute bigint not null,
    count bigint not null,
    primary key (project_id, minute)
);

create index project_counts_minute_idx on project_counts (minute);

-- severity of the incident that is open, 0 for none.
create table metric_rules (
    id bigint primary key,
    organization_id bigint not null,
    project_id bigint not null,
    name text not null,
    definition text not null,
    severity bigint not null,
    incident_id bigint,
    created_by bigint,
    created_at timestamptz not null
);

create index metric_rules_project_id_idx on metric_rules (project_id);
create index metric_rules_organization_id_idx on metric_rules (organization_id, id);

create table metric_incidents (
    id bigint primary key,
    organization_id bigint not null,
    rule_id bigint not null,
    identifier bigint not null,
    started_at timestamptz not null,
    closed_at timestamptz,
    unique (organization_id, identifier)
);

create index metric_incidents_rule_id_idx on metric_incidents (rule_id);
