-- One for each order in which issues are listed. The status stands at the end, so that those of another status are passed
-- over without looking at the row.
create index issues_organization_date_idx on issues (organization_id, last_seen desc, id desc, status);
create index issues_organization_new_idx on issues (organization_id, id desc, status);
create index issues_project_date_idx on issues (project_id, last_seen desc, id desc, status);
create index issues_project_new_idx on issues (project_id, id desc, status);
create index issues_assigned_user_idx on issues (assigned_user_id, organization_id, last_seen desc, id desc)
    where assigned_user_id is not null;
create index issues_assigned_team_idx on issues (assigned_team_id, organization_id, last_seen desc, id desc)
    where assigned_team_id is not null;
