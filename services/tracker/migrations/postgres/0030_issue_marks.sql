-- What a user or an app has marked an issue with, for themselves.
create table issue_marks (
    issue_id bigint not null,
    viewer text not null,
    viewer_id bigint not null,
    has_seen boolean not null,
    is_bookmarked boolean not null,
    primary key (issue_id, viewer, viewer_id)
);
