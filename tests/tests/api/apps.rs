//! The apps of the tests, as callers and as targets.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base64::Engine as _;
use patchbay_domain::ScopeSet;
use patchbay_testkit::eventually;
use patchbay_testkit::receiver::{Answer, Receiver};
use serde_json::{Value, json};
use tokio::sync::{Mutex, OnceCell};
use tokio::time::Instant;

use crate::people::HOME;
use crate::server::Server;

/// How long webhook-sender may take to learn of an app.
const KNOWN_WITHIN: Duration = Duration::from_secs(10);

/// Creates apps.
pub(crate) struct Apps<'s> {
    server: &'s Server,
    /// The endpoint of the apps.
    receiver: Receiver,
    /// Tokens of owners, by organization.
    owners: HashMap<&'static str, String>,
    /// Tokens of calling internal apps, by organization and scopes.
    callers: Mutex<HashMap<(&'static str, ScopeSet), String>>,
    number: AtomicU32,
    delivery: OnceCell<String>,
    alertable: OnceCell<String>,
}

/// An app installed in [`HOME`], with its token.
#[derive(Debug, Clone)]
pub(crate) struct Installed {
    /// Slug of the app.
    pub(crate) app: String,
    pub(crate) uuid: String,
    pub(crate) token: String,
}

impl<'s> Apps<'s> {
    /// `owners` are tokens with every scope.
    pub(crate) async fn new(server: &'s Server, owners: HashMap<&'static str, String>) -> Self {
        let receiver = Receiver::start().await;
        receiver.answer_with(|_, request| {
            Answer::json(match request.path.split('?').next() {
                Some("/options") => "[]",
                Some("/issue") => {
                    r#"{"webUrl":"https://tracker.example/1","project":"ONE","identifier":"1"}"#
                }
                _ => "{}",
            })
        });
        Self {
            server,
            receiver,
            owners,
            callers: Mutex::default(),
            number: AtomicU32::new(0),
            delivery: OnceCell::new(),
            alertable: OnceCell::new(),
        }
    }

    /// The body that registers another app.
    pub(crate) fn body(&self, organization: &str, is_internal: bool, scopes: ScopeSet) -> Value {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        json!({
            "organization": organization, "name": format!("App {number}"), "author": "Acme",
            "scopes": scopes.names(), "events": [], "webhookUrl": self.receiver.url("/hook"), "redirectUrl": "https://hooks.example/back",
            "isInternal": is_internal, "isAlertable": true, "verifyInstall": !is_internal,
        })
    }

