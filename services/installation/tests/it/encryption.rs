//! Secrets at rest and a change of the key they are encrypted with.

use std::time::Duration;

use futures::future::join_all;
use patchbay_domain::sealed::SealingKeys;
use patchbay_domain::{Caller, SecretBytes};
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_proto::installation::encryption_client::EncryptionClient;
use patchbay_proto::installation::{
    App, ClientCertificate, CreateAppRequest, EncryptionKey, EncryptionKeyState, Endpoint,
    ListEncryptionKeysRequest, RotateSecretRequest, UpdateAppRequest, WatchEndpointsRequest,
};
use patchbay_rpc::{Channel, request, request_as};
use patchbay_testkit::eventually;

use crate::running::{FIRST_KEY, Running, SOON, each, internal, public, reason, update};

const NEW_KEY: &[u8] = b"the key of the next year";

fn keys(current: &[u8], others: &[&[u8]]) -> SealingKeys {
    let others: Vec<_> = others.iter().map(|key| SecretBytes::new(*key)).collect();
    SealingKeys::new(&SecretBytes::new(current), &others).unwrap()
}

/// An app with every kind of secret there is.
async fn full_of_secrets(running: &Running) -> App {
    let asked = CreateAppRequest {
        webhook_headers: vec!["X-Api-Key: hunter2".into(), "X-Other: swordfish".into()],
        ..public("Secretive")
    };
    let app = running.app(asked).await;
    let asked = UpdateAppRequest {
        client_certificate: Some(ClientCertificate {
            certificate_pem: include_str!("../certificates/app.pem").to_owned(),
            private_key_pem: include_str!("../certificates/app.key").to_owned(),
        }),
        ..update(&app)
    };
    running.apps.clone().update_app(request_as(&running.manager(), asked)).await.unwrap();
    let asked = RotateSecretRequest { app: app.slug.clone(), grace_seconds: 604_800 };
    running.apps.clone().rotate_secret(request_as(&running.manager(), asked)).await.unwrap();
    app
}

async fn endpoints(channel: &Channel) -> Vec<Endpoint> {
    let mut client = AppRegistryClient::new(channel.clone());
    let mut stream = client.watch_endpoints(request(WatchEndpointsRequest {})).await.unwrap().into_inner();
    let mut endpoints = Vec::new();
    loop {
        let message = stream.message().await.unwrap().unwrap();
        endpoints.extend(message.endpoints);
        if message.version.is_some() {
            return endpoints;
        }
    }
}

async fn status(channel: &Channel) -> Vec<EncryptionKey> {
    let asked = request_as(&Caller::Operator, ListEncryptionKeysRequest {});
    EncryptionClient::new(channel.clone()).list_encryption_keys(asked).await.unwrap().into_inner().keys
}

fn total(key: &EncryptionKey) -> i64 {
    key.secrets.iter().map(|secrets| secrets.count).sum()
}

async fn until_left(channel: &Channel, left: i64) -> Vec<EncryptionKey> {
    eventually(SOON, &format!("{left} secrets are left"), async || {
        let keys = status(channel).await;
        (keys[1..].iter().map(total).sum::<i64>() == left).then_some(keys)
    })
    .await
}

async fn last_version(running: &Running) -> i64 {
    running.db.query("select max(version) from apps").fetch_scalar().await.unwrap()
}

