//! The description is valid OpenAPI, and the API conforms to it for any input. Checked with tools from PyPI.

use std::path::PathBuf;
use std::process::Command;

use patchbay_domain::{Scope, ScopeSet};
use tempfile::TempDir;

use crate::people::HOME;
use crate::server::Server;
use crate::world::World;

/// An interpreter with the packages of `xtask/src/python.rs`; `cargo xtask test` makes one.
fn python() -> PathBuf {
    std::env::var_os("PATCHBAY_TEST_PYTHON")
        .map(PathBuf::from)
        .expect("cargo xtask test sets PATCHBAY_TEST_PYTHON")
}

async fn succeeds(mut command: Command) {
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn the_description_is_valid_openapi() {
    let python = python();
    let server = Server::start().await;
    let document = server.send("GET", "/api/0/openapi.json", &[], None).await.body;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, document).unwrap();
    let mut command = Command::new(python);
    command.args(["-m", "openapi_spec_validator", "--schema", "3.1"]).arg(&file);
    succeeds(command).await;
}

/// Runs a phase of schemathesis with the path parameters of this configuration.
async fn fuzz(python: PathBuf, server: &Server, token: &str, phase: &str, configuration: &str) {
    const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                          response_headers_conformance,response_schema_conformance";
    let folder: TempDir = tempfile::tempdir().unwrap();
    let file = folder.path().join("schemathesis.toml");
    std::fs::write(&file, configuration).unwrap();
    let mut command = Command::new(python.with_file_name("st"));
    command
        .current_dir(folder.path())
        .env("PYTHONUTF8", "1")
        .arg("--config-file")
        .arg(&file)
        .args(["run", &format!("{}/api/0/openapi.json", server.patchbay.base_url)])
        .args(["--url", &server.patchbay.base_url])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--checks", CHECKS, "--phases", phase])
        .args(["--max-examples", "10", "--seed", "1", "--workers", "1", "--no-shrink"])
        .args(["--suppress-health-check", "all", "--request-timeout", "20", "--warnings", "off"]);
    succeeds(command).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn the_api_conforms_to_its_description_for_any_input() {
    let python = python();
    let server = Server::start().await;
    let world = World::new(&server).await;
    let (owner, root) = (world.people.named("owner").clone(), world.people.named("superuser").clone());
    let all = Scope::ALL.iter().copied().collect();
    fuzz(python.clone(), &server, &world.people.token(&owner, all).await, "coverage", "").await;

    // Random names nearly always lead to 404. Existing names reach the code behind.
    let app = world.fixtures.apps.unpublished().await;
    let installation = world.fixtures.apps.installed(ScopeSet::EMPTY).await.uuid;
    let names = format!(
        "[parameters]\n\"path.organization\" = \"{HOME}\"\n\"path.app\" = \"{app}\"\n\
         \"path.installation\" = \"{installation}\"\n\"path.project\" = \"front-end\"\n"
    );
    fuzz(python, &server, &world.people.token(&root, all).await, "fuzzing", &names).await;
}
