//! The operator's commands as a shell script uses them: on a data folder without a process, and with a
//! running `patchbay up`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use patchbay_egress::{Egress, EgressPolicy, Method, OutboundRequest};
use serde_json::{Value, json};

/// Only the arguments of the test affect the binary.
fn patchbay(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_patchbay"));
    command.current_dir(folder).env_clear().env("PATCHBAY_HTTP_LISTEN", "127.0.0.1:0");
    command.env("PATCHBAY_GRPC_LISTEN", "127.0.0.1:0").env("PATCHBAY_ADMIN_LISTEN", "127.0.0.1:0");
    command.env("PATCHBAY_DATA_DIR", folder.join("data"));
    command
}

fn run(folder: &Path, line: &str) -> Output {
    patchbay(folder).args(line.split_whitespace()).output().unwrap()
}

/// Runs a command that must succeed, and returns its JSON.
#[track_caller]
fn json_of(folder: &Path, line: &str) -> Value {
    let output = run(folder, &format!("{line} --json"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {errors}");
    assert_eq!(errors, "", "nothing is logged when nothing is wrong");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[track_caller]
fn refused(folder: &Path, line: &str, code: i32, words: &str) {
    let output = run(folder, line);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{line}: {said}");
    assert!(said.contains(words), "{line}: {said}");
}

/// A running `patchbay up`, killed when dropped.
struct Up(Child, String);

impl Up {
    fn start(folder: &Path) -> Self {
        let mut process = patchbay(folder).arg("up").stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(api) = line.trim_start().strip_prefix("REST API") {
                url = api.trim().trim_end_matches("/api/0/").to_owned();
            }
            if line.contains("webhooks") {
                break;
            }
        }
        Self(process, url)
    }

    async fn get(&self, path: &str, token: &str) -> (u16, Value) {
        self.send(OutboundRequest::new(Method::GET, format!("{}{path}", self.1)), token).await
    }

    async fn post(&self, path: &str, token: &str, body: &Value) -> (u16, Value) {
        let request = OutboundRequest::post(format!("{}{path}", self.1), body.to_string());
        self.send(request.header("Content-Type", "application/json"), token).await
    }

    async fn send(&self, request: OutboundRequest, token: &str) -> (u16, Value) {
        let policy = EgressPolicy { allow_loopback: true, ..EgressPolicy::default() };
        let request = request.header("Authorization", format!("Bearer {token}"));
        let answer = Egress::new(policy).unwrap().send(request).await.unwrap();
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Creates a user, an organization and a token of its owner.
fn bootstrap(folder: &Path) -> String {
    let ada = json_of(folder, "users create ada@example.com --name Ada");
    assert_eq!((&ada["created"], &ada["superuser"]), (&json!(true), &json!(false)));
    let acme = json_of(folder, "organizations create Acme --slug acme --owner ada@example.com");
    assert_eq!((&acme["created"], &acme["slug"]), (&json!(true), &json!("acme")));
    let token = json_of(folder, "tokens create ada@example.com --scope org:admin,member:admin");
    token["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_instance_is_made_ready_before_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let token = bootstrap(folder.path());
    let members = json_of(folder.path(), "members list acme");
    assert_eq!((&members[0]["email"], &members[0]["role"]), (&json!("ada@example.com"), &json!("owner")));

    let up = Up::start(folder.path());
    let (status, organizations) = up.get("/api/0/organizations/", &token).await;
    assert_eq!((status, &organizations[0]["slug"]), (200, &json!("acme")));
    let log =
        patchbay_testkit::eventually(std::time::Duration::from_secs(10), "it is in the log", async || {
            let (_, log) = up.get("/api/0/organizations/acme/audit-logs/?event=org.create", &token).await;
            (log["rows"].as_array()?.len() == 1).then_some(log)
        })
        .await;
    assert_eq!(
        (&log["rows"][0]["actor"]["name"], &log["rows"][0]["ipAddress"]),
        (&json!("operator"), &Value::Null)
    );
    app(&up, &token, "First").await;
    patchbay_testkit::eventually(std::time::Duration::from_secs(10), "it is in the log too", async || {
        let (_, log) =
            up.get("/api/0/organizations/acme/audit-logs/?event=internal-integration.create", &token).await;
        (log["rows"].get(0)?["ipAddress"] == "127.0.0.1").then_some(())
    })
    .await;
}

#[tokio::test]
async fn everything_can_be_said_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let up = Up::start(folder.path());
    let token = bootstrap(folder.path());
    assert_eq!(up.get("/api/0/organizations/acme/", &token).await.0, 200);

    let again = json_of(folder.path(), "organizations create Acme --slug acme --owner ada@example.com");
    assert_eq!(again["created"], false);
    assert_eq!(json_of(folder.path(), "users create ADA@example.com")["created"], false);
    json_of(folder.path(), "users create bob@example.com");
    json_of(folder.path(), "members set acme bob@example.com admin");
    json_of(folder.path(), "members set acme bob@example.com manager");
    let (_, members) = up.get("/api/0/organizations/acme/members/", &token).await;
    assert_eq!((&members[1]["email"], &members[1]["role"]), (&json!("bob@example.com"), &json!("manager")));
    assert_eq!(json_of(folder.path(), "members remove acme bob@example.com")["removed"], true);
    assert_eq!(json_of(folder.path(), "members remove acme bob@example.com")["removed"], false);

    let feature = "sentry-app-manual-token-refresh";
    let changed = json_of(folder.path(), &format!("organizations set acme --add-feature {feature}"));
    assert!(changed["features"].as_array().unwrap().contains(&json!(feature)), "{changed}");
    let link = json_of(folder.path(), "sign-in-link ada@example.com");
    let link = link["url"].as_str().unwrap();
    assert!(link.starts_with(&format!("{}/auth/link/", up.1)), "{link}");

    let tokens = json_of(folder.path(), "tokens list ada@example.com");
    json_of(folder.path(), &format!("tokens revoke ada@example.com {}", tokens[0]["id"]));
    let gone = async || (up.get("/api/0/organizations/acme/", &token).await.0 == 401).then_some(());
    patchbay_testkit::eventually(std::time::Duration::from_secs(5), "the token is refused", gone).await;

    let root = json_of(folder.path(), "users set bob@example.com --superuser yes");
    assert_eq!(root["superuser"], true);
    let root = json_of(folder.path(), "tokens create bob@example.com --scope org:admin");
    let root = root["token"].as_str().unwrap();
    assert_eq!(up.get("/api/0/organizations/?show=all", root).await.0, 200);
    assert_eq!(json_of(folder.path(), "users unbind bob@example.com")["unbound"], 0);
    json_of(folder.path(), "users set bob@example.com --disabled yes");
    let out = async || (up.get("/api/0/users/me/", root).await.0 == 401).then_some(());
    patchbay_testkit::eventually(std::time::Duration::from_secs(5), "bob is kept out", out).await;
}

#[test]
fn people_get_words_and_tables() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), "organizations create Acme");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "created the organization acme (id 1)\n");
    let output = run(folder.path(), "organizations list");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "ID  SLUG  NAME\n1   acme  Acme\n");
    let help = run(folder.path(), "users set --help");
    assert!(String::from_utf8_lossy(&help.stdout).contains("--superuser <YES|NO>"));
}

