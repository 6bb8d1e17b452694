use axum::extract::State;
use axum::response::Response;
use patchbay_proto::auth_token::GetSignInOptionsRequest;
use patchbay_rpc::request;

use crate::api::access::ANYONE;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::context::Context;
use crate::pages::sign_in_page;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("sign_in_options", "/auth/sign-in/", sign_in_options)
        .does("Show the ways to sign in")
        .by(ANYONE)
        .answers_as(200, "text/html")
        .refuses(503)
}

async fn sign_in_options(State(context): State<Context>) -> Result<Response> {
    let message = request(GetSignInOptionsRequest {});
    let options = context.services.sessions().get_sign_in_options(message).await.answer()?;
    Ok(sign_in_page::options(options.oidc_label.as_deref()))
}
