use patchbay_provider::{InboundRequest, Provider};
use patchbay_provider_github::{Config, ConfigError, GitHub};
use patchbay_runtime::Settings;
use patchbay_testkit::github::{CLIENT_SECRET, WEBHOOK_SECRET};
use patchbay_testkit::receiver::Answer;

use crate::{config, connected};

#[tokio::test]
async fn nothing_that_is_printed_contains_a_secret() {
    let it = connected().await;
    it.provider.probe(&it.installation).await.unwrap();
    let mut installation = it.installation.clone();
    installation.secrets = it.vault.stored().await;
    let token = installation.secrets.metadata_text("access_token").unwrap().to_owned();
    it.github.answer_next([Answer::status(500).body(format!("{{\"message\":\"{}\"}}", "x".repeat(5000)))]);
    let failure = it.provider.probe(&installation).await.unwrap_err();
    assert!(failure.message.len() < 1000, "texts of GitHub are bounded");
    let (headers, body) = it.github.webhook("issues", "closed", serde_json::json!({}));
    let request = InboundRequest { method: "POST".to_owned(), path: "webhook".to_owned(), headers, body };
    let printed = format!(
        "{:?} {:?} {installation:?} {failure:?} {failure} {request:?}",
        it.provider,
        config(&it.github)
    );
    let key = it.github.private_key();
    let line = key.lines().nth(1).unwrap();
    for secret in [line, WEBHOOK_SECRET, CLIENT_SECRET, &token, "sha256="] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[tokio::test]
async fn a_key_or_an_address_that_cannot_be_used_is_refused_at_the_start() {
    let it = connected().await;
    let good = config(&it.github);
    let no_key = Config { private_key: "no key".to_owned().into(), ..good.clone() };
    assert_eq!(GitHub::new(&no_key).unwrap_err(), ConfigError::PrivateKey);
    let no_address = Config { base_url: "ftp://github.test".parse().unwrap(), ..good };
    assert_eq!(GitHub::new(&no_address).unwrap_err(), ConfigError::BaseUrl);
}

#[tokio::test]
async fn a_whole_application_is_read_from_the_settings() {
    let it = connected().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.pem");
    std::fs::write(&file, it.github.private_key()).unwrap();
    let settings = Settings::from_pairs([
        ("GITHUB_APP_ID", "4711"),
        ("GITHUB_APP_SLUG", "patchbay-trial"),
        ("GITHUB_PRIVATE_KEY_FILE", file.to_str().unwrap()),
        ("GITHUB_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("GITHUB_CLIENT_ID", "Iv1.patchbay"),
        ("GITHUB_CLIENT_SECRET", CLIENT_SECRET),
        ("GITHUB_URL", &it.github.url()),
    ]);
    let read = Config::read(&settings).unwrap();
    settings.finish().unwrap();
    assert_eq!((read.app_id, read.slug.as_str(), read.accepts_sha1), (4711, "patchbay-trial", false));
    GitHub::new(&read).unwrap().probe(&it.installation).await.unwrap();
}
