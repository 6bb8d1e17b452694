-- What happened to an issue, comments among it. user_id is null where an app or the product itself did it; actor says which.
create table activity (
    id integer not null primary key,
    organization_id integer not null,
    project_id integer not null,
    issue_id integer not null,
    kind text not null,
    actor text not null,
    user_id integer,
    app_id integer,
    data text not null,
    created_at text not null
) strict;

create index activity_issue_id_idx on activity (issue_id, created_at desc, id desc);

create table issue_history (
    id integer not null primary key,
    issue_id integer not null,
    state text not null,
    user_id integer,
    entered_at text not null
) strict;

create index issue_history_issue_id_idx on issue_history (issue_id, entered_at, id);
