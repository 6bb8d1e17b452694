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

use crate::service::{FIRST_KEY, SOON, Service, each, internal, public, reason, update};

const NEW_KEY: &[u8] = b"the key of the next year";

fn keys(current: &[u8], others: &[&[u8]]) -> SealingKeys {
    let others: Vec<_> = others.iter().map(|key| SecretBytes::new(*key)).collect();
    SealingKeys::new(&SecretBytes::new(current), &others).unwrap()
}

/// An app with every kind of secret.
async fn full_of_secrets(service: &Service) -> App {
    let message = CreateAppRequest {
        webhook_headers: vec!["X-Api-Key: hunter2".into(), "X-Other: swordfish".into()],
        ..public("Secretive")
    };
    let app = service.app(message).await;
    let message = UpdateAppRequest {
        client_certificate: Some(ClientCertificate {
            certificate_pem: include_str!("../certificates/app.pem").to_owned(),
            private_key_pem: include_str!("../certificates/app.key").to_owned(),
        }),
        ..update(&app)
    };
    service.apps.clone().update_app(request_as(&service.manager(), message)).await.unwrap();
    let message = RotateSecretRequest { app: app.slug.clone(), grace_seconds: 604_800 };
    service.apps.clone().rotate_secret(request_as(&service.manager(), message)).await.unwrap();
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
    let message = request_as(&Caller::Operator, ListEncryptionKeysRequest {});
    EncryptionClient::new(channel.clone()).list_encryption_keys(message).await.unwrap().into_inner().keys
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

async fn last_version(service: &Service) -> i64 {
    service.db.query("select max(version) from apps").fetch_scalar().await.unwrap()
}

fn counts(service: &Service, figure: &str) -> bool {
    service.metrics.encode().contains(&format!("patchbay_installation_{figure}\n"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_encrypted_with_a_new_key_by_two_replicas_at_once_without_an_interruption() {
    each(|service| async move {
        full_of_secrets(&service).await;
        // More than a batch.
        for n in 0..105 {
            service.app(internal(&format!("App {n}"))).await;
        }
        let (before, version) = (endpoints(&service.channel).await, last_version(&service).await);
        assert_eq!(before.len(), 106);

        let both = || keys(NEW_KEY, &[FIRST_KEY]);
        let replica = service.replica_with_keys(both()).await.unwrap();
        let other = service.replica_with_keys(both()).await.unwrap();
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
        // Both replicas share one metrics registry.
        eventually(SOON, "each secret was encrypted once", async || {
            (counts(&service, "secrets_reencrypted_total 110") && counts(&service, "secrets_to_reencrypt 0"))
                .then_some(())
        })
        .await;
        assert_eq!(last_version(&service).await, version, "watchers are not notified");
        let without_the_old_key = service.replica_with_keys(keys(NEW_KEY, &[])).await.unwrap();
        assert_eq!(endpoints(&without_the_old_key).await, before);
    })
    .await;
}

#[tokio::test]
async fn without_a_key_that_is_in_use_the_service_does_not_start_and_says_which_it_is() {
    each(|service| async move {
        full_of_secrets(&service).await;
        let known = status(&service.channel).await;
        let refusal = service.replica_with_keys(keys(NEW_KEY, &[])).await.unwrap_err().to_string();
        assert!(refusal.contains(&format!("5 are encrypted with the key {}", known[0].id)), "{refusal}");
        assert!(refusal.contains("PATCHBAY_OLD_ENCRYPTION_KEYS"), "{refusal}");
        assert_eq!(total(&status(&service.channel).await[0]), 5, "nothing has changed");
    })
    .await;
}

#[tokio::test]
async fn what_another_replica_writes_with_the_old_key_is_found_later() {
    each(|service| async move {
        service.app(internal("Early")).await;
        let replica = service.replica_with_keys(keys(NEW_KEY, &[FIRST_KEY])).await.unwrap();
        until_left(&replica, 0).await;
        service.app(internal("Latecomer")).await;
        eventually(SOON, "it is found", async || {
            service.clock.advance(Duration::from_secs(60));
            (total(&status(&replica).await[1]) == 0).then_some(())
        })
        .await;
        // The first replica does not have the new key.
        let keys = status(&service.channel).await;
        assert_eq!((keys[1].state(), total(&keys[1])), (EncryptionKeyState::Missing, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_is_rotated_meanwhile_stays_rotated() {
    each(|service| async move {
        let mut apps = Vec::new();
        for n in 0..20 {
            apps.push(service.app(public(&format!("App {n}"))).await);
        }
        let replica = service.replica_with_keys(keys(NEW_KEY, &[FIRST_KEY])).await.unwrap();
        let manager = service.manager();
        let rotated = join_all(apps.iter().map(async |app| {
            let message = RotateSecretRequest { app: app.slug.clone(), grace_seconds: 0 };
            let mut client = AppRegistryClient::new(replica.clone());
            client.rotate_secret(request_as(&manager, message)).await.unwrap().into_inner().client_secret
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
    each(|service| async move {
        let (damaged, whole) = (service.app(internal("Damaged")).await, service.app(internal("Whole")).await);
        let secret: Vec<u8> = service
            .db
            .query("select client_secret from apps where id = $1")
            .bind(damaged.id)
            .fetch_scalar()
            .await
            .unwrap();
        let cut = &secret[..secret.len() - 1];
        let damage = service.db.query("update apps set client_secret = $2 where id = $1");
        damage.bind(damaged.id).bind(cut).execute().await.unwrap();

        let replica = service.replica_with_keys(keys(NEW_KEY, &[FIRST_KEY])).await.unwrap();
        until_left(&replica, 1).await;
        eventually(SOON, "one is left", async || counts(&service, "secrets_to_reencrypt 1").then_some(()))
            .await;
        let told: Vec<_> = endpoints(&replica).await.into_iter().map(|endpoint| endpoint.app_id).collect();
        assert_eq!(told, [whole.id], "the webhooks of others go on");
        let message = RotateSecretRequest { app: whole.slug, grace_seconds: 0 };
        let mut apps = AppRegistryClient::new(replica.clone());
        assert_eq!(reason(apps.rotate_secret(request_as(&service.manager(), message)).await), "OK");
    })
    .await;
}

#[tokio::test]
async fn keys_are_the_operators_business() {
    each(|service| async move {
        let mut client = EncryptionClient::new(service.channel.clone());
        let refused =
            client.list_encryption_keys(request_as(&service.manager(), ListEncryptionKeysRequest {}));
        assert_eq!(reason(refused.await), "PERMISSION_DENIED");
    })
    .await;
}