    async fn register(&self, organization: &'static str, is_internal: bool, scopes: ScopeSet) -> Value {
        let body = self.body(organization, is_internal, scopes);
        let owner = &self.owners[organization];
        let answer = self.server.call("POST", "/api/0/sentry-apps/", owner, Some(&body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    /// A token of an internal app of this organization with these scopes.
    pub(crate) async fn caller(&self, organization: &'static str, scopes: ScopeSet) -> String {
        let key = (organization, scopes);
        let mut callers = self.callers.lock().await;
        if let Some(known) = callers.get(&key) {
            return known.clone();
        }
        let app = self.register(organization, true, scopes).await;
        let token = app["tokens"][0]["token"].as_str().unwrap().to_owned();
        callers.entry(key).or_insert(token).clone()
    }

    /// The slug of a new unpublished app of [`HOME`].
    pub(crate) async fn unpublished(&self) -> String {
        self.register(HOME, false, ScopeSet::EMPTY).await["slug"].as_str().unwrap().to_owned()
    }

    /// The slug of a new app of [`HOME`] with a logo, which publishing requires.
    pub(crate) async fn with_logo(&self) -> String {
        let slug = self.unpublished().await;
        let logo = json!({ "avatar_type": "upload", "avatar_photo": picture(), "color": true });
        self.owner("PUT", &format!("/api/0/sentry-apps/{slug}/avatar/"), &logo).await;
        slug
    }

    /// The slug of a new app of [`HOME`] with a pending publish request.
    pub(crate) async fn waiting(&self) -> String {
        let slug = self.with_logo().await;
        let request = json!({ "questionnaire": [{ "question": "Why?", "answer": "Because." }] });
        self.owner("POST", &format!("/api/0/sentry-apps/{slug}/publish-request/"), &request).await;
        slug
    }

    /// The slug of a new disabled app of [`HOME`].
    pub(crate) async fn disabled(&self) -> String {
        let slug = self.unpublished().await;
        self.owner("POST", &format!("/api/0/sentry-apps/{slug}/disable/"), &json!({})).await;
        slug
    }

    /// The id of a webhook of an app of [`HOME`], once it was attempted.
    pub(crate) async fn delivery(&self) -> String {
        let sent = async || {
            let installed = self.installed(ScopeSet::EMPTY).await;
            let path = format!("/api/0/sentry-apps/{}/webhook-requests/?full=1", installed.app);
            let deadline = Instant::now() + Duration::from_secs(30);
            loop {
                let answer = self.server.call("GET", &path, &self.owners[HOME], None).await;
                if let Some(id) = answer.json()[0]["deliveryId"].as_str() {
                    return id.to_owned();
                }
                assert!(Instant::now() < deadline, "no webhook was sent: {answer:?}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        self.delivery.get_or_init(sent).await.clone()
    }

    /// The slug of an app of [`HOME`] that can be used in alert rules.
    pub(crate) async fn alertable(&self) -> String {
        let installed = async || {
            let mut body = self.body(HOME, false, ScopeSet::EMPTY);
            body["verifyInstall"] = json!(false);
            let app = self.owner("POST", "/api/0/sentry-apps/", &body).await;
            let path = format!("/api/0/organizations/{HOME}/sentry-app-installations/");
            self.owner("POST", &path, &json!({ "slug": app["slug"] })).await;
            app["slug"].as_str().unwrap().to_owned()
        };
        self.alertable.get_or_init(installed).await.clone()
    }

    /// The uuid of that app's installation.
    pub(crate) async fn alertable_installation(&self) -> String {
        let slug = self.alertable().await;
        let path = format!("/api/0/organizations/{HOME}/sentry-app-installations/");
        self.owner("POST", &path, &json!({ "slug": slug })).await["uuid"].as_str().unwrap().to_owned()
    }

    /// The id of a new recovery of webhooks of an app of [`HOME`].
    pub(crate) async fn recovery(&self) -> String {
        let path = format!("/api/0/sentry-apps/{}/webhook-recoveries/", self.unpublished().await);
        // webhook-sender learns of a new app a moment later.
        let started = eventually(KNOWN_WITHIN, "a recovery of the new app", async || {
            let answer = self.server.call("POST", &path, &self.owners[HOME], Some(&json!({}))).await;
            (answer.status != 404).then_some(answer)
        });
        let started: Value = serde_json::from_str(&started.await.body).unwrap();
        started["id"].as_str().unwrap().to_owned()
    }

    /// Sends a request as the owner of [`HOME`], which must succeed.
    pub(crate) async fn owner(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.server.call(method, path, &self.owners[HOME], Some(body)).await;
        assert!(answer.status < 300, "{method} {path}: {answer:?}");
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    /// The slug of a new internal app of [`HOME`], and the id of its token.
    pub(crate) async fn internal(&self) -> (String, String) {
        let app = self.register(HOME, true, ScopeSet::EMPTY).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&app["slug"]), text(&app["tokens"][0]["id"]))
    }

    /// A new installation that is pending.
    pub(crate) async fn installed(&self, scopes: ScopeSet) -> Installed {
        let app = self.register(HOME, false, scopes).await;
        let owner = &self.owners[HOME];
        let path = format!("/api/0/organizations/{HOME}/sentry-app-installations/");
        let answer = self.server.call("POST", &path, owner, Some(&json!({ "slug": app["slug"] }))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let installation = answer.json();
        let uuid = installation["uuid"].as_str().unwrap().to_owned();
        let slug = app["slug"].as_str().unwrap().to_owned();
        Installed { app: slug, uuid, token: self.exchange(&app, &installation).await }
    }

    /// Exchanges the code of a new installation for its token.
    pub(crate) async fn exchange(&self, app: &Value, installation: &Value) -> String {
        let uuid = installation["uuid"].as_str().unwrap();
        let path = format!("/api/0/sentry-app-installations/{uuid}/authorizations/");
        let exchange = json!({
            "grant_type": "authorization_code", "code": installation["code"],
            "client_id": app["clientId"], "client_secret": app["clientSecret"],
        });
        let answer = self.server.send("POST", &path, &[], Some(&exchange)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    /// A token of the owner of [`HOME`], with every scope.
    pub(crate) fn owner_token(&self) -> &str {
        &self.owners[HOME]
    }
}

/// The smallest PNG that is accepted as a logo, in base64.
fn picture() -> String {
    const SIDE: u32 = 256;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIDE, SIDE);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[7; (SIDE * SIDE) as usize]).unwrap();
    writer.finish().unwrap();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
