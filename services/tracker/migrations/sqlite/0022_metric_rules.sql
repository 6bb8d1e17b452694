-- How many errors a project had in each minute since the epoch.
create table project_counts (
    project_id integer not null,
    minute integer not null,
    count integer not null,
    primary key (project_id, minute)
) strict;

create index project_counts_minute_idx on project_counts (minute);

-- severity of the incident that is open, 0 for none.
create table metric_rules (
    id integer not null primary key,
    organization_id integer not null,
    project_id integer not null,
    name text not null,
    definition text not null,
    severity integer not null,
    incident_id integer,
    created_by integer,
    created_at text not null
) strict;

create index metric_rules_project_id_idx on metric_rules (project_id);
create index metric_rules_organization_id_idx on metric_rules (organization_id, id);

create table metric_incidents (
    id integer not null primary key,
    organization_id integer not null,
    rule_id integer not null,
    identifier integer not null,
    started_at text not null,
    closed_at text,
    unique (organization_id, identifier)
) strict;

create index metric_incidents_rule_id_idx on metric_incidents (rule_id);
