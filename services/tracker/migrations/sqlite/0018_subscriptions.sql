-- Who hears of an issue, and why; is_active is false for who asked not to.
create table issue_subscriptions (
    issue_id integer not null,
    subscriber text not null,
    subscriber_id integer not null,
    reason text not null,
    is_active integer not null,
    created_at text not null,
    primary key (issue_id, subscriber, subscriber_id)
) strict;
