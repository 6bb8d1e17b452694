-- definition: the rule as it was asked for, checked.
create table alert_rules (
    id bigint primary key,
    organization_id bigint not null,
    project_id bigint not null,
    name text not null,
    definition text not null,
    created_by bigint,
    created_at timestamptz not null
);

create index alert_rules_project_id_idx on alert_rules (project_id, id);

-- When a rule may speak of an issue again.
create table alert_pauses (
    rule_id bigint not null,
    issue_id bigint not null,
    until timestamptz not null,
    primary key (rule_id, issue_id)
);

create index alert_pauses_issue_id_idx on alert_pauses (issue_id);
