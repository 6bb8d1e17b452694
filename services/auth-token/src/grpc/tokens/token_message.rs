use patchbay_proto::auth_token::Token;
use patchbay_rpc::timestamp::to_wire;

use crate::domain::stored_token::StoredToken;

pub(super) fn token_message(token: StoredToken) -> Token {
    Token {
        id: token.id,
        last_four: token.last_four,
        scopes: token.scopes,
        name: token.name,
        created_at: Some(to_wire(token.created_at)),
        expires_at: token.expires_at.map(to_wire),
        last_used_at: token.last_used_at.map(to_wire),
    }
}
