//! The operator's commands make a deployment ready that nobody was in.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt;

use patchbay_proto::tracker::ListOrganizationsRequest;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_rpc::request;
use patchbay_test_servers::{Durability, Postgres, RabbitMq, missing};
use patchbay_tests::Deployment;
use patchbay_tests::deployment::Backends;
use serde_json::Value;

/// Whether the servers are installed; `cargo xtask test` sees to it that they are.
fn servers_installed() -> bool {
    let missing = missing();
    let required = std::env::var("PATCHBAY_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(missing.is_empty() || !required, "{missing:?} not installed");
    missing.is_empty() && required
}

fn told(deployment: &Deployment, line: &str) -> Value {
    let output = deployment.operator(&format!("{line} --json")).unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_gets_its_first_user_from_the_command_line() {
    if !servers_installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // The user that runs postgres has to get through.
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let postgres = Postgres::start(&folder.path().join("postgres"), Durability::Full).unwrap();
    let rabbitmq = RabbitMq::start(&folder.path().join("rabbitmq")).unwrap();
    let backends = Backends { postgres: postgres.url(), amqp: rabbitmq.url(), bus_prefix: String::new() };
    let deployment = Deployment::start(backends, folder.path(), &[]).await.unwrap();

    for created in [true, false] {
        assert_eq!(told(&deployment, "users create ada@example.com --superuser")["created"], created);
        let line = "organizations create Acme --slug acme --owner ada@example.com";
        assert_eq!(told(&deployment, line)["created"], created);
    }
    assert_eq!(told(&deployment, "members list acme")[0]["role"], "owner");
    let token = told(&deployment, "tokens create ada@example.com --scope org:admin");
    assert!(!token["token"].as_str().unwrap().is_empty());
    let link = told(&deployment, "sign-in-link ada@example.com");
    assert!(link["url"].as_str().unwrap().starts_with(&format!("{}/auth/link/", deployment.base_url)));
    let refused = deployment.operator("members set acme ada@example.com member").unwrap();
    assert_eq!(refused.status.code(), Some(1));

    let mut directory = DirectoryClient::new(deployment.channel("tracker"));
    let list = directory.list_organizations(request(ListOrganizationsRequest::default())).await.unwrap();
    assert_eq!(list.into_inner().organizations.len(), 1, "it went to the deployment, not to a folder");
}
