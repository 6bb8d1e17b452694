use chrono::{DateTime, Utc};
use patchbay_db::{Blob, Db, Result};
use uuid::Uuid;

use super::event_ids;
use super::grant_codes::{self, GrantCodes};

/// A group of events that were committed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) id: Uuid,
    pub(crate) events: Vec<Uuid>,
    pub(crate) grant_codes: GrantCodes,
}

/// Claims the groups that are due to be handed over again until `until`, the longest due first, and returns them in the order of
/// acceptance. A group that is due after `horizon` was postponed before the clock was set back, so it counts as due.
pub(crate) async fn claim_unmarked(
    db: &Db,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    horizon: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<Group>> {
    let claimed: Vec<(Uuid, Blob, Option<String>)> = db
        .query_per_engine(
            "with due as (
                 select group_id from unmarked where recover_at <= $1 or recover_at > $4
                 order by recover_at limit $3 for update skip locked
             )
             update unmarked set recover_at = $2 from due where unmarked.group_id = due.group_id
             returning unmarked.group_id, event_ids, grant_codes",
            "update unmarked set recover_at = $2 where group_id in (
                 select group_id from unmarked where recover_at <= $1 or recover_at > $4
                 order by recover_at limit $3
             )
             returning group_id, event_ids, grant_codes",
        )
        .bind(now)
        .bind(until)
        .bind(i64::from(limit))
        .bind(horizon)
        .fetch_all()
        .await?;
    let group = |(id, events, codes): (Uuid, Blob, Option<String>)| {
        let (events, grant_codes) = (event_ids::decode(&events).collect(), grant_codes::decode(id, codes)?);
        Ok(Group { id, events, grant_codes })
    };
    let mut groups: Vec<Group> = claimed.into_iter().map(group).collect::<Result<_>>()?;
    groups.sort_by_key(|group| group.id);
    Ok(groups)
}
