use std::collections::BTreeMap;

use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;

use crate::context::Context;
use crate::store::issues;

const MAX_LINKS: usize = 1000;

pub(super) async fn forget_tickets(
    context: &Context,
    caller: &Caller,
    request: wire::ForgetTicketsRequest,
) -> Result<wire::ForgetTicketsResponse> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    if request.links.len() > MAX_LINKS {
        return Err(Error::invalid("BATCH_TOO_LARGE", format!("A batch has at most {MAX_LINKS} links.")));
    }
    let mut by_issue = BTreeMap::<i64, Vec<i64>>::new();
    for link in request.links {
        by_issue.entry(link.issue_id).or_default().push(link.link_id);
    }
    let ids: Vec<i64> = by_issue.keys().copied().collect();
    let mut tx = context.db.begin().await?;
    for mut found in issues::lock_all(&mut tx, &ids).await? {
        let links = by_issue.remove(&found.issue.id).unwrap_or_default();
        let forgotten = links.into_iter().filter(|link| found.issue.tickets.forget(*link)).count();
        if forgotten > 0 {
            issues::set_tickets(&mut tx, found.issue.id, &found.issue.tickets).await?;
        }
    }
    tx.commit().await?;
    Ok(wire::ForgetTicketsResponse {})
}
