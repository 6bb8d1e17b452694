create table external_issues (
    id bigint primary key,
    organization_id bigint not null,
    issue_id bigint not null,
    app_id bigint not null,
    app_slug text not null,
    display_name text not null,
    web_url text not null,
    created_at timestamptz not null,
    unique (issue_id, app_id)
);
