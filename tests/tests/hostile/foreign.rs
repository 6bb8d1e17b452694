//! An organization that the caller has nothing to do with: one object of each kind, and how all of them look.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use patchbay_domain::{Role, Scope};
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_proto::event_fanout::events_client::EventsClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::{
    CreateUserRequest, InviteMemberRequest, NewEvent, RecordErrorRequest, SetMemberRequest,
};
use patchbay_rpc::request;
use patchbay_testkit::eventually;
use serde_json::{Value, json};

use crate::people::ABROAD;
use crate::world::World;

const SOON: Duration = Duration::from_secs(60);

/// Stands in every name and text of the organization, so that an answer that shows one of them is noticed.
pub(crate) const MARK: &str = "zanzibar";

pub(crate) struct Foreign<'w> {
    world: &'w World<'w>,
    token: String,
    cookie: String,
    /// By kind, in all forms in which the API takes them.
    ids: HashMap<&'static str, Vec<String>>,
}

impl<'w> Foreign<'w> {
    pub(crate) async fn new(world: &'w World<'w>) -> Self {
        let stranger = world.people.named("stranger");
        let token = world.people.token(stranger, Scope::ALL.iter().copied().collect()).await;
        let mut foreign = Self { world, token, cookie: stranger.cookie.clone(), ids: HashMap::new() };
        foreign.people().await;
        foreign.app().await;
        foreign.projects().await;
        foreign.integration().await;
        foreign.rules().await;
        foreign.webhooks().await;
        foreign
    }

    /// The ids of a kind.
    pub(crate) fn ids(&self, kind: &str) -> &[String] {
        self.ids.get(kind).unwrap_or_else(|| panic!("there is no foreign {kind}"))
    }

    fn id(&self, kind: &str) -> &str {
        &self.ids(kind)[0]
    }

    fn add(&mut self, kind: &'static str, forms: &[&Value]) {
        let text = |value: &&Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let forms: Vec<_> = forms.iter().map(text).collect();
        assert!(forms.iter().all(|form| form != "null"), "{kind}: {forms:?}");
        self.ids.insert(kind, forms);
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.world.server.call("POST", path, &self.token, Some(body)).await;
        assert!(answer.status < 300, "{path}: {answer:?}");
        answer.json()
    }

