//! Personal tokens of users.

mod create_user_token;
mod list_user_tokens;
mod revoke_user_token;
mod session_user;

use crate::api::operation::Group;

pub(super) fn group() -> Group {
    let operations =
        vec![list_user_tokens::operation(), create_user_token::operation(), revoke_user_token::operation()];
    Group { name: "Tokens", about: "Personal tokens of users.", operations }
}
