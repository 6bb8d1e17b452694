//! Receivers written in JavaScript verify a signature over `JSON.stringify(JSON.parse(body))`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use patchbay_domain::canonical_json::canonicalize_object;
use patchbay_proto::tracker::{AlertAction, CreateCommentRequest, CreateRuleRequest, NewRule};
use patchbay_rpc::request;
use serde_json::{Value, json};

use crate::running::each;
use crate::told::Told;

const SCRIPT: &str = "let text = require('fs').readFileSync(0, 'utf8'); \
                      process.stdout.write(JSON.stringify(JSON.parse(text)))";

/// What Node makes of a JSON text.
fn through_node(node: &Path, json: &[u8]) -> Vec<u8> {
    let mut command = Command::new(node);
    command.args(["-e", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(json).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

#[tokio::test]
async fn what_apps_are_told_survives_javascript() {
    let node = std::env::var_os("PATCHBAY_TEST_NODE");
    let required = std::env::var_os("PATCHBAY_TEST_REQUIRE_SERVERS").is_some();
    assert!(node.is_some() || !required, "PATCHBAY_TEST_NODE is not set");
    let Some(node) = node else { return };
    each(|tracker| {
        let node = node.clone();
        async move {
            tracker.organization("Acme").await;
            tracker.project("acme", "Front End").await;
            let every = json!([{ "id": "sentry.rules.conditions.every_event.EveryEventCondition" }]);
            let rule = NewRule {
                name: "Überall \u{2028} \"laut\"".to_owned(),
                conditions_json: every.to_string().into(),
                actions: vec![AlertAction { app_slug: "notify".to_owned(), app_id: 3, ..Default::default() }],
                ..Default::default()
            };
            let (organization, project) = ("acme".to_owned(), "front-end".to_owned());
            let wanted = CreateRuleRequest { organization, project, rule: Some(rule) };
            tracker.alerts().create_rule(request(wanted)).await.unwrap();

            let golden = include_str!("../golden/error_created.json");
            let mut event = serde_json::from_str::<Value>(golden).unwrap()["data"]["error"].clone();
            event["extra"] = json!({ "2": 1.50, "1": 1e21, "é": "\u{1f600}\u{7f}\u{1}", "tiny": 1.5e-7 });
            let issue_id = tracker.record(&[event]).await[0].issue_id;
            let comment =
                CreateCommentRequest { issue_id, text: "It's </b>\n\u{e9}".into(), ..Default::default() };
            tracker.issues().create_comment(request(comment)).await.unwrap();

            let mut told = Told::by(&tracker);
            for expected in ["issue.created", "error.created", "event_alert.triggered", "comment.created"] {
                let (kind, _, event) = told.next().await;
                assert_eq!(kind, expected);
                let sent = canonicalize_object(&event.data_json).unwrap();
                let back = through_node(Path::new(&node), &sent);
                assert_eq!(String::from_utf8(back).unwrap(), String::from_utf8(sent).unwrap());
            }
        }
    })
    .await;
}
