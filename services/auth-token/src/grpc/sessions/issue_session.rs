use patchbay_db::Tx;
use patchbay_domain::{Result, token};
use patchbay_proto::auth_token::Session;
use patchbay_rpc::timestamp::to_wire;

use crate::context::Context;
use crate::domain::lifetimes;
use crate::domain::pair::{Issued, Span};
use crate::domain::stored_token::Holder;
use crate::store::tokens;

/// Inserts a new session of the user and commits the transaction.
pub(super) async fn issue_session(context: &Context, mut tx: Tx, id: i64, user_id: i64) -> Result<Session> {
    let now = context.now();
    let span = Span { from: now, to: Some(now + lifetimes::SESSION) };
    let issued = Issued::plain(id, Holder::Session(user_id), token::generate(), Vec::new(), span);
    tokens::insert(&mut tx, &issued.token).await?;
    tx.commit().await?;
    Ok(Session {
        secret: issued.secret.expose().to_owned(),
        user_id,
        expires_at: issued.token.expires_at.map(to_wire),
    })
}