    async fn get(&self, path: &str) -> Value {
        // The tokens of apps are shown in a session only.
        let session = [("cookie", self.cookie.clone()), ("sec-fetch-site", "same-origin".to_owned())];
        let answer = self.world.server.send("GET", path, &session, None).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    async fn people(&mut self) {
        let channel = &self.world.server.patchbay.channel;
        let mut directory = DirectoryClient::new(channel.clone());
        let email = format!("{MARK}@patchbay.example");
        let wanted = CreateUserRequest { name: MARK.to_owned(), email: email.clone(), ..Default::default() };
        let user_id = directory.create_user(request(wanted)).await.unwrap().into_inner().id;
        let organization = ABROAD.to_owned();
        let member = SetMemberRequest { organization, user_id, role: Role::Member.to_string() };
        directory.set_member(request(member)).await.unwrap();
        let invited = InviteMemberRequest {
            organization: ABROAD.to_owned(),
            email: format!("guest-{MARK}@patchbay.example"),
            role: Role::Member.to_string(),
        };
        let invitation = directory.invite_member(request(invited)).await.unwrap().into_inner().id;
        let minted =
            MintUserTokenRequest { user_id, scopes: vec!["openid".to_owned()], name: MARK.to_owned() };
        let minted = TokensClient::new(channel.clone()).mint_user_token(request(minted)).await;
        let organization = self.get(&format!("/api/0/organizations/{ABROAD}/")).await;
        self.add("organization", &[&organization["slug"], &organization["id"]]);
        self.add("member", &[&json!(user_id)]);
        self.add("email", &[&json!(email)]);
        self.add("invitation", &[&json!(invitation)]);
        self.add("user_token", &[&json!(minted.unwrap().into_inner().id)]);
    }

    /// An app that is installed and one that is internal.
    async fn app(&mut self) {
        let apps = &self.world.fixtures.apps;
        let mut body = apps.body(ABROAD, false, Role::Owner.scopes());
        (body["name"], body["overview"]) = (json!(format!("{MARK} app")), json!(MARK));
        body["schema"] = json!({ "elements": [{
            "type": "stacktrace-link", "uri": format!("/{MARK}"),
        }] });
        let app = self.post("/api/0/sentry-apps/", &body).await;
        let installations = format!("/api/0/organizations/{ABROAD}/sentry-app-installations/");
        let installation = self.post(&installations, &json!({ "slug": app["slug"] })).await;
        let token = apps.exchange(&app, &installation).await;
        let path = format!("/api/0/sentry-app-installations/{}/", installation["uuid"].as_str().unwrap());
        let done = json!({ "status": "installed" });
        let answer = self.world.server.call("PUT", &path, &token, Some(&done)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        self.add("app", &[&app["slug"], &app["uuid"]]);
        self.add("client", &[&app["clientId"]]);
        self.add("code", &[&installation["code"]]);
        self.add("installation", &[&installation["uuid"]]);
        self.add("uri", &[&json!(format!("/{MARK}"))]);
        self.add("app_key", &[&json!(token)]);
        let mut body = apps.body(ABROAD, true, Role::Member.scopes());
        body["name"] = json!(format!("{MARK} internal"));
        let internal = self.post("/api/0/sentry-apps/", &body).await;
        self.add("internal", &[&internal["slug"]]);
        self.add("token", &[&internal["tokens"][0]["id"]]);
    }

    async fn projects(&mut self) {
        let body = json!({ "name": format!("{MARK} project") });
        let project = self.post(&format!("/api/0/organizations/{ABROAD}/projects/"), &body).await;
        let body = json!({ "name": format!("{MARK} team") });
        let team = self.post(&format!("/api/0/organizations/{ABROAD}/teams/"), &body).await;
        self.add("project", &[&project["slug"], &project["id"]]);
        self.add("team", &[&team["slug"], &team["id"]]);
        let wanted = RecordErrorRequest {
            organization: ABROAD.to_owned(),
            project: self.id("project").to_owned(),
            events: vec![NewEvent { event_json: json!({ "message": MARK }).to_string().into_bytes().into() }],
        };
        let mut issues = IssuesClient::new(self.world.server.patchbay.channel.clone());
        let recorded = issues.record_error(request(wanted)).await.unwrap().into_inner().events.remove(0);
        self.add("issue", &[&json!(recorded.issue_id)]);
        self.add("event", &[&json!(recorded.event_id)]);
        let path = format!("/api/0/issues/{}/comments/", recorded.issue_id);
        let comment = self.post(&path, &json!({ "text": MARK })).await;
        self.add("comment", &[&comment["id"]]);
        let link = json!({
            "issueId": recorded.issue_id, "webUrl": "https://tracker.example/7", "project": MARK, "identifier": "7",
        });
        let path = format!("/api/0/sentry-app-installations/{}/external-issues/", self.id("installation"));
        let link = self.world.server.call("POST", &path, self.id("app_key"), Some(&link)).await;
        self.add("external_issue", &[&link.json()["id"]]);
    }

    /// An integration with a linked ticket, and a name that is mapped.
    async fn integration(&mut self) {
        let path = format!("/api/0/organizations/{ABROAD}/pipeline/integration_pipeline/");
        let start = json!({ "action": "initialize", "provider": "slate" });
        self.post(&path, &start).await;
        self.post(&path, &json!({ "host": format!("{MARK}.test"), "secret": MARK })).await;
        let integration = self.post(&path, &json!({ "answer": "yes" })).await["data"]["id"].clone();
        self.add("integration", &[&integration]);
        let path = format!("/api/0/issues/{}/integrations/{}/", self.id("issue"), self.id("integration"));
        let link = self.post(&path, &json!({ "title": MARK })).await;
        self.add("link", &[&link["id"]]);
        let name = json!({
            "userId": self.id("member"), "externalName": format!("@{MARK}"), "provider": "slate",
            "integrationId": self.id("integration"),
        });
        let path = format!("/api/0/organizations/{ABROAD}/external-users/");
        let actor = self.post(&path, &name).await;
        self.add("external_actor", &[&actor["id"]]);
    }

    async fn rules(&mut self) {
        let action = "sentry.rules.actions.notify_event_service.NotifyEventServiceAction";
        let body = json!({ "name": MARK, "actions": [{ "id": action, "service": self.id("app") }] });
        let path = format!("/api/0/projects/{ABROAD}/{}/rules/", self.id("project"));
        let rule = self.post(&path, &body).await;
        self.add("rule", &[&rule["id"]]);
        let body = json!({
            "name": MARK, "projects": [self.id("project")], "timeWindow": 5,
            "triggers": [{ "label": "critical", "alertThreshold": 1000, "actions": [] }],
        });
        let rule = self.post(&format!("/api/0/organizations/{ABROAD}/alert-rules/"), &body).await;
        self.add("metric_rule", &[&rule["id"]]);
    }

    async fn webhooks(&mut self) {
        let wanted = PublishRequest {
            organization_id: self.ids("organization")[1].parse().unwrap(),
            resource: "error".to_owned(),
            action: "created".to_owned(),
            data_json: json!({ "error": MARK }).to_string().into_bytes().into(),
            ..Default::default()
        };
        let mut events = EventsClient::new(self.world.server.patchbay.channel.clone());
        let event = events.publish(request(wanted)).await.unwrap().into_inner().event_id;
        self.add("published", &[&json!(event)]);
        let path = format!("/api/0/sentry-apps/{}/webhook-requests/?full=1", self.id("app"));
        let delivery = eventually(SOON, "a webhook of the other organization", async || {
            self.get(&path).await[0]["deliveryId"].as_str().map(str::to_owned)
        });
        let delivery = delivery.await;
        self.add("delivery", &[&json!(delivery)]);
        let health = format!("/api/0/sentry-apps/{}/webhook-health/", self.id("app"));
        eventually(SOON, "the webhook in the health of its app", async || {
            self.get(&health).await["lastDelivered"].as_str().map(drop)
        })
        .await;
        let path = format!("/api/0/sentry-apps/{}/webhook-recoveries/", self.id("app"));
        let recovery = self.post(&path, &json!({})).await;
        self.add("recovery", &[&recovery["id"]]);
    }

    /// Everything that the owner of the organization sees, by path, once nothing is under way any more.
    pub(crate) async fn look(&self) -> BTreeMap<String, Value> {
        let mut last = self.look_once().await;
        eventually(SOON, "rest in the other organization", async || {
            let seen = self.look_once().await;
            let is_same = seen == last;
            last.clone_from(&seen);
            is_same.then_some(seen)
        })
        .await
    }

    async fn look_once(&self) -> BTreeMap<String, Value> {
        let [app, internal] =
            ["app", "internal"].map(|kind| format!("/api/0/sentry-apps/{}/", self.id(kind)));
        let installation = format!("/api/0/sentry-app-installations/{}/", self.id("installation"));
        let organization = format!("/api/0/organizations/{ABROAD}/");
        let project = format!("/api/0/projects/{ABROAD}/{}/", self.id("project"));
        let issue = format!("{organization}issues/{}/", self.id("issue"));
        let below = |path: &str, parts: &[&str]| -> Vec<_> {
            parts.iter().map(|part| format!("{path}{part}")).collect()
        };
        let lists = [
            "",
            "members/",
            "teams/",
            "projects/",
            "issues/?query=",
            "sentry-apps/",
            "sentry-app-installations/",
            "sentry-app-components/",
            "alert-rules/",
            "audit-logs/",
            "integrations/?includeConfig=0",
        ];
        let of_app = [
            "",
            "features/",
            "avatar/",
            "components/",
            "webhook-requests/?full=1",
            "webhook-health/",
            "webhook-dead-letters/",
            "installations/",
        ];
        let mut paths = below(&organization, &lists);
        paths.extend(below(&app, &of_app));
        paths.extend(below(&internal, &["", "api-tokens/"]));
        paths.extend(below(&installation, &["", "webhooks/", "service-hook-projects/"]));
        paths.extend(below(&project, &["", "rules/", "events/"]));
        paths.extend(below(
            &issue,
            &["", "comments/", "activities/", "events/", "external-issues/", "integrations/"],
        ));
        paths.push(format!("{organization}alert-rules/{}/", self.id("metric_rule")));
        paths.push(format!("{organization}members/{}/", self.id("member")));
        paths.push(format!("{organization}members/{}/", self.id("invitation")));
        paths.push(format!("/api/0/teams/{ABROAD}/{}/", self.id("team")));
        paths.push(format!("/api/0/webhook-recoveries/{}/", self.id("recovery")));
        paths.push("/api/0/organizations/".to_owned());
        let mut seen = BTreeMap::new();
        for path in paths {
            seen.insert(path.clone(), self.get(&path).await);
        }
        seen
    }
}
