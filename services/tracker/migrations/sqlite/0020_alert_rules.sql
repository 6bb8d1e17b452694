-- definition: the rule as it was asked for, checked.
create table alert_rules (
    id integer not null primary key,
    organization_id integer not null,
    project_id integer not null,
    name text not null,
    definition text not null,
    created_by integer,
    created_at text not null
) strict;

create index alert_rules_project_id_idx on alert_rules (project_id, id);

-- When a rule may speak of an issue again.
create table alert_pauses (
    rule_id integer not null,
    issue_id integer not null,
    until text not null,
    primary key (rule_id, issue_id)
) strict;

create index alert_pauses_issue_id_idx on alert_pauses (issue_id);
