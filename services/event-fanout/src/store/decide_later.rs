use patchbay_db::{Blob, Db, Result};

use super::decisions;
use super::give_numbers::give_numbers;
use crate::domain::decision::Decision;
use crate::domain::event::Event;

/// Stores the decisions about events that were accepted before subscriptions were known, and numbers their webhooks. Returns false and
/// changes nothing if another replica has decided about one of them.
pub(crate) async fn decide_later(db: &Db, events: &mut [(Event, Vec<Decision>)]) -> Result<bool> {
    let mut tx = db.begin().await?;
    let numbered = events.iter_mut().map(|(event, decisions)| (event.id, decisions)).collect();
    give_numbers(&mut tx, numbered).await?;
    for (event, decisions) in events.iter() {
        let decided = tx
            .query("update events set decisions = $1 where id = $2 and decisions is null")
            .bind(Blob(decisions::encode(decisions)))
            .bind(event.id)
            .execute()
            .await?;
        if decided == 0 {
            tx.rollback().await?;
            return Ok(false);
        }
    }
    tx.commit().await?;
    Ok(true)
}
