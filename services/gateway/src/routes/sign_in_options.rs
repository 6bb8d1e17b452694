use axum::extract::State;
use axum::response::Response;
use patchbay_proto::auth_token::GetSignInOptionsRequest;
use patchbay_rpc::request;

use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::sign_in_page;

/// `GET /auth/sign-in/`: in which ways one can sign in.
pub(crate) async fn sign_in_options(State(gateway): State<Gateway>) -> Result<Response> {
    let asked = request(GetSignInOptionsRequest {});
    let options = gateway.services.sessions().get_sign_in_options(asked).await.answer()?;
    Ok(sign_in_page::options(options.oidc_label.as_deref()))
}
