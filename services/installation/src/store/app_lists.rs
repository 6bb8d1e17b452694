//! Lists of apps, newest first.

use patchbay_db::{Db, Query};
use patchbay_domain::Error;

use super::app_row::AppRow;
use crate::domain::app::{App, AppStatus};

/// Selects the apps of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Which {
    All,
    InStatus(AppStatus),
    /// Apps of these organizations in this status.
    Of(AppStatus, Vec<i64>),
    /// Apps of one organization, in this status or in any.
    OfOne(i64, Option<AppStatus>),
}

pub(crate) async fn list(db: &Db, which: &Which, offset: i64, limit: i64) -> Result<Vec<App>, Error> {
    let rows = query(db, which, offset, limit).fetch_all::<AppRow>().await?;
    rows.into_iter().map(App::try_from).collect()
}

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "select * from apps where removed_at is null",
            $condition,
            " order by id desc limit $1 offset $2"
        )
    };
}

fn query<'d>(db: &'d Db, which: &Which, offset: i64, limit: i64) -> Query<'d> {
    let paged = |sql| db.query(sql).bind(limit).bind(offset);
    match which {
        Which::All => paged(select!("")),
        Which::InStatus(status) => paged(select!(" and status = $3")).bind(status.as_str()),
        Which::Of(status, organizations) => paged(select!(" and status = $3 and organization_id in ($list)"))
            .bind(status.as_str())
            .bind_list(organizations),
        Which::OfOne(organization, None) => paged(select!(" and organization_id = $3")).bind(*organization),
        Which::OfOne(organization, Some(status)) => {
            paged(select!(" and organization_id = $3 and status = $4"))
                .bind(*organization)
                .bind(status.as_str())
        }
    }
}