#[test]
fn a_refused_command_prints_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    bootstrap(folder.path());
    let folder = folder.path();
    refused(
        folder,
        "tokens create eve@example.com --scope org:read",
        1,
        "patchbay users create eve@example.com",
    );
    refused(folder, "tokens create ada@example.com --scope org:everything", 1, "org:everything");
    refused(folder, "members set initech ada@example.com owner", 1, "ORGANIZATION_NOT_FOUND");
    refused(folder, "members set acme ada@example.com member", 1, "LAST_OWNER");
    refused(folder, "members set acme ada@example.com king", 2, "possible values");
    refused(folder, "organizations create Acme --slug Not+a+slug", 1, "slug: Enter a valid slug");
    refused(folder, "users create invalid", 1, "email: Enter a valid email address.");
    refused(folder, "frobnicate", 2, "unrecognized subcommand");
}

#[test]
fn event_types_are_added_changed_listed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let write = |text: &str| std::fs::write(folder.join("deploy.json"), text).unwrap();
    write(r#"{"type": "object", "required": ["version"]}"#);
    let add = "event-types add deploy.finished --scope project:read --schema deploy.json";
    let added = json_of(folder, add);
    assert_eq!((&added["created"], &added["type"]), (&json!(true), &json!("deploy.finished")));
    assert_eq!(added["schema"]["required"], json!(["version"]));
    assert_eq!(json_of(folder, add)["created"], false);
    refused(
        folder,
        "event-types add deploy.finished --scope org:read",
        1,
        "event-types change deploy.finished",
    );
    refused(folder, "event-types add issue.painted --scope org:read", 1, "built-in");
    refused(folder, "event-types add deploy --scope org:read", 2, "deploy.finished");
    refused(folder, "event-types add deploy.began --scope org:fly", 1, "scope: This is not a scope.");
    refused(
        folder,
        "event-types add deploy.began --scope project:read --schema nowhere.json",
        1,
        "nowhere.json",
    );
    write(r#"{"type": "deploy"}"#);
    refused(folder, "event-types change deploy.finished --schema deploy.json", 1, "schema_json");

    let changed = json_of(folder, "event-types change deploy.finished --scope org:read");
    assert_eq!((&changed["scope"], &changed["hasSchema"]), (&json!("org:read"), &json!(true)));
    let changed = json_of(folder, "event-types change deploy.finished --no-schema");
    assert_eq!((&changed["scope"], &changed["schema"]), (&json!("org:read"), &Value::Null));
    let output = run(folder, "event-types list");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "TYPE             SCOPE     HASSCHEMA  BUILTIN\ndeploy.finished  org:read  no         no\n"
    );
    assert!(json_of(folder, "event-types list --all").as_array().unwrap().len() > 10);
    assert_eq!(json_of(folder, "event-types remove deploy.finished")["removed"], true);
    assert_eq!(json_of(folder, "event-types remove deploy.finished")["removed"], false);
    refused(folder, "event-types change deploy.finished --no-schema", 1, "event-types add");
    assert_eq!(json_of(folder, "event-types list"), json!([]));
}

