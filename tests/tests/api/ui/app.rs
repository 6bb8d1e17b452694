//! An app with every component, which answers according to the path.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use patchbay_testkit::receiver::{Answer, Received, Receiver};
use patchbay_webhook_signature::{Secret, Verifier};
use serde_json::{Value, json};

use crate::people::HOME;
use crate::world::World;

/// How long a request may take.
const SOON: Duration = Duration::from_secs(20);

/// A running app, installed in [`HOME`].
pub(super) struct App {
    pub(super) receiver: Receiver,
    pub(super) slug: String,
    pub(super) installation: String,
    pub(super) token: String,
    unsigned: Arc<Mutex<Vec<String>>>,
}

impl App {
    pub(super) async fn install(world: &World<'_>) -> Self {
        let receiver = Receiver::start().await;
        let secret = Arc::new(OnceLock::new());
        let unsigned = Arc::new(Mutex::new(Vec::new()));
        receiver.answer_with({
            let (secret, unsigned) = (secret.clone(), unsigned.clone());
            move |_, request| {
                if request.path != "/hook" && !is_signed(request, &secret) {
                    unsigned.lock().unwrap().push(request.path.clone());
                    return Answer::status(401);
                }
                answer(request)
            }
        });
        let apps = &world.fixtures.apps;
        let body = json!({
            "organization": HOME, "name": "Every Component", "author": "Acme",
            "scopes": ["event:admin", "project:read", "org:read"], "events": [],
            "webhookUrl": receiver.url("/hook?its=own"), "redirectUrl": "https://hooks.example/back",
            "isInternal": false, "isAlertable": true, "verifyInstall": false, "schema": schema(),
        });
        let app = apps.owner("POST", "/api/0/sentry-apps/", &body).await;
        let client_secret = app["clientSecret"].as_str().unwrap();
        secret.set(Secret::from_client_secret(client_secret).unwrap()).ok().unwrap();
        let path = format!("/api/0/organizations/{HOME}/sentry-app-installations/");
        let installed = apps.owner("POST", &path, &json!({ "slug": app["slug"] })).await;
        let installation = installed["uuid"].as_str().unwrap().to_owned();
        let token = apps.exchange(&app, &installed).await;
        let slug = app["slug"].as_str().unwrap().to_owned();
        Self { receiver, slug, installation, token, unsigned }
    }

    /// Paths of requests whose signature was wrong.
    pub(super) fn unsigned(&self) -> Vec<String> {
        self.unsigned.lock().unwrap().clone()
    }

    /// The latest request to this path.
    pub(super) async fn asked(&self, path: &str) -> Received {
        let all = self.receiver.wait_until(|all| all.iter().any(|one| one.path == path), SOON).await;
        all.into_iter().rev().find(|one| one.path == path).unwrap()
    }

    /// The latest webhook about this resource.
    pub(super) async fn webhook_about(&self, resource: &str) -> Received {
        let is_meant = |one: &Received| one.header("sentry-hook-resource") == Some(resource);
        let all = self.receiver.wait_until(|all| all.iter().any(is_meant), SOON).await;
        all.into_iter().rev().find(is_meant).unwrap()
    }

    /// The number of requests to this path.
    pub(super) fn count(&self, path: &str) -> usize {
        self.receiver.received().iter().filter(|one| one.path == path).count()
    }
}

fn is_signed(request: &Received, secret: &OnceLock<Secret>) -> bool {
    let signature = request.header("sentry-app-signature").unwrap_or_default();
    let verifier = Verifier::new([secret.get().unwrap()]);
    // A GET has no body, so the empty text is signed.
    (request.method != "GET" || request.body.is_empty()) && verifier.sentry(signature, &request.body).is_ok()
}

/// The components of the app.
fn schema() -> Value {
    let select = |name: &str, rest: Value| {
        let mut field = json!({ "type": "select", "label": name, "name": name });
        field.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        field
    };
    let text = |name: &str| json!({ "type": "text", "label": name, "name": name, "default": "issue.title" });
    json!({ "elements": [
        {
            "type": "issue-link",
            "create": {
                "uri": "/create",
                "required_fields": [text("title"), select("project", json!({ "uri": "/projects" }))],
                "optional_fields": [
                    select("board", json!({ "uri": "/boards", "depends_on": ["project"] })),
                    select("priority", json!({ "options": [["high", "High"], ["low", "Low"]] })),
                    select("sprint", json!({ "uri": "/sprints", "skip_load_on_open": true })),
                ],
            },
            "link": {
                "uri": "/link",
                "required_fields": [select("project", json!({ "uri": "/projects", "async": true })), text("number")],
            },
        },
        {
            "type": "alert-rule-action",
            "title": "Tell a channel",
            "settings": {
                "type": "alert-rule-settings",
                "uri": "/alert",
                "description": "Where to send notifications.",
                "required_fields": [text("channel")],
                "optional_fields": [select("priority", json!({ "options": [["high", "High"]] }))],
            },
        },
        { "type": "stacktrace-link", "uri": "/code" },
        {
            "type": "issue-media",
            "title": "How it happened",
            "elements": [{ "type": "video", "url": "/video" }, { "type": "markdown", "text": "*Look*" }],
        },
    ] })
}

fn answer(request: &Received) -> Answer {
    let said = |status, body: Value| Answer::status(status).body(body.to_string());
    let option = |value: Value, label: &str| json!({ "value": value, "label": label });
    match request.path.as_str() {
        "/known" => said(200, json!([])),
        "/projects" => {
            let mut two = option(json!(2), "Two");
            two["default"] = json!(true);
            said(200, json!([option(json!("1"), "One"), two]))
        }
        "/boards" => said(200, json!([option(json!("b"), "Board")])),
        "/sprints" => said(200, json!([option(json!("s"), "Sprint")])),
        "/create" | "/link" => external_issue(&request.json()["fields"]["title"]),
        "/alert" => channel(&request.json()["fields"][0]["value"]),
        "/object" => said(200, json!({ "value": "1", "label": "One" })),
        "/incomplete" => said(200, json!([{ "label": "One" }])),
        "/refused" => said(418, json!({ "message": "No teapots." })),
        "/silent" => Answer::status(500).body("<html>oops</html>"),
        "/moved" => Answer::status(302).header("location", "http://127.0.0.1/elsewhere"),
        "/hung-up" => Answer::hang_up(),
        _ => Answer::status(200),
    }
}

/// Creates or finds an issue; the title selects a failure.
fn external_issue(title: &Value) -> Answer {
    let whole = json!({ "webUrl": "https://tracker.example/APP-7", "project": "APP", "identifier": "7" });
    match title.as_str().unwrap_or_default() {
        "refused" => Answer::status(409).body(r#"{"message":"There is one already."}"#),
        "silent" => Answer::status(500).body("oops"),
        "html" => Answer::status(200).body("<html></html>"),
        "incomplete" => Answer::json(r#"{"webUrl":"https://tracker.example/APP-7","project":7}"#),
        "hung-up" => Answer::hang_up(),
        _ => Answer::json(whole.to_string()),
    }
}

/// Whether the app can notify this channel.
fn channel(name: &Value) -> Answer {
    match name.as_str().unwrap_or_default() {
        "#nowhere" => Answer::status(422).body(r#"{"message":"There is no such channel."}"#),
        "#silent" => Answer::status(500).body("oops"),
        "#hung-up" => Answer::hang_up(),
        _ => Answer::json(r#"{"message":"The channel is there."}"#),
    }
}
