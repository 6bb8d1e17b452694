-- Who met an issue: a hash of what identifies them.
create table issue_users (
    issue_id bigint not null,
    user_key uuid not null,
    primary key (issue_id, user_key)
);
