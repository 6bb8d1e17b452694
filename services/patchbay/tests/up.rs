//! `patchbay up` is killed, restarted, and refused where it cannot run.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use patchbay::clients::Clients;
use patchbay::data_folder::DataFolder;
use patchbay_domain::SecretString;
use patchbay_proto::event_fanout::{ExplainRequest, PublishRequest};
use patchbay_rpc::{Security, Target, request};
use patchbay_testkit::eventually;

/// A running `patchbay up`, killed when dropped.
struct Up {
    process: Child,
    lines: Vec<String>,
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_patchbay"));
    command.arg("up").arg("--data-dir").arg(folder).env("PATCHBAY_HTTP_LISTEN", "127.0.0.1:0");
    command.env("PATCHBAY_GRPC_LISTEN", "127.0.0.1:0").env("PATCHBAY_ADMIN_LISTEN", "127.0.0.1:0");
    command
}

impl Up {
    /// Starts it and reads its output until it is ready.
    fn start(folder: &Path) -> Self {
        let mut process = command(folder).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = Vec::new();
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            lines.push(line.unwrap());
            if lines.last().unwrap().contains("webhooks") {
                break;
            }
        }
        Self { process, lines }
    }

    /// The first word after a label in its output.
    fn said(&self, label: &str) -> &str {
        let line = self.lines.iter().find(|line| line.trim_start().starts_with(label)).unwrap();
        line.trim_start().strip_prefix(label).unwrap().split_whitespace().next().unwrap()
    }

    fn clients(&self, folder: &Path) -> Clients {
        let secret = std::fs::read_to_string(folder.join("secrets/service-secret")).unwrap();
        let security = Security::secret(SecretString::new(secret.trim()));
        Clients::new(&Target::Url(format!("http://{}", self.said("gRPC"))).channel(&security).unwrap())
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn refused(output: &Output, words: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "it ran: {said}");
    assert!(said.contains(words), "{said}");
}

#[tokio::test]
async fn events_accepted_before_a_kill_are_there_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let up = Up::start(folder.path());
    let event = PublishRequest {
        organization_id: 1,
        resource: "error".into(),
        action: "created".into(),
        data_json: r#"{"error":{}}"#.into(),
        ..Default::default()
    };
    let accepted = up.clients(folder.path()).events.publish(request(event)).await.unwrap().into_inner();
    drop(up);

    let up = Up::start(folder.path());
    let clients = up.clients(folder.path());
    let explained = eventually(Duration::from_secs(30), "the event is handed over", async || {
        let asked = request(ExplainRequest { event_id: accepted.event_id.clone(), organization_id: 0 });
        let explained = clients.events.clone().explain(asked).await.unwrap().into_inner();
        explained.handed_over.then_some(explained)
    })
    .await;
    assert_eq!(explained.event_type, "error.created");
}

#[tokio::test]
async fn the_first_organization_is_made_once_and_its_owner_gets_a_link_at_each_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut links = Vec::new();
    for _ in 0..2 {
        let up = Up::start(folder.path());
        links.push(up.said("sign in").to_owned());
        let mut directory = up.clients(folder.path()).directory;
        let list = directory.list_organizations(request(Default::default())).await.unwrap().into_inner();
        assert_eq!(list.organizations.len(), 1);
        assert_eq!(list.organizations[0].slug, "my-organization");
    }
    assert_ne!(links[0], links[1]);
    assert!(links[0].starts_with("http://127.0.0.1:") && links[0].contains("/auth/link/"), "{links:?}");
}

#[test]
fn an_interrupt_ends_it_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut up = Up::start(folder.path());
    let interrupted = Command::new("kill").args(["-INT", &up.process.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert!(up.process.wait().unwrap().success());
}

#[test]
fn a_port_that_is_taken_is_named_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = command(folder.path()).args(["--listen", &address]).output().unwrap();
    refused(&output, &format!("cannot listen on {address} (REST API); choose another address with --listen"));

    let output = command(folder.path()).env("PATCHBAY_GRPC_LISTEN", &address).output().unwrap();
    refused(&output, "choose another address with PATCHBAY_GRPC_LISTEN");
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    refused(&command(&file).output().unwrap(), "cannot create the data folder");

    let _held = DataFolder::open(folder.path()).unwrap();
    refused(&command(folder.path()).output().unwrap(), "another Patchbay is running on the data folder");
}

#[test]
fn wrong_settings_are_all_named_at_once_and_the_exit_code_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path())
        .env("PATCHBAY_DRAIN_TIMEOUT", "soon")
        .env("PATCHBAY_RETRY_SCHEDUL", "1s")
        .output()
        .unwrap();
    refused(&output, "PATCHBAY_DRAIN_TIMEOUT");
    refused(&output, "PATCHBAY_RETRY_SCHEDUL");
    assert_eq!(output.status.code(), Some(64));
}
