use patchbay_domain::Scope::{self, OrgAdmin, OrgWrite};

use crate::access::{USERS, one_of};
use crate::field::Kind::{Anything, Text, Texts};
use crate::field::{optional, required};
use crate::json::authorization::TokenJson;
use crate::json::listed_token::ListedTokenJson;
use crate::operation::{delete, get, post};
use crate::routes::{
    Group, create_app_token, create_user_token, list_app_tokens, list_user_tokens, revoke_app_token,
    revoke_user_token,
};

const WRITERS: &[Scope] = &[OrgWrite, OrgAdmin];

const OF_APP: &str = "/api/0/sentry-apps/{app}/api-tokens/";
const OF_USER: &str = "/api/0/api-tokens/";

pub(in crate::routes) fn group() -> Group {
    let operations = vec![
        get("list_app_tokens", OF_APP, list_app_tokens::list_app_tokens)
            .does("List the tokens of an internal app")
            .by(one_of(WRITERS).in_session())
            .lists::<ListedTokenJson>(),
        post("create_app_token", OF_APP, create_app_token::create_app_token)
            .does("Make a token of an internal app")
            .by(one_of(WRITERS).in_session())
            .answers::<TokenJson>(201),
        delete(
            "revoke_app_token",
            "/api/0/sentry-apps/{app}/api-tokens/{token}/",
            revoke_app_token::revoke_app_token,
        )
        .does("Revoke a token of an internal app")
        .by(one_of(WRITERS).in_session())
        .answers_nothing(204),
        get("list_user_tokens", OF_USER, list_user_tokens::list_user_tokens)
            .does("List one's personal tokens")
            .by(USERS.in_session())
            .lists::<ListedTokenJson>(),
        post("create_user_token", OF_USER, create_user_token::create_user_token)
            .does("Make a personal token")
            .by(USERS.in_session())
            .takes(&[required("scopes", Texts), optional("name", Text)])
            .answers::<TokenJson>(201),
        delete("revoke_user_token", OF_USER, revoke_user_token::revoke_user_token)
            .does("Revoke a personal token")
            .by(USERS.in_session())
            .takes(&[required("tokenId", Anything)])
            .answers_nothing(204),
    ];
    Group { name: "Tokens", about: "Tokens that people make and revoke by hand.", operations }
}
