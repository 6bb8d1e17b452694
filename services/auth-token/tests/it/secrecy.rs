use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use patchbay_db::Db;
use patchbay_domain::token;
use patchbay_proto::auth_token::{
    CreateSignInLinkRequest, MintUserTokenRequest, RedeemSignInLinkRequest, TokenPair,
};

use crate::world::*;

/// Everything this service hands out that must stay a secret, after a life with a bit of everything in it.
/// Returned with the token it began with, which has been refreshed.
async fn secrets_of_a_life(world: &World) -> (TokenPair, Vec<String>) {
    let grant = world.create_grant(INSTALLATION).await;
    let first = world.exchange(&grant.code).await.unwrap();
    let second = world.refresh(&first).await.unwrap();
    world.refresh(&first).await.unwrap();
    world.exchange(&grant.code).await.unwrap_err();
    let asked = MintUserTokenRequest { user_id: 3, scopes: Vec::new(), name: String::new() };
    let personal = world.tokens.clone().mint_user_token(slow(asked)).await.unwrap().into_inner();
    let link = world.sessions.clone().create_sign_in_link(slow(CreateSignInLinkRequest { user_id: 3 })).await;
    let link = link.unwrap().into_inner();
    let redeemed = RedeemSignInLinkRequest { secret: link.secret.clone() };
    let session = world.sessions.clone().redeem_sign_in_link(slow(redeemed)).await.unwrap().into_inner();
    for secret in [&second.token, &session.secret, &personal.token] {
        world.subject(secret).await.unwrap();
    }
    let secrets =
        [grant.code, personal.token, link.secret, session.secret, first.token.clone(), second.token];
    let refresh = [first.refresh_token.clone(), second.refresh_token];
    let secrets = secrets.into_iter().chain(refresh.into_iter().flatten()).collect();
    (first, secrets)
}

/// Every byte string, as text and in hex, and every text in the tables.
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
    on_each_engine(|world, db| async move {
        let (first, secrets) = secrets_of_a_life(&world).await;
        let stored = stored(&db).await;
        assert!(stored.contains(&hex(&token::hash(&first.token))), "hashes are, so the search would find it");
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

/// On one thread, where the subscriber hears everything.
#[tokio::test(flavor = "current_thread")]
async fn no_secret_is_logged_not_even_at_the_finest_level() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    on_each_engine(|world, _| {
        let log = log.clone();
        async move {
            let (first, secrets) = secrets_of_a_life(&world).await;
            world.clock.advance(Duration::from_secs(61));
            world.refresh(&first).await.unwrap_err();
            let written = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
            assert!(written.contains("its token family is revoked"), "the end of a family is logged");
            for secret in secrets {
                assert!(!written.contains(&secret), "a secret is in the log");
            }
        }
    })
    .await;
}