fn counts(running: &Running, figure: &str) -> bool {
    running.metrics.encode().contains(&format!("patchbay_installation_{figure}\n"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_encrypted_with_a_new_key_by_two_replicas_at_once_and_nobody_notices() {
    each(|running| async move {
        full_of_secrets(&running).await;
        // More than a batch.
        for n in 0..105 {
            running.app(internal(&format!("App {n}"))).await;
        }
        let (before, version) = (endpoints(&running.channel).await, last_version(&running).await);
        assert_eq!(before.len(), 106);

        let both = || keys(NEW_KEY, &[FIRST_KEY]);
        let replica = running.replica_with_keys(both()).await.unwrap();
        let other = running.replica_with_keys(both()).await.unwrap();
        let told = until_left(&replica, 0).await;
        assert_eq!(status(&other).await, told);
        assert_eq!(told[0].state(), EncryptionKeyState::Current);
        assert_eq!((told[1].state(), told[1].secrets.len()), (EncryptionKeyState::Other, 0));
        let places: Vec<_> = told[0].secrets.iter().map(|one| (one.place.as_str(), one.count)).collect();
        assert_eq!(
            places,
            [
                ("apps.client_key", 1),
                ("apps.client_secret", 106),
                ("apps.previous_secret", 1),
                ("apps.webhook_headers", 2)
            ]
        );
        // Both count in one registry here.
        eventually(SOON, "each secret was encrypted once", async || {
            (counts(&running, "secrets_reencrypted_total 110") && counts(&running, "secrets_to_reencrypt 0"))
                .then_some(())
        })
        .await;
        assert_eq!(last_version(&running).await, version, "nothing that anybody has to be told of");
        let without_the_old_key = running.replica_with_keys(keys(NEW_KEY, &[])).await.unwrap();
        assert_eq!(endpoints(&without_the_old_key).await, before);
    })
    .await;
}

#[tokio::test]
async fn without_a_key_that_is_in_use_the_service_does_not_start_and_says_which_it_is() {
    each(|running| async move {
        full_of_secrets(&running).await;
        let known = status(&running.channel).await;
        let refusal = running.replica_with_keys(keys(NEW_KEY, &[])).await.unwrap_err().to_string();
        assert!(refusal.contains(&format!("5 are encrypted with the key {}", known[0].id)), "{refusal}");
        assert!(refusal.contains("PATCHBAY_OLD_ENCRYPTION_KEYS"), "{refusal}");
        assert_eq!(total(&status(&running.channel).await[0]), 5, "nothing has changed");
    })
    .await;
}

#[tokio::test]
async fn what_another_replica_writes_with_the_old_key_is_found_later() {
    each(|running| async move {
        running.app(internal("Early")).await;
        let replica = running.replica_with_keys(keys(NEW_KEY, &[FIRST_KEY])).await.unwrap();
        until_left(&replica, 0).await;
        running.app(internal("Latecomer")).await;
        eventually(SOON, "it is found", async || {
            running.hand.advance(Duration::from_secs(60));
            (total(&status(&replica).await[1]) == 0).then_some(())
        })
        .await;
        // The first replica does not have the new key.
        let keys = status(&running.channel).await;
        assert_eq!((keys[1].state(), total(&keys[1])), (EncryptionKeyState::Missing, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_is_rotated_meanwhile_stays_rotated() {
    each(|running| async move {
        let mut apps = Vec::new();
        for n in 0..20 {
            apps.push(running.app(public(&format!("App {n}"))).await);
        }
        let replica = running.replica_with_keys(keys(NEW_KEY, &[FIRST_KEY])).await.unwrap();
        let manager = running.manager();
        let rotated = join_all(apps.iter().map(async |app| {
            let asked = RotateSecretRequest { app: app.slug.clone(), grace_seconds: 0 };
            let mut client = AppRegistryClient::new(replica.clone());
            client.rotate_secret(request_as(&manager, asked)).await.unwrap().into_inner().client_secret
        }));
        let rotated = rotated.await;
        until_left(&replica, 0).await;
        for endpoint in endpoints(&replica).await {
            let place = apps.iter().position(|app| app.id == endpoint.app_id).unwrap();
            assert_eq!(endpoint.client_secrets, [rotated[place].clone()]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_damaged_secret_stops_nothing_but_itself() {
    each(|running| async move {
        let (damaged, whole) = (running.app(internal("Damaged")).await, running.app(internal("Whole")).await);
        let secret: Vec<u8> = running
            .db
            .query("select client_secret from apps where id = $1")
            .bind(damaged.id)
            .fetch_scalar()
            .await
            .unwrap();
        let cut = &secret[..secret.len() - 1];
        let damage = running.db.query("update apps set client_secret = $2 where id = $1");
        damage.bind(damaged.id).bind(cut).execute().await.unwrap();

        let replica = running.replica_with_keys(keys(NEW_KEY, &[FIRST_KEY])).await.unwrap();
        until_left(&replica, 1).await;
        eventually(SOON, "one is left", async || counts(&running, "secrets_to_reencrypt 1").then_some(()))
            .await;
        let told: Vec<_> = endpoints(&replica).await.into_iter().map(|endpoint| endpoint.app_id).collect();
        assert_eq!(told, [whole.id], "the webhooks of others go on");
        let asked = RotateSecretRequest { app: whole.slug, grace_seconds: 0 };
        let mut apps = AppRegistryClient::new(replica.clone());
        assert_eq!(reason(apps.rotate_secret(request_as(&running.manager(), asked)).await), "OK");
    })
    .await;
}

#[tokio::test]
async fn keys_are_the_operators_business() {
    each(|running| async move {
        let mut client = EncryptionClient::new(running.channel.clone());
        let refused =
            client.list_encryption_keys(request_as(&running.manager(), ListEncryptionKeysRequest {}));
        assert_eq!(reason(refused.await), "PERMISSION_DENIED");
    })
    .await;
}
