-- Everything by which a list is narrowed stands at the end of the index of its order, so that what is passed over is passed over
-- without looking at the row.
drop index issues_organization_date_idx;
drop index issues_organization_new_idx;
drop index issues_project_date_idx;
drop index issues_project_new_idx;

create index issues_organization_date_idx on issues
    (organization_id, last_seen desc, id desc, status, assigned_user_id, assigned_team_id, project_id);
create index issues_organization_new_idx on issues
    (organization_id, id desc, status, assigned_user_id, assigned_team_id, project_id);
create index issues_project_date_idx on issues
    (project_id, last_seen desc, id desc, status, assigned_user_id, assigned_team_id);
create index issues_project_new_idx on issues (project_id, id desc, status, assigned_user_id, assigned_team_id);
