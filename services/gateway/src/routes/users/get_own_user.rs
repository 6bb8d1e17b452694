use axum::Json;
use axum::extract::State;
use patchbay_domain::Error;
use patchbay_proto::tracker::{GetUserRequest, get_user_request};
use patchbay_rpc::request_as;

use crate::api::access::USERS;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::context::Context;
use crate::json::user::UserJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_own_user", "/api/0/users/me/", get_own_user)
        .does("Read the user who makes the request")
        .by(USERS)
        .answers::<UserJson>(200)
}

/// Apps have no user.
async fn get_own_user(
    State(context): State<Context>,
    Authenticated(caller): Authenticated,
) -> Result<Json<UserJson>> {
    let user_id = caller.user().ok_or_else(Error::permission_denied)?.user_id;
    let message = GetUserRequest { user: Some(get_user_request::User::Id(user_id)) };
    let user = context.services.directory().get_user(request_as(&caller, message)).await.answer()?;
    Ok(Json(user.into()))
}
