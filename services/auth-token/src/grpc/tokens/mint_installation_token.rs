use patchbay_domain::{Caller, Result, token};
use patchbay_proto::auth_token::{MintInstallationTokenRequest, TokenPair};

use super::installation_uuid::installation_uuid;
use super::token_pair_message::token_pair_message;
use crate::context::Context;
use crate::domain::pair::{Issued, Span};
use crate::domain::stored_token::{Holder, InstallationHolder};
use crate::domain::{access, mint};
use crate::store::{list_tokens, tokens};

/// Creates a token of an internal app's installation. The token never expires and has no refresh token.
pub(super) async fn mint_installation_token(
    context: &Context,
    caller: &Caller,
    request: MintInstallationTokenRequest,
) -> Result<TokenPair> {
    access::internal(caller)?;
    let MintInstallationTokenRequest { installation_uuid: uuid, app_id, organization_id, scopes } = request;
    let installation = installation_uuid(&uuid)?;
    let holder = InstallationHolder { installation, app_id, organization_id };
    let scopes = mint::scopes(&scopes)?;
    let id = tokens::next_id(&context.db).await?;

    let mut tx = context.db.begin().await?;
    context.lock_live(&mut tx, installation).await?;
    let now = context.now();
    mint::one_more(list_tokens::count_live(&mut tx, installation, now).await?)?;
    let span = Span { from: now, to: None };
    let issued = Issued::plain(id, Holder::Installation(holder), token::generate(), scopes, span);
    tokens::insert(&mut tx, &issued.token).await?;
    tx.commit().await?;
    Ok(token_pair_message(issued))
}
