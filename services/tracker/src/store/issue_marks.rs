//! Marks that users and apps put on issues for themselves.

use std::collections::BTreeMap;

use patchbay_db::{Db, Result, Tx};

use crate::domain::issue::marks::{MarkChange, Marks, Viewer};

/// Changes the marks of a viewer; those that are left out stay.
pub(crate) async fn set(tx: &mut Tx, issue_id: i64, viewer: Viewer, change: MarkChange) -> Result<()> {
    tx.query(
        "insert into issue_marks (issue_id, viewer, viewer_id, has_seen, is_bookmarked)
         values ($1, $2, $3, coalesce($4, $6), coalesce($5, $6))
         on conflict (issue_id, viewer, viewer_id) do update
             set has_seen = coalesce($4, issue_marks.has_seen),
                 is_bookmarked = coalesce($5, issue_marks.is_bookmarked)",
    )
    .bind(issue_id)
    .bind(viewer.kind)
    .bind(viewer.id)
    .bind(change.has_seen)
    .bind(change.is_bookmarked)
    .bind(false)
    .execute()
    .await
    .map(drop)
}

/// The marks of a viewer by issue; issues without any are absent.
pub(crate) async fn of_viewer(db: &Db, viewer: Viewer, issue_ids: &[i64]) -> Result<BTreeMap<i64, Marks>> {
    let rows: Vec<(i64, bool, bool)> = db
        .query(
            "select issue_id, has_seen, is_bookmarked from issue_marks
             where viewer = $1 and viewer_id = $2 and issue_id in ($list)",
        )
        .bind(viewer.kind)
        .bind(viewer.id)
        .bind_list(issue_ids)
        .fetch_all()
        .await?;
    let marks = |(id, has_seen, is_bookmarked)| (id, Marks { has_seen, is_bookmarked });
    Ok(rows.into_iter().map(marks).collect())
}

/// Makes issues unseen again, because they are open again.
pub(crate) async fn forget_seen(tx: &mut Tx, issue_ids: &[i64]) -> Result<()> {
    tx.query("update issue_marks set has_seen = $1 where issue_id in ($list)")
        .bind(false)
        .bind_list(issue_ids)
        .execute()
        .await
        .map(drop)
}
