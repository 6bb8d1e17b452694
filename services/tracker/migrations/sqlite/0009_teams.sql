-- Who leaves the organization leaves its teams.
create table teams (
    id integer not null primary key,
    organization_id integer not null references organizations (id),
    slug text not null,
    name text not null,
    created_at text not null,
    unique (organization_id, slug)
) strict;

create table team_members (
    team_id integer not null references teams (id) on delete cascade,
    organization_id integer not null,
    user_id integer not null,
    primary key (team_id, user_id),
    foreign key (organization_id, user_id) references memberships (organization_id, user_id) on delete cascade
) strict;

create index team_members_user_id_idx on team_members (organization_id, user_id);

create table project_teams (
    project_id integer not null references projects (id),
    team_id integer not null references teams (id) on delete cascade,
    primary key (project_id, team_id)
) strict;

create index project_teams_team_id_idx on project_teams (team_id);
