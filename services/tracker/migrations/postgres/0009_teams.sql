-- Who leaves the organization leaves its teams.
create table teams (
    id bigint primary key,
    organization_id bigint not null references organizations (id),
    slug text not null,
    name text not null,
    created_at timestamptz not null,
    unique (organization_id, slug)
);

create table team_members (
    team_id bigint not null references teams (id) on delete cascade,
    organization_id bigint not null,
    user_id bigint not null,
    primary key (team_id, user_id),
    foreign key (organization_id, user_id) references memberships (organization_id, user_id) on delete cascade
);

create index team_members_user_id_idx on team_members (organization_id, user_id);

create table project_teams (
    project_id bigint not null references projects (id),
    team_id bigint not null references teams (id) on delete cascade,
    primary key (project_id, team_id)
);

create index project_teams_team_id_idx on project_teams (team_id);
