//! Tokens of internal apps, made and revoked by people.

mod create_app_token;
mod list_app_tokens;
mod revoke_app_token;
mod token_refusal;

use patchbay_domain::Scope;

use crate::api::operation::Group;

const WRITERS: &[Scope] = &[Scope::OrgWrite, Scope::OrgAdmin];

pub(super) fn group() -> Group {
    let operations =
        vec![list_app_tokens::operation(), create_app_token::operation(), revoke_app_token::operation()];
    Group { name: "App tokens", about: "Tokens of internal apps, made and revoked by people.", operations }
}
