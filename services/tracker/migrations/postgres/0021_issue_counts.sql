-- How often an issue was seen, for rules that count: in buckets of a twentieth of the rule's interval.
create table issue_counts (
    interval_seconds bigint not null,
    issue_id bigint not null,
    bucket bigint not null,
    count bigint not null,
    primary key (interval_seconds, issue_id, bucket)
);

create index issue_counts_issue_id_idx on issue_counts (issue_id);
