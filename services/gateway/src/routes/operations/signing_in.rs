use crate::access::ANYONE;
use crate::operation::{get, post};
use crate::routes::{Group, begin_oidc_sign_in, finish_oidc_sign_in, sign_in, sign_in_options, sign_out};

const HTML: &str = "text/html";

pub(in crate::routes) fn group() -> Group {
    let operations = vec![
        get("sign_in_options", "/auth/sign-in/", sign_in_options::sign_in_options)
            .does("Show in which ways one can sign in")
            .by(ANYONE)
            .answers_as(200, HTML)
            .refuses(503),
        get("begin_oidc_sign_in", "/auth/oidc/", begin_oidc_sign_in::begin_oidc_sign_in)
            .does("Sign in at the OpenID Connect provider")
            .by(ANYONE)
            .answers_nothing(303)
            .answers_as(404, HTML)
            .answers_as(503, HTML),
        get("finish_oidc_sign_in", "/auth/oidc/callback/", finish_oidc_sign_in::finish_oidc_sign_in)
            .does("Come back from the OpenID Connect provider")
            .by(ANYONE)
            .answers_nothing(303)
            .answers_as(401, HTML)
            .answers_as(403, HTML)
            .answers_as(404, HTML)
            .answers_as(503, HTML),
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
