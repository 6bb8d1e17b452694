//! UI components of apps: their options, and the links and alert rules that are created with them. The apps
//! are real HTTP servers.

mod alerts;
mod app;
mod bad_apps;
mod components;
mod links;
mod options;

use std::time::Duration;

use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::{NewEvent, RecordErrorRequest};
use patchbay_rpc::request;
use patchbay_testkit::eventually;
use serde_json::{Value, json};

use crate::people::HOME;
use crate::server::{Answer, Server};
use crate::world::World;
use app::App;

/// How long webhook-sender may take to learn of an app.
const KNOWN_WITHIN: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_uses_every_component_is_driven_through_all_of_them() {
    // Longer than the test takes on any machine, so that a repeated request is answered from the cache.
    let server = Server::with(&[("GATEWAY_OPTIONS_CACHE", "1h")]).await;
    let world = World::new(&server).await;
    let stage = Stage { world: &world, server: &server, app: App::install(&world).await };
    stage.is_known().await;
    components::are_listed_and_prepared(&stage).await;
    options::are_fetched(&stage).await;
    options::are_refused_in_the_right_words(&stage).await;
    links::are_made_by_the_app_and_by_people(&stage).await;
    links::are_refused_in_the_right_words(&stage).await;
    alerts::ask_the_app_and_tell_it(&stage).await;
    alerts::are_refused_in_the_apps_words(&stage).await;
    stage.everything_is_in_the_log().await;
    assert_eq!(stage.app.unsigned(), Vec::<String>::new(), "every request is signed");
}

/// The setup of every test.
struct Stage<'s> {
    world: &'s World<'s>,
    server: &'s Server,
    app: App,
}

impl Stage<'_> {
    /// Sends a request as the owner of [`HOME`].
    async fn owner(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call(method, path, self.world.fixtures.apps.owner_token(), body).await
    }

    /// Sends a request as the app, with the token of its installation.
    async fn app(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call(method, path, &self.app.token, body).await
    }

    async fn call(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Answer {
        self.server.call(method, path, token, body.as_ref()).await
    }

    /// A path of the app's installation.
    fn installation(&self, rest: &str) -> String {
        format!("/api/0/sentry-app-installations/{}/{rest}", self.app.installation)
    }

    /// webhook-sender learns of a new app a moment later.
    async fn is_known(&self) {
        let path = self.installation("external-requests/?uri=/known");
        eventually(KNOWN_WITHIN, "the app can be asked", async || {
            (self.owner("GET", &path, None).await.status == 200).then_some(())
        })
        .await;
    }

    /// Records an error of a new kind and returns the id of its issue.
    async fn error(&self, message: &str) -> i64 {
        let event = json!({ "message": message, "fingerprint": [message] });
        let wanted = RecordErrorRequest {
            organization: HOME.to_owned(),
            project: "front-end".to_owned(),
            events: vec![NewEvent { event_json: event.to_string().into() }],
        };
        let mut issues = IssuesClient::new(self.server.patchbay.channel.clone());
        issues.record_error(request(wanted)).await.unwrap().into_inner().events[0].issue_id
    }

    /// Requests to components are listed in the request log with the name of their event, including failed
    /// ones.
    async fn everything_is_in_the_log(&self) {
        let log = format!("/api/0/sentry-apps/{}/webhook-requests/", self.app.slug);
        let events = [
            "select_options.requested",
            "external_issue.created",
            "external_issue.linked",
            "alert_rule_action.requested",
            "event_alert.triggered",
        ];
        for event in events {
            let path = format!("{log}?eventType={event}");
            let listed = eventually(KNOWN_WITHIN, &format!("{event} is in the log"), async || {
                let listed = self.owner("GET", &path, None).await.json();
                listed.as_array().is_some_and(|listed| !listed.is_empty()).then_some(listed)
            })
            .await;
            assert!(listed.as_array().unwrap().iter().all(|entry| entry["eventType"] == event), "{listed}");
        }
        let failed = self.owner("GET", &format!("{log}?errorsOnly=true&eventType={}", events[0]), None).await;
        let codes: Vec<_> =
            failed.json().as_array().unwrap().iter().map(|entry| entry["responseCode"].clone()).collect();
        assert!(codes.contains(&json!(418)) && codes.contains(&json!(0)), "{codes:?}");
    }
}

impl Answer {
    /// Status and body of a refusal, whose text is part of the contract.
    #[track_caller]
    fn is(&self, status: u16, body: &Value) {
        assert_eq!((self.status, self.json()), (status, body.clone()));
    }
}
