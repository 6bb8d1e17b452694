use std::time::Duration;

use patchbay_provider::{Kind, Provider};
use patchbay_provider_github::{Config, GitHub};

use crate::{Connected, connected};

const MINUTE: Duration = Duration::from_secs(60);

impl Connected {
    fn issued(&self) -> usize {
        self.github.world().tokens_issued
    }
}

#[tokio::test]
async fn the_first_call_gets_a_token_and_keeps_it() {
    let it = connected().await;
    it.provider.probe(&it.installation).await.unwrap();
    it.provider.probe(&it.installation).await.unwrap();
    assert_eq!(it.issued(), 1);
    let stored = it.vault.stored().await;
    assert!(stored.metadata_text("access_token").unwrap().starts_with("ghs_"));
    assert_eq!(stored.metadata_text("expires_at"), Some("2026-10-02T10:00:00Z"));
    assert_eq!(stored.metadata_text("domain_name"), Some("github.test/acme"));
    assert_eq!(it.github.calls()[0], "POST /api/v3/app/installations/77/access_tokens");
}

#[tokio::test]
async fn a_token_is_renewed_five_minutes_before_its_end() {
    let mut it = connected().await;
    it.provider.probe(&it.installation).await.unwrap();
    it.installation.secrets = it.vault.stored().await;
    it.hand.advance(54 * MINUTE);
    it.provider.probe(&it.installation).await.unwrap();
    assert_eq!(it.issued(), 1);
    it.hand.advance(MINUTE);
    it.provider.probe(&it.installation).await.unwrap();
    assert_eq!(it.issued(), 2);
    assert_eq!(it.vault.stored().await.metadata_text("expires_at"), Some("2026-10-02T10:55:00Z"));
}

#[tokio::test]
async fn credentials_that_were_read_long_ago_are_renewed_although_others_renewed_them_before() {
    let it = connected().await;
    it.provider.probe(&it.installation).await.unwrap();
    it.hand.advance(60 * MINUTE);
    it.provider.probe(&it.installation).await.unwrap();
    assert_eq!(it.issued(), 2);
}

#[tokio::test]
async fn many_calls_at_once_get_one_token() {
    let it = connected().await;
    let probe = || it.provider.probe(&it.installation);
    let (a, b, c) = tokio::join!(probe(), probe(), probe());
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(it.issued(), 1);
}

#[tokio::test]
async fn a_token_that_is_refused_early_is_renewed_once() {
    let it = connected().await;
    it.provider.probe(&it.installation).await.unwrap();
    it.github.world().tokens.clear();
    it.provider.probe(&it.installation).await.unwrap();
    assert_eq!(it.issued(), 2);

    let refused = patchbay_testkit::receiver::Answer::status(401);
    let token =
        patchbay_testkit::receiver::Answer::json(r#"{"token":"ghs_x","expires_at":"2026-10-02T10:00:00Z"}"#);
    it.github.answer_next([refused.clone(), token, refused]);
    let failure = it.provider.probe(&it.installation).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Unauthorized);
}

#[tokio::test]
async fn an_application_that_was_removed_or_suspended_has_no_credentials() {
    let it = connected().await;
    it.github.world().installations.get_mut(&77).unwrap().is_suspended = true;
    let failure = it.provider.probe(&it.installation).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Forbidden);
    let words = "Error Communicating with GitHub (HTTP 403): This installation has been suspended";
    assert_eq!(failure.message, words);
    it.github.world().installations.clear();
    let failure = it.provider.get_issue(&it.installation, "acme/shop#1").await.unwrap_err();
    assert_eq!(failure.kind, Kind::Unauthorized, "the ticket is not gone");
    assert_eq!(failure.message, "The GitHub installation could not be found.");
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_named() {
    let (ours, _) = patchbay_domain::Clock::manual(crate::start_of_time() + chrono::TimeDelta::minutes(30));
    let mut it = connected().await;
    it.installation.client = crate::client(&ours);
    let failure = it.provider.probe(&it.installation).await.unwrap_err();
    assert_eq!(failure.kind, Kind::ClockSkew);
    let (ours, _) = patchbay_domain::Clock::manual(crate::start_of_time() + chrono::TimeDelta::seconds(45));
    it.installation.client = crate::client(&ours);
    it.provider.probe(&it.installation).await.unwrap();
}

#[tokio::test]
async fn an_application_that_github_does_not_know_gets_no_token() {
    let it = connected().await;
    let stranger = Config { app_id: 1, ..crate::config(&it.github) };
    let failure = GitHub::new(&stranger).unwrap().probe(&it.installation).await.unwrap_err();
    assert_eq!((failure.kind, it.issued()), (Kind::Unauthorized, 0));
}
