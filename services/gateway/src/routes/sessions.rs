//! Signing in and out with a browser.

mod begin_oidc_sign_in;
mod confirm;
mod finish_oidc_sign_in;
mod oidc_browser;
pub(super) mod return_address;
mod session_cookie;
mod sign_in;
mod sign_in_options;
mod sign_out;
mod signed_in;

use crate::api::operation::Group;

pub(super) fn group() -> Group {
    let operations = vec![
        sign_in_options::operation(),
        begin_oidc_sign_in::operation(),
        finish_oidc_sign_in::operation(),
        confirm::operation(),
        sign_in::operation(),
        sign_out::operation(),
    ];
    Group { name: "Signing in", about: "Signing in and out with a browser.", operations }
}
