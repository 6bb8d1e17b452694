use chrono::TimeDelta;
use patchbay_provider::{Failure, Kind, Provider};
use patchbay_testkit::receiver::Answer;

use crate::{Connected, connected, object, start_of_time};

async fn ready() -> Connected {
    let it = connected().await;
    it.provider.probe(&it.installation).await.unwrap();
    Connected { installation: with_stored(&it).await, ..it }
}

async fn with_stored(it: &Connected) -> patchbay_provider::Installation {
    let mut installation = it.installation.clone();
    installation.secrets = it.vault.stored().await;
    installation
}

impl Connected {
    async fn failure(&self, answer: Answer) -> Failure {
        self.github.answer_next([answer]);
        self.provider.get_issue(&self.installation, "acme/shop#1").await.unwrap_err()
    }
}

fn refused(status: u16, body: &str) -> Answer {
    Answer::status(status).header("content-type", "application/json").body(body.to_owned())
}

#[tokio::test]
async fn every_answer_of_github_has_its_words_and_its_kind() {
    let it = ready().await;
    let body = r#"{"message":"Not today."}"#;
    for (status, kind) in [
        (403, Kind::Forbidden),
        (404, Kind::Gone),
        (410, Kind::Gone),
        (422, Kind::Refused),
        (429, Kind::RateLimited),
        (500, Kind::Unreachable),
        (503, Kind::Unreachable),
    ] {
        let failure = it.failure(refused(status, body)).await;
        let words = format!("Error Communicating with GitHub (HTTP {status}): Not today.");
        assert_eq!((failure.kind, failure.message, failure.status), (kind, words, Some(status)));
    }
    let failure = it.failure(Answer::status(500).body("<html>")).await;
    assert_eq!(failure.message, "Error Communicating with GitHub (HTTP 500): unknown error");
}

#[tokio::test]
async fn html_is_no_answer() {
    let it = ready().await;
    let failure = it.failure(Answer::status(200).header("content-type", "text/html").body("<html>")).await;
    assert_eq!(failure.kind, Kind::Unreadable);
    assert_eq!(failure.message, "An unsupported response type was returned: text/html");
}

#[tokio::test]
async fn credentials_that_stay_refused_are_reported() {
    let it = ready().await;
    let bad = || refused(401, r#"{"message":"Bad credentials"}"#);
    it.github.answer_next([bad(), bad()]);
    let failure = it.provider.probe(&it.installation).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Unauthorized);
    let words = "Unauthorized: either your access token was invalid or you do not have access";
    assert_eq!(failure.message, words);
}

#[tokio::test]
async fn limits_say_when_to_try_again() {
    let it = ready().await;
    let in_seconds = |seconds| Some(start_of_time() + TimeDelta::seconds(seconds));
    let secondary = r#"{"message":"You have exceeded a secondary rate limit."}"#;
    let failure = it.failure(refused(403, secondary).header("retry-after", 30)).await;
    assert_eq!((failure.kind, failure.retry_at), (Kind::RateLimited, in_seconds(30)));
    let failure = it.failure(refused(403, secondary)).await;
    assert_eq!((failure.kind, failure.retry_at), (Kind::RateLimited, None));
    let reset = start_of_time().timestamp() + 90;
    let primary = refused(403, r#"{"message":"API rate limit exceeded"}"#)
        .header("x-ratelimit-remaining", 0)
        .header("x-ratelimit-reset", reset);
    let failure = it.failure(primary).await;
    assert_eq!((failure.kind, failure.retry_at), (Kind::RateLimited, in_seconds(90)));
}

#[tokio::test]
async fn refused_fields_have_the_names_of_the_form() {
    let it = ready().await;
    let body = r#"{"message":"Validation Failed","errors":[
        {"resource":"Issue","field":"body","code":"custom","message":"body is too long"}]}"#;
    it.github.answer_next([refused(422, body)]);
    let fields = object(serde_json::json!({ "repo": "acme/shop", "title": "x" }));
    let failure = it.provider.create_issue(&it.installation, &fields).await.unwrap_err();
    let expected = vec![("description".to_owned(), vec!["body is too long".to_owned()])];
    assert_eq!(failure.kind, Kind::Fields(expected));
    let words = "Error Communicating with GitHub (HTTP 422): Validation Failed body is too long";
    assert_eq!(failure.message, words);
}

#[tokio::test]
async fn a_github_that_is_gone_is_not_reachable() {
    let it = ready().await;
    let Connected { provider, installation, github, .. } = it;
    drop(github);
    let failure = provider.probe(&installation).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Unreachable);
    assert!(failure.message.starts_with("Unable to reach host: 127.0.0.1:"), "{failure}");
}
