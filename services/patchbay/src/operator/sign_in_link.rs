//! `patchbay sign-in-link`.

use clap::Args;
use patchbay_proto::auth_token::CreateSignInLinkRequest;
use serde_json::json;

use super::connection::Connection;
use super::output::Output;
use super::{Options, answered, as_operator, people};

#[derive(Args, Debug)]
pub struct Arguments {
    #[command(flatten)]
    pub(super) options: Options,
    /// E-mail address of the user.
    email: String,
}

pub(super) async fn run(connection: &Connection, arguments: Arguments) -> anyhow::Result<Output> {
    let user = people::known(connection, &arguments.email).await?;
    let request = CreateSignInLinkRequest { user_id: user.id };
    let link = answered(connection.sessions().create_sign_in_link(as_operator(request)).await)?;
    let url = format!("{}/auth/link/{}/", connection.base_url, link.secret);
    Ok(Output::new(json!({ "url": url, "user": user.email }), url))
}
