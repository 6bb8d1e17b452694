use axum::Json;
use patchbay_domain::{Caller, UserCaller};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::access::ANYONE;
use crate::api::authenticate::Visitor;
use crate::api::operation::{Operation, get};

#[derive(Serialize, ToSchema)]
pub(crate) struct Index {
    version: &'static str,
    /// The scopes of the token; null without one.
    auth: Option<Auth>,
    /// The user; null for apps.
    user: Option<User>,
}

#[derive(Serialize, ToSchema)]
struct Auth {
    scopes: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Asker)]
struct User {
    id: String,
    name: String,
    email: String,
}

pub(super) fn operation() -> Operation {
    get("index", "/api/0/", index)
        .does("Read the version of the API and the caller")
        .by(ANYONE)
        .answers::<Index>(200)
}

/// The version of the API, and the caller.
async fn index(Visitor(caller): Visitor) -> Json<Index> {
    let auth = match &caller {
        Caller::App(app) => Some(app.scopes),
        Caller::User(user) => user.token_scopes,
        _ => None,
    };
    let auth = auth.map(|scopes| Auth { scopes: scopes.names() });
    Json(Index { version: "0", auth, user: caller.user().map(User::from) })
}

impl From<&UserCaller> for User {
    fn from(user: &UserCaller) -> Self {
        Self { id: user.user_id.to_string(), name: user.name.clone(), email: user.email.clone() }
    }
}
