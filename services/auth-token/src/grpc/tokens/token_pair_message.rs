use patchbay_proto::auth_token::TokenPair;
use patchbay_rpc::timestamp::to_wire;

use crate::domain::pair::Issued;

pub(super) fn token_pair_message(issued: Issued) -> TokenPair {
    let Issued { token, secret, refresh_secret } = issued;
    TokenPair {
        id: token.id,
        token: secret.expose().to_owned(),
        refresh_token: refresh_secret.map(|secret| secret.expose().to_owned()),
        scopes: token.scopes,
        created_at: Some(to_wire(token.created_at)),
        expires_at: token.expires_at.map(to_wire),
    }
}
