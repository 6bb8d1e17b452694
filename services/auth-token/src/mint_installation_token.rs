use patchbay_domain::{Result, token};

use crate::domain::mint;
use crate::domain::pair::{Issued, Span};
use crate::domain::stored_token::{Holder, InstallationHolder};
use crate::state::State;
use crate::store::{list_tokens, tokens};

/// Makes a token of an internal app's installation: it never expires and has nothing to refresh it with.
pub(crate) async fn mint_installation_token(
    state: &State,
    holder: InstallationHolder,
    scopes: &[String],
) -> Result<Issued> {
    let scopes = mint::scopes(scopes)?;
    let id = tokens::next_id(&state.db).await?;

    let mut tx = state.db.begin().await?;
    state.lock_live(&mut tx, holder.installation).await?;
    let now = state.now();
    mint::one_more(list_tokens::count_live(&mut tx, holder.installation, now).await?)?;
    let span = Span { from: now, to: None };
    let issued = Issued::plain(id, Holder::Installation(holder), token::generate(), scopes, span);
    tokens::insert(&mut tx, &issued.token).await?;
    tx.commit().await?;
    Ok(issued)
}
