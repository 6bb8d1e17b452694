use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result, Tx};

use crate::domain::issue::assignee::Assignee;
use crate::domain::issue::document::SubscriptionDocument;

/// Reasons of a subscription.
pub(crate) const ASSIGNED: &str = "assigned";
pub(crate) const COMMENT: &str = "comment";
pub(crate) const STATUS_CHANGE: &str = "status_change";
pub(crate) const UNKNOWN: &str = "unknown";

const USER: &str = "user";

/// Subscribes a user, unless they have subscribed or unsubscribed before.
pub(crate) async fn subscribe_user(
    tx: &mut Tx,
    issue_id: i64,
    user_id: i64,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    subscribe(tx, issue_id, (USER, user_id), reason, now).await
}

/// Subscribes the assignee of an issue.
pub(crate) async fn subscribe_assignee(
    tx: &mut Tx,
    issue_id: i64,
    assignee: &Assignee,
    now: DateTime<Utc>,
) -> Result<()> {
    subscribe(tx, issue_id, (assignee.kind(), assignee.id()), ASSIGNED, now).await
}

async fn subscribe(
    tx: &mut Tx,
    issue_id: i64,
    (subscriber, id): (&str, i64),
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.query(
        "insert into issue_subscriptions (issue_id, subscriber, subscriber_id, reason, is_active, created_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (issue_id, subscriber, subscriber_id) do nothing",
    )
    .bind(issue_id)
    .bind(subscriber)
    .bind(id)
    .bind(reason)
    .bind(true)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// Ends the subscription of a former assignee, unless they are in the newly assigned `team`.
pub(crate) async fn unsubscribe_assignee(
    tx: &mut Tx,
    issue_id: i64,
    assignee: &Assignee,
    team: Option<i64>,
) -> Result<()> {
    tx.query(
        "delete from issue_subscriptions
         where issue_id = $1 and subscriber = $2 and subscriber_id = $3 and reason = 'assigned'
             and not exists (
                 select 1 from team_members m
                 where $2 = 'user' and m.team_id = $4 and m.user_id = issue_subscriptions.subscriber_id
             )",
    )
    .bind(issue_id)
    .bind(assignee.kind())
    .bind(assignee.id())
    .bind(team.unwrap_or_default())
    .execute()
    .await
    .map(drop)
}

/// Sets the subscription of a user.
pub(crate) async fn set(
    tx: &mut Tx,
    issue_id: i64,
    user_id: i64,
    active: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.query(
        "insert into issue_subscriptions (issue_id, subscriber, subscriber_id, reason, is_active, created_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (issue_id, subscriber, subscriber_id) do update set is_active = excluded.is_active",
    )
    .bind(issue_id)
    .bind(USER)
    .bind(user_id)
    .bind(UNKNOWN)
    .bind(active)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// The subscriptions of a user to these issues.
pub(crate) async fn of_user(
    db: &Db,
    user_id: i64,
    issue_ids: &[i64],
) -> Result<Vec<(i64, SubscriptionDocument)>> {
    let rows: Vec<(i64, String, bool)> = db
        .query(
            "select issue_id, reason, is_active from issue_subscriptions
             where subscriber = 'user' and subscriber_id = $1 and issue_id in ($list)",
        )
        .bind(user_id)
        .bind_list(issue_ids)
        .fetch_all()
        .await?;
    let read = |(issue_id, reason, is_active): (i64, String, bool)| {
        let subscription = if is_active {
            SubscriptionDocument::Reason(reason)
        } else {
            SubscriptionDocument::Disabled(true)
        };
        (issue_id, subscription)
    };
    Ok(rows.into_iter().map(read).collect())
}
