use futures::FutureExt;
use futures::future::BoxFuture;
use patchbay_db::Db;
use patchbay_domain::{Error, Membership};
use patchbay_rpc::Memberships;

use crate::store::{memberships, users};

/// The memberships of callers of this service, read from its own database.
pub(crate) struct OwnMemberships(pub(crate) Db);

impl Memberships for OwnMemberships {
    fn of_user(&self, user_id: i64) -> BoxFuture<'static, Result<Vec<Membership>, Error>> {
        let db = self.0.clone();
        async move {
            match users::find(&db, user_id).await? {
                Some(user) if !user.is_disabled => Ok(memberships::of_user(&db, user_id).await?),
                _ => Ok(Vec::new()),
            }
        }
        .boxed()
    }
}
