use patchbay_domain::Result;

use crate::domain::mint;
use crate::domain::pair::Issued;
use crate::state::State;
use crate::store::tokens;

/// Makes a personal token of a user.
pub(crate) async fn mint_user_token(
    state: &State,
    user_id: i64,
    name: &str,
    scopes: &[String],
) -> Result<Issued> {
    let (scopes, name) = (mint::scopes(scopes)?, mint::name(name)?);
    let id = tokens::next_id(&state.db).await?;
    let issued = Issued::personal(id, user_id, name, scopes, state.now());
    let mut tx = state.db.begin().await?;
    tokens::insert(&mut tx, &issued.token).await?;
    tx.commit().await?;
    Ok(issued)
}
