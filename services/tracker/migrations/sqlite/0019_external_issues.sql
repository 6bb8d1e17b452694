create table external_issues (
    id integer not null primary key,
    organization_id integer not null,
    issue_id integer not null,
    app_id integer not null,
    app_slug text not null,
    display_name text not null,
    web_url text not null,
    created_at text not null,
    unique (issue_id, app_id)
) strict;
