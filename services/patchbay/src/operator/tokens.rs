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
use super::{answered, ask, people};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Make a token. It is printed now and never again.
    Create {
        /// E-mail address of the user in whose name it acts.
        email: String,
        /// What it may do, such as org:read; may be repeated or separated by commas. Never more than its user may.
        #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',', required = true)]
        scopes: Vec<String>,
        /// What it is for.
        #[arg(long, default_value = "made by the operator")]
        name: String,
    },
    /// List the tokens of a user, without what they are.
    List {
        /// E-mail address of the user.
        email: String,
    },
    /// Revoke a token.
    Revoke {
        /// E-mail address of the user.
        email: String,
        /// Number of the token, as it is listed.
        id: i64,
    },
}

pub(super) async fn run(connection: &Connection, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::Create { email, scopes, name } => {
            let user = people::known(connection, &email).await?;
            let asked = MintUserTokenRequest { user_id: user.id, scopes, name: name.clone() };
            let token = answered(connection.tokens().mint_user_token(ask(asked)).await)?;
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
            let asked = ListUserTokensRequest { user_id: user.id };
            let list = answered(connection.tokens().list_user_tokens(ask(asked)).await)?;
            let rows = list.tokens.iter().map(json).collect();
            Ok(Output::table(&["id", "name", "lastCharacters", "scopes", "lastUsed"], rows))
        }
        Command::Revoke { email, id } => {
            let user = people::known(connection, &email).await?;
            let asked = RevokeUserTokenRequest { user_id: user.id, token_id: id };
            answered(connection.tokens().revoke_user_token(ask(asked)).await)?;
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
