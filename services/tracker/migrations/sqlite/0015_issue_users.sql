-- Who met an issue: a hash of what identifies them.
create table issue_users (
    issue_id integer not null,
    user_key blob not null,
    primary key (issue_id, user_key)
) strict;
