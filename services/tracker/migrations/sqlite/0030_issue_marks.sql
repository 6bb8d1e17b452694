-- What a user or an app has marked an issue with, for themselves.
create table issue_marks (
    issue_id integer not null,
    viewer text not null,
    viewer_id integer not null,
    has_seen integer not null,
    is_bookmarked integer not null,
    primary key (issue_id, viewer, viewer_id)
) strict;
