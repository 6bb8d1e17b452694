//! The operator's commands set up an empty deployment.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use patchbay::migrate::DATABASES;
use patchbay_domain::Caller;
use patchbay_proto::installation::CreateAppRequest;
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_proto::tracker::ListOrganizationsRequest;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_rpc::{request, request_as};
use patchbay_test_servers::{Durability, Postgres, RabbitMq};
use patchbay_testkit::eventually;
use patchbay_tests::Deployment;
use patchbay_tests::deployment::Backends;
use serde_json::{Value, json};

fn json_of(deployment: &Deployment, line: &str) -> Value {
    let output = deployment.operator(&format!("{line} --json")).unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

const OLD_KEY: &str = "an encryption key of tests";
const NEW_KEY: &str = "another encryption key of tests";

/// Restarts the service that encrypts secrets anew with these settings, after killing it.
async fn restart_with(deployment: &mut Deployment, current: &str, others: &str) -> anyhow::Result<()> {
    let program = deployment.program("installation");
    program.kill()?;
    program.set("ENCRYPTION_KEY", current);
    program.set("OLD_ENCRYPTION_KEYS", others);
    program.start()?;
    program.ready().await
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and RabbitMQ; run by cargo xtask test"]
async fn the_encryption_key_of_a_deployment_is_changed_through_a_kill_in_the_middle() {
    const APPS: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let postgres = Postgres::start(&folder.path().join("postgres"), Durability::Full).unwrap();
    let rabbitmq = RabbitMq::start(&folder.path().join("rabbitmq")).unwrap();
    let backends = Backends { postgres: postgres.url(), amqp: rabbitmq.url(), bus_prefix: String::new() };
    let mut deployment = Deployment::start(backends, folder.path(), &[]).await.unwrap();
    json_of(&deployment, "organizations create Acme --slug acme");
    let mut apps = AppRegistryClient::new(deployment.channel("installation"));
    for n in 0..APPS {
        let asked = CreateAppRequest {
            organization: "acme".to_owned(),
            name: Some(format!("App {n}")),
            has_scopes: true,
            is_internal: true,
            ..Default::default()
        };
        apps.create_app(request_as(&Caller::Operator, asked)).await.unwrap();
    }
    let before = json_of(&deployment, "keys status");
    assert_eq!((&before["left"], &before["keys"][0]["secrets"]), (&json!(0), &json!(APPS)));

    let refused = restart_with(&mut deployment, NEW_KEY, "").await.unwrap_err().to_string();
    assert!(refused.contains("PATCHBAY_OLD_ENCRYPTION_KEYS"), "{refused}");
    let (name, migrations) = DATABASES.into_iter().find(|(name, _)| *name == "installation").unwrap();
    let db = deployment.database(name, migrations).await.unwrap();
    let old: Vec<u8> = db.query("select substr(client_secret, 1, 4) from apps").fetch_scalar().await.unwrap();
    let program = deployment.program("installation");
    program.set("OLD_ENCRYPTION_KEYS", OLD_KEY);
    for batches in 1..=2 {
        program.start().unwrap();
        eventually(Duration::from_secs(60), "some are encrypted anew", async || {
            let query = db.query("select count(*) from apps where substr(client_secret, 1, 4) <> $1");
            let done: i64 = query.bind(old.as_slice()).fetch_scalar().await.unwrap();
            (done >= batches * 100).then_some(())
        })
        .await;
        program.kill().unwrap();
    }
    program.start().unwrap();
    program.ready().await.unwrap();
    let after = json_of(&deployment, "keys status --wait 60");
    assert_eq!((&after["left"], &after["keys"][0]["secrets"]), (&json!(0), &json!(APPS)));
    assert_ne!(after["keys"][0]["key"], before["keys"][0]["key"]);
    restart_with(&mut deployment, NEW_KEY, "").await.unwrap();
    assert_eq!(json_of(&deployment, "keys status"), json!({ "keys": [after["keys"][0]], "left": 0 }));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and RabbitMQ; run by cargo xtask test"]
async fn a_deployment_gets_its_first_user_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    // The user that runs PostgreSQL has to enter the folder.
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let postgres = Postgres::start(&folder.path().join("postgres"), Durability::Full).unwrap();
    let rabbitmq = RabbitMq::start(&folder.path().join("rabbitmq")).unwrap();
    let backends = Backends { postgres: postgres.url(), amqp: rabbitmq.url(), bus_prefix: String::new() };
    let deployment = Deployment::start(backends, folder.path(), &[]).await.unwrap();

    for created in [true, false] {
        assert_eq!(json_of(&deployment, "users create ada@example.com --superuser")["created"], created);
        let line = "organizations create Acme --slug acme --owner ada@example.com";
        assert_eq!(json_of(&deployment, line)["created"], created);
    }
    assert_eq!(json_of(&deployment, "members list acme")[0]["role"], "owner");
    let token = json_of(&deployment, "tokens create ada@example.com --scope org:admin");
    assert!(!token["token"].as_str().unwrap().is_empty());
    let link = json_of(&deployment, "sign-in-link ada@example.com");
    assert!(link["url"].as_str().unwrap().starts_with(&format!("{}/auth/link/", deployment.base_url)));
    let refused = deployment.operator("members set acme ada@example.com member").unwrap();
    assert_eq!(refused.status.code(), Some(1));

    let mut directory = DirectoryClient::new(deployment.channel("tracker"));
    let list = directory.list_organizations(request(ListOrganizationsRequest::default())).await.unwrap();
    assert_eq!(list.into_inner().organizations.len(), 1, "it went to the deployment, not to a folder");
}
