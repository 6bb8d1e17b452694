-- What happened to an issue, comments among it. user_id is null where an app or the product itself did it; actor says which.
create table activity (
    id bigint primary key,
    organization_id bigint not null,
    project_id bigint not null,
    issue_id bigint not null,
    kind text not null,
    actor text not null,
    user_id bigint,
    app_id bigint,
    data text not null,
    created_at timestamptz not null
);

create index activity_issue_id_idx on activity (issue_id, created_at desc, id desc);

create table issue_history (
    id bigint primary key,
    issue_id bigint not null,
    state text not null,
    user_id bigint,
    entered_at timestamptz not null
);

create index issue_history_issue_id_idx on issue_history (issue_id, entered_at, id);
