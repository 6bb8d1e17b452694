use crate::access::ANYONE;
use crate::operation::{get, post};
use crate::routes::{Group, sign_in, sign_out};

const HTML: &str = "text/html";

pub(in crate::routes) fn group() -> Group {
    let operations = vec![
        get("confirm", "/auth/link/{secret}/", sign_in::confirm)
            .does("Ask whether to sign in with a link")
            .by(ANYONE)
            .answers_as(200, HTML),
        post("sign_in", "/auth/link/{secret}/", sign_in::sign_in)
            .does("Sign in with a link")
            .by(ANYONE)
            .answers_nothing(303)
            .answers_as(403, HTML)
            .answers_as(404, HTML)
            .answers_as(503, HTML),
        post("sign_out", "/auth/sign-out/", sign_out::sign_out)
            .does("End the session")
            .by(ANYONE)
            .answers_nothing(303)
            .refuses(403)
            .refuses(503),
    ];
    Group { name: "Signing in", about: "For people with a browser.", operations }
}
