-- Tickets that issues are linked to. assignee_updated_at, status_updated_at: time of the last change that was applied.
create table external_issues (
    id bigint primary key,
    organization_id bigint not null,
    integration_id bigint not null references integrations (id),
    key text not null,
    title text not null,
    description text not null,
    metadata jsonb not null,
    assignee_updated_at timestamptz,
    status_updated_at timestamptz,
    unique (organization_id, integration_id, key)
);

create index external_issues_integration_id_key_idx on external_issues (integration_id, key);

create table issue_links (
    id bigint primary key,
    organization_id bigint not null,
    integration_id bigint not null,
    issue_id bigint not null,
    project_id bigint not null,
    external_issue_id bigint not null references external_issues (id),
    created_at timestamptz not null,
    unique (issue_id, external_issue_id)
);

create index issue_links_external_issue_id_idx on issue_links (external_issue_id);

-- Calls that create or link a ticket now, and the results of those with an idempotency key.
create table link_claims (
    name text primary key,
    link_id bigint,
    until timestamptz not null
);

create index link_claims_until_idx on link_claims (until);

-- Values that forms propose; user_id is 0 for those of everybody.
create table form_defaults (
    organization_id bigint not null,
    integration_id bigint not null,
    project_id bigint not null,
    user_id bigint not null,
    fields jsonb not null,
    primary key (organization_id, integration_id, project_id, user_id)
);
