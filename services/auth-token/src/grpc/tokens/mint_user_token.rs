use patchbay_domain::{Caller, Result, token};
use patchbay_proto::auth_token::{MintUserTokenRequest, TokenPair};

use super::token_pair_message::token_pair_message;
use crate::context::Context;
use crate::domain::pair::Issued;
use crate::domain::{access, mint, user_scopes};
use crate::store::{list_tokens, lock, tokens};

/// Creates a personal token. Users give it scopes they hold themselves; operators and services give it any scope.
pub(super) async fn mint_user_token(
    context: &Context,
    caller: &Caller,
    request: MintUserTokenRequest,
) -> Result<TokenPair> {
    let MintUserTokenRequest { user_id, scopes, name } = request;
    if let Some(user) = access::own(caller, user_id)? {
        user_scopes::check(user, &scopes)?;
    }
    let (scopes, name) = (mint::scopes(&scopes)?, mint::name(&name)?);
    let id = tokens::next_id(&context.db).await?;

    let mut tx = context.db.begin().await?;
    lock::user(&mut tx, user_id).await?;
    mint::one_more_personal(list_tokens::count_personal(&mut tx, user_id).await?)?;
    let issued = Issued::personal(id, user_id, &token::generate(), name, scopes, context.now());
    tokens::insert(&mut tx, &issued.token).await?;
    tx.commit().await?;
    Ok(token_pair_message(issued))
}
