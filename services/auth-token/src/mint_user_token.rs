use patchbay_domain::{Result, UserCaller};

use crate::domain::pair::Issued;
use crate::domain::{mint, user_scopes};
use crate::state::State;
use crate::store::{list_tokens, lock, tokens};

/// Makes a personal token of a user: for themselves (`by`), or by an operator or service, who may give it anything.
pub(crate) async fn mint_user_token(
    state: &State,
    by: Option<&UserCaller>,
    user_id: i64,
    name: &str,
    scopes: &[String],
) -> Result<Issued> {
    if let Some(user) = by {
        user_scopes::check(user, scopes)?;
    }
    let (scopes, name) = (mint::scopes(scopes)?, mint::name(name)?);
    let id = tokens::next_id(&state.db).await?;

    let mut tx = state.db.begin().await?;
    lock::user(&mut tx, user_id).await?;
    mint::one_more_personal(list_tokens::count_personal(&mut tx, user_id).await?)?;
    let issued = Issued::personal(id, user_id, name, scopes, state.now());
    tokens::insert(&mut tx, &issued.token).await?;
    tx.commit().await?;
    Ok(issued)
}
