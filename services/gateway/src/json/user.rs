//! A user.

use patchbay_proto::tracker::User;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// A user, with the keys of Sentry that exist here.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub(crate) struct UserJson {
    id: String,
    name: String,
    /// The e-mail address, here.
    username: String,
    email: String,
    is_active: bool,
    is_superuser: bool,
    is_staff: bool,
    date_joined: Option<String>,
}

impl From<User> for UserJson {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            name: user.name,
            username: user.email.clone(),
            email: user.email,
            is_active: !user.is_disabled,
            is_superuser: user.is_superuser,
            is_staff: user.is_staff,
            date_joined: user.created_at.as_ref().and_then(time::iso),
        }
    }
}
