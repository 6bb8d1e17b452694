use axum::response::Response;

use crate::api::access::ANYONE;
use crate::api::operation::{Operation, get};
use crate::pages::sign_in_page;

pub(super) fn operation() -> Operation {
    get("confirm", "/auth/link/{secret}/", confirm)
        .does("Ask whether to sign in with a link")
        .by(ANYONE)
        .answers_as(200, "text/html")
}

/// Opening the link does not use it up.
async fn confirm() -> Response {
    sign_in_page::confirm()
}
