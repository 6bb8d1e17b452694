//! `patchbay tokens`: personal tokens of users.

use clap::Subcommand;
use patchbay_proto::auth_token::{
    ListUserTokensRequest, MintUserTokenRequest, RevokeUserTokenRequest, Token,
};
use patchbay_rpc::timestamp;
use prost_types::Timestamp;
use serde_json::{Value, json};

use super::connection::Connection;
use super::output::Output;
use super::{answered, as_operator, people};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Create a token. It is printed once and cannot be shown again.
    Create {
        /// E-mail address of the user that the token acts for.
        email: String,
        /// Scopes, such as org:read; may be given several times or separated by commas. The token never has more permissions than its user.
        #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',', required = true)]
        scopes: Vec<String>,
        /// Name of the token.
        #[arg(long, default_value = "made by the operator")]
        name: String,
    },
    /// List the tokens of a user without their values.
    List {
        /// E-mail address of the user.
        email: String,
    },
    /// Revoke a token.
    Revoke {
        /// E-mail address of the user.
        email: String,
        /// Id of the token, from the list.
        id: i64,
    },
}

pub(super) async fn run(connection: &Connection, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::Create { email, scopes, name } => {
            let user = people::known(connection, &email).await?;
            let request = MintUserTokenRequest { user_id: user.id, scopes, name: name.clone() };
            let token = answered(connection.tokens().mint_user_token(as_operator(request)).await)?;
            let json = json!({
                "id": token.id,
                "token": token.token,
                "name": name,
                "scopes": token.scopes,
                "user": user.email,
            });
            Ok(Output::new(json, token.token))
        }
        Command::List { email } => {
            let user = people::known(connection, &email).await?;
            let request = ListUserTokensRequest { user_id: user.id };
            let list = answered(connection.tokens().list_user_tokens(as_operator(request)).await)?;
            let rows = list.tokens.iter().map(json).collect();
            Ok(Output::table(&["id", "name", "lastCharacters", "scopes", "lastUsed"], rows))
        }
        Command::Revoke { email, id } => {
            let user = people::known(connection, &email).await?;
            let request = RevokeUserTokenRequest { user_id: user.id, token_id: id };
            answered(connection.tokens().revoke_user_token(as_operator(request)).await)?;
            Ok(Output::new(json!({ "id": id, "revoked": true }), format!("revoked the token {id}")))
        }
    }
}

fn json(token: &Token) -> Value {
    json!({
        "id": token.id,
        "name": token.name,
        "lastCharacters": token.last_four,
        "scopes": token.scopes,
        "created": moment(token.created_at.as_ref()),
        "lastUsed": moment(token.last_used_at.as_ref()),
    })
}

fn moment(timestamp: Option<&Timestamp>) -> Option<String> {
    timestamp.and_then(timestamp::from_wire).map(|moment| moment.to_rfc3339())
}
