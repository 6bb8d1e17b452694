-- Who hears of an issue, and why; is_active is false for who asked not to.
create table issue_subscriptions (
    issue_id bigint not null,
    subscriber text not null,
    subscriber_id bigint not null,
    reason text not null,
    is_active boolean not null,
    created_at timestamptz not null,
    primary key (issue_id, subscriber, subscriber_id)
);
