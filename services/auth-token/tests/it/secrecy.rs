use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use patchbay_db::Db;
use patchbay_domain::token;
use patchbay_proto::auth_token::{
    CreateSignInLinkRequest, MintUserTokenRequest, RedeemSignInLinkRequest, TokenPair,
};

use crate::service::*;

/// Uses each kind of secret once and returns all of them, with the first token, which has been refreshed.
async fn use_every_secret(service: &Service) -> (TokenPair, Vec<String>) {
    let grant = service.create_grant(INSTALLATION).await;
    let first = service.exchange(&grant.code).await.unwrap();
    let second = service.refresh(&first).await.unwrap();
    service.refresh(&first).await.unwrap();
    service.exchange(&grant.code).await.unwrap_err();
    let request = MintUserTokenRequest { user_id: 3, scopes: Vec::new(), name: String::new() };
    let personal = service.tokens.clone().mint_user_token(with_deadline(request)).await.unwrap().into_inner();
    let link = service
        .sessions
        .clone()
        .create_sign_in_link(with_deadline(CreateSignInLinkRequest { user_id: 3 }))
        .await;
    let link = link.unwrap().into_inner();
    let redeemed = RedeemSignInLinkRequest { secret: link.secret.clone() };
    let session =
        service.sessions.clone().redeem_sign_in_link(with_deadline(redeemed)).await.unwrap().into_inner();
    for secret in [&second.token, &session.secret, &personal.token] {
        service.subject(secret).await.unwrap();
    }
    let secrets =
        [grant.code, personal.token, link.secret, session.secret, first.token.clone(), second.token];
    let refresh = [first.refresh_token.clone(), second.refresh_token];
    let secrets = secrets.into_iter().chain(refresh.into_iter().flatten()).collect();
    (first, secrets)
}

/// Every byte string of the tables, as text and in hex, and every text.
async fn stored(db: &Db) -> String {
    let bytes: Vec<Vec<u8>> = db
        .query(
            "select token_hash from tokens
             union all select refresh_hash from tokens where refresh_hash is not null
             union all select code_hash from grants
             union all select secret_hash from sign_in_links
             union all select token_hash from revocations",
        )
        .fetch_scalars()
        .await
        .unwrap();
    let texts: Vec<(String, Option<String>)> =
        db.query("select last_four, name from tokens").fetch_all().await.unwrap();
    let bytes = bytes.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned() + &hex(bytes));
    bytes.chain(texts.iter().map(|texts| format!("{texts:?}"))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn no_secret_is_stored() {
    each(|service, db| async move {
        let (first, secrets) = use_every_secret(&service).await;
        let stored = stored(&db).await;
        assert!(
            stored.contains(&hex(&token::hash(&first.token))),
            "hashes are stored, so the search covers the columns"
        );
        for secret in secrets {
            assert!(!stored.contains(&secret), "a secret is in the tables");
        }
    })
    .await;
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// On one thread, so that the subscriber of the thread receives every event.
#[tokio::test(flavor = "current_thread")]
async fn no_secret_is_logged_at_trace_level() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    each(|service, _| {
        let log = log.clone();
        async move {
            let (first, secrets) = use_every_secret(&service).await;
            service.clock.advance(Duration::from_secs(61));
            service.refresh(&first).await.unwrap_err();
            let written = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
            assert!(written.contains("its token family is revoked"), "the end of a family is logged");
            for secret in secrets {
                assert!(!written.contains(&secret), "a secret is in the log");
            }
        }
    })
    .await;
}