/// Registers an internal app of Acme, which has an encrypted client secret.
async fn app(up: &Up, token: &str, name: &str) {
    let body = json!({ "name": name, "organization": "acme", "isInternal": true, "scopes": ["org:read"] });
    let (status, answer) = up.post("/api/0/sentry-apps/", token, &body).await;
    assert_eq!(status, 201, "{answer}");
}

#[tokio::test]
async fn the_encryption_key_is_changed_and_the_old_one_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let up = Up::start(folder.path());
    let token = bootstrap(folder.path());
    app(&up, &token, "First").await;
    let first = json_of(folder.path(), "keys status");
    assert_eq!((&first["left"], &first["keys"][0]["secrets"]), (&json!(0), &json!(1)), "{first}");
    drop(up);

    let run = |line: &str, settings: &[(&str, &str)]| {
        let mut command = patchbay(folder.path());
        command.args(line.split_whitespace()).envs(settings.iter().copied());
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned(), said)
    };
    let new = ("PATCHBAY_ENCRYPTION_KEY", "the key of the next year");
    let old_file = folder.path().join("data/secrets/encryption-key");
    let old = ("PATCHBAY_OLD_ENCRYPTION_KEYS_FILE", old_file.to_str().unwrap());

    let (done, _, said) = run("keys status", &[new]);
    assert!(!done && said.contains(first["keys"][0]["key"].as_str().unwrap()), "it names the key: {said}");
    let (done, printed, said) = run("keys status --wait 20 --json", &[new, old]);
    assert!(done, "{said}");
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed["left"], 0);
    assert_eq!(
        (&printed["keys"][0]["state"], &printed["keys"][0]["secrets"]),
        (&json!("current"), &json!(1))
    );
    assert_eq!(
        (&printed["keys"][1]["key"], &printed["keys"][1]["secrets"]),
        (&first["keys"][0]["key"], &json!(0))
    );
    let (done, printed, said) = run("keys status", &[new]);
    assert!(done && printed.ends_with("every secret is encrypted with the current key\n"), "{printed}{said}");
}

#[test]
fn a_deployment_that_is_not_there_is_not_taken_for_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let command = |secret: &str| {
        let mut command = patchbay(folder.path());
        command.args(["organizations", "list"]).env("PATCHBAY_TRACKER_URL", "http://127.0.0.1:1");
        if !secret.is_empty() {
            command.env("PATCHBAY_SERVICE_SECRET", secret);
        }
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = command("a secret of this test");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("http://127.0.0.1:1"), "{said}");
    for (weak, problem) in [("", "is missing"), ("a", "is shorter than 16 bytes")] {
        let (code, said) = command(weak);
        assert_eq!(code, Some(64), "{said}");
        assert!(said.contains("PATCHBAY_SERVICE_SECRET") && said.contains(problem), "{said}");
    }
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_seeded_organization_is_full_and_the_same_each_time() {
    let seeded = [0, 1].map(|_| {
        let folder = tempfile::tempdir().unwrap();
        let seeded = json_of(folder.path(), "seed --number 7");
        assert_eq!((&seeded["organization"], &seeded["issues"]), (&json!("harbour-goods-7"), &json!(500)));
        assert!(seeded["errors"].as_u64().unwrap() > 1000 && seeded["comments"].as_u64().unwrap() > 20);
        let members = json_of(folder.path(), "members list harbour-goods-7");
        assert_eq!(members.as_array().unwrap().len(), 8);
        refused(folder.path(), "seed --number 7", 1, "SLUG_TAKEN");
        seeded
    });
    assert_eq!(seeded[0], seeded[1]);
}
