//! The story: a public app from its registration to its uninstallation.

mod components;

use anyhow::{Context, ensure};
use bytes::Bytes;
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_proto::event_fanout::{ExplainRequest, Outcome, PublishRequest, Target, target};
use patchbay_proto::tracker::{
    CreateIssueRequest, CreateOrganizationRequest, CreateProjectRequest, CreateUserRequest, SetMemberRequest,
};
use patchbay_rpc::{Security, request};
use patchbay_webhook_signature::Secret;
use serde_json::{Value, json};

use super::app::App;
use super::checks::{same, text, until};
use super::narrator::Narrator;
use super::rest::Rest;
use crate::all_in_one::AllInOne;
use crate::clients::Clients;
use crate::data_folder::DataFolder;

const ERROR_CREATED: &str = include_str!("payloads/error_created.json");
const EVENT_ALERT_TRIGGERED: &str = include_str!("payloads/event_alert_triggered.json");

/// Who takes part, and what they learn on the way.
struct Story {
    narrator: Narrator,
    rest: Rest,
    clients: Clients,
    app: App,
}

/// The product's organizations and the tokens of their people.
struct People {
    /// Owner of the organization that builds the app.
    owner: String,
    /// Manager of the organization that installs it.
    manager: String,
    /// Reviews apps for the operator.
    reviewer: String,
    customer_id: i64,
}

/// The app as registered.
struct Registered {
    slug: String,
    client_id: String,
    client_secret: String,
    secret: Secret,
}

/// An installation and its token.
struct Installed {
    uuid: String,
    token: String,
    refresh_token: String,
}

/// Tells the story on a running Patchbay.
///
/// # Errors
/// The first thing that is not as it should be.
pub(super) async fn tell(running: &AllInOne, data: &DataFolder, narrator: Narrator) -> anyhow::Result<()> {
    // The product talks to Patchbay as it would from another process: over TCP, with the service secret.
    let security = Security::secret(data.secret("service-secret")?);
    let product =
        patchbay_rpc::Target::Url(format!("http://{}", running.grpc.context("there is no gRPC port")?))
            .channel(&security)?;
    let mut story = Story {
        narrator,
        rest: Rest::new(&running.base_url)?,
        clients: Clients::new(&product),
        app: App::start().await?,
    };
    let people = story.people_exist().await?;
    let registered = story.an_owner_registers_an_app(&people).await?;
    story.a_reviewer_publishes_it(&people, &registered).await?;
    let (uuid, code) = story.a_manager_installs_it(&people, &registered).await?;
    let installed = story.the_app_exchanges_the_code(&registered, &uuid, &code).await?;
    story.the_app_confirms_the_installation(&installed).await?;
    story.an_issue_reaches_the_app(&registered, &installed).await?;
    story.published_events_arrive_unchanged(&people, &registered, &installed).await?;
    story.a_failing_app_gets_the_same_bytes_again(&people, &registered).await?;
    story.the_request_log_shows_it(&people, &registered).await?;
    let issue = story.an_alert_rule_tells_the_app(&people, &registered, &installed).await?;
    story.the_issue_is_linked_to_one_of_the_apps(&people, &registered, &installed, &issue).await?;
    story.a_comment_reaches_the_app(&people, &registered, &issue).await?;
    let installed = story.the_token_is_refreshed(&registered, installed).await?;
    story.the_manager_uninstalls_it(&people, &registered, &installed).await?;
    story.narrator.done();
    Ok(())
}

impl Story {
    async fn people_exist(&mut self) -> anyhow::Result<People> {
        self.narrator.step("Two organizations use the product: Acme builds an app, Globex will install it");
        let mut directory = self.clients.directory.clone();
        for name in ["Acme", "Globex"] {
            let wanted = CreateOrganizationRequest { name: name.to_owned(), ..Default::default() };
            directory.create_organization(request(wanted)).await?;
        }
        let project = CreateProjectRequest {
            organization: "globex".to_owned(),
            name: "Front End".to_owned(),
            platform: "javascript".to_owned(),
            ..Default::default()
        };
        let project = self.clients.projects.clone().create_project(request(project)).await?.into_inner();
        let people = People {
            owner: self.person("Olga Owner", Some(("acme", "owner"))).await?,
            manager: self.person("Manuel Manager", Some(("globex", "manager"))).await?,
            reviewer: self.person("Rosa Reviewer", None).await?,
            customer_id: project.organization_id,
        };
        self.narrator
            .holds("organizations acme and globex, project front-end, three people with personal tokens");
        Ok(people)
    }

    /// A user with a personal token; without a place in an organization, a superuser.
    async fn person(&self, name: &str, place: Option<(&str, &str)>) -> anyhow::Result<String> {
        let email = format!("{}@example.com", name.split(' ').next().unwrap_or(name).to_ascii_lowercase());
        let wanted = CreateUserRequest {
            name: name.to_owned(),
            email,
            is_superuser: place.is_none(),
            ..Default::default()
        };
        let mut directory = self.clients.directory.clone();
        let user = directory.create_user(request(wanted)).await?.into_inner();
        if let Some((organization, role)) = place {
            let member =
                SetMemberRequest { organization: organization.into(), user_id: user.id, role: role.into() };
            directory.set_member(request(member)).await?;
        }
        let scopes =
            ["org:admin", "event:admin", "project:admin", "member:read", "team:read"].map(str::to_owned);
        let wanted =
            MintUserTokenRequest { user_id: user.id, scopes: scopes.into(), name: "demo".to_owned() };
        Ok(self.clients.tokens.clone().mint_user_token(request(wanted)).await?.into_inner().token)
    }

    async fn an_owner_registers_an_app(&mut self, people: &People) -> anyhow::Result<Registered> {
        self.narrator.step("The owner of Acme registers a public app");
        let wanted = json!({
            "name": "Webhooks Galore",
            "organization": "acme",
            "author": "Acme",
            "isInternal": false,
            "isAlertable": true,
            "verifyInstall": true,
            "scopes": ["event:read", "project:read"],
            "events": ["issue", "error", "comment"],
            "schema": components::schema(),
            "webhookUrl": self.app.webhook_url,
            "redirectUrl": "http://localhost/setup",
        });
        let app = self.rest.post("/api/0/sentry-apps/", &people.owner, wanted).await?.expect(201)?;
        same("slug", text(&app, "/slug")?, "webhooks-galore")?;
        same("status", text(&app, "/status")?, "unpublished")?;
        same("events", &app["events"], &json!(["comment", "error", "issue"]))?;
        let client_secret = text(&app, "/clientSecret")?.to_owned();
        let secret = Secret::from_client_secret(&client_secret)?;
        same("webhookSecret", text(&app, "/webhookSecret")?, secret.webhook_secret().as_str())?;
        self.narrator
            .holds("registered as webhooks-galore, with client id, client secret and webhook secret");
        let slug = text(&app, "/slug")?.to_owned();
        Ok(Registered { slug, client_id: text(&app, "/clientId")?.to_owned(), client_secret, secret })
    }

    async fn a_reviewer_publishes_it(&mut self, people: &People, app: &Registered) -> anyhow::Result<()> {
        self.narrator.step("A reviewer of the operator publishes the app");
        let path = format!("/api/0/sentry-apps/{}/", app.slug);
        self.rest.get(&path, &people.manager).await?.expect(403)?;
        self.narrator.holds("before that, other organizations may not even look at it (403)");
        let published =
            self.rest.put(&path, &people.reviewer, json!({"status": "published"})).await?.expect(200)?;
        same("status", text(&published, "/status")?, "published")?;
        self.narrator.holds("status published");
        Ok(())
    }

    async fn a_manager_installs_it(
        &mut self,
        people: &People,
        app: &Registered,
    ) -> anyhow::Result<(String, String)> {
        self.narrator.step("A manager of Globex looks at the permissions and installs the app");
        let shown = self
            .rest
            .get(&format!("/api/0/sentry-apps/{}/", app.slug), &people.manager)
            .await?
            .expect(200)?;
        same("scopes", &shown["scopes"], &json!(["event:read", "project:read"]))?;
        ensure!(shown.get("clientSecret").is_none(), "a stranger is shown the client secret");
        self.narrator.holds("it asks for event:read and project:read; its secrets are not shown");

        let wanted = json!({"slug": app.slug});
        let path = "/api/0/organizations/globex/sentry-app-installations/";
        let installation = self.rest.post(path, &people.manager, wanted).await?.expect(200)?;
        let uuid = text(&installation, "/uuid")?.to_owned();
        let code = text(&installation, "/code")?.to_owned();
        same("status", text(&installation, "/status")?, "pending")?;
        self.narrator.holds("pending until the app confirms, with a grant code");

        let webhook = self.app.next("installation.created").await?;
        let body = webhook.verified("installation.created", &app.secret)?;
        same("installation", text(&body, "/installation/uuid")?, uuid.as_str())?;
        same("code", text(&body, "/data/installation/code")?, code.as_str())?;
        same("actor", text(&body, "/actor/name")?, "Manuel Manager")?;
        self.narrator.holds("installation.created arrived with the same code; both signatures hold");
        self.narrator.body(&webhook.body);
        Ok((uuid, code))
    }

    async fn the_app_exchanges_the_code(
        &mut self,
        app: &Registered,
        uuid: &str,
        code: &str,
    ) -> anyhow::Result<Installed> {
        self.narrator.step("The app exchanges the code for a token");
        let exchange = app.grant(json!({"grant_type": "authorization_code", "code": code}));
        let path = format!("/api/0/sentry-app-installations/{uuid}/authorizations/");
        let answer = self.rest.post_anonymously(&path, exchange.clone()).await?.expect(201)?;
        same("scopes", &answer["scopes"], &json!(["project:read", "event:read"]))?;
        self.narrator.holds("a token for eight hours and a refresh token");
        let again = self.rest.post_anonymously(&path, exchange).await?.expect(401)?;
        same("detail", text(&again, "/detail")?, "Could not find grant for given code")?;
        self.narrator.holds("the code works once");
        Ok(Installed {
            uuid: uuid.to_owned(),
            token: text(&answer, "/token")?.to_owned(),
            refresh_token: text(&answer, "/refreshToken")?.to_owned(),
        })
    }

    async fn the_app_confirms_the_installation(&mut self, installed: &Installed) -> anyhow::Result<()> {
        self.narrator.step("The app marks the installation as installed");
        let path = format!("/api/0/sentry-app-installations/{}/", installed.uuid);
        let answer =
            self.rest.put(&path, &installed.token, json!({"status": "installed"})).await?.expect(200)?;
        same("status", text(&answer, "/status")?, "installed")?;
        ensure!(answer.get("code").is_none(), "the code is shown after its exchange");
        self.narrator.holds("installed; the code is gone");
        Ok(())
    }

    async fn an_issue_reaches_the_app(
        &mut self,
        app: &Registered,
        installed: &Installed,
    ) -> anyhow::Result<()> {
        self.narrator.step("Something breaks in Globex's front end, an issue is opened in the tracker");
        let issue = CreateIssueRequest {
            organization: "globex".to_owned(),
            project: "front-end".to_owned(),
            title: "ReferenceError: blooopy is not defined".to_owned(),
            culprit: "?(runner)".to_owned(),
            ..Default::default()
        };
        let issue = self.clients.issues.clone().create_issue(request(issue)).await?.into_inner();
        let webhook = self.app.next("issue.created").await?;
        let body = webhook.verified("issue.created", &app.secret)?;
        let id = issue.id.to_string();
        same("issue", text(&body, "/data/issue/id")?, id.as_str())?;
        same("actor", &body["actor"], &json!({"type": "application", "id": "sentry", "name": "Sentry"}))?;
        self.narrator.holds(&format!("issue.created arrived, signed: {}", issue.short_id));
        self.narrator.body(&webhook.body);

        let fetched = self.rest.get(&format!("/api/0/issues/{id}/"), &installed.token).await?.expect(200)?;
        same("title", &fetched["title"], &body["data"]["issue"]["title"])?;
        self.rest
            .get(&format!("/api/0/organizations/acme/issues/{id}/"), &installed.token)
            .await?
            .expect(403)?;
        self.narrator
            .holds("the app fetches the issue with its token, and nothing of other organizations (403)");
        Ok(())
    }

    async fn published_events_arrive_unchanged(
        &mut self,
        people: &People,
        app: &Registered,
        installed: &Installed,
    ) -> anyhow::Result<()> {
        self.narrator.step("The product publishes an error and an alert over gRPC");
        self.publish(people, "error", "created", ERROR_CREATED, Vec::new()).await?;
        let webhook = self.app.next("error.created").await?;
        same_data(&webhook.verified("error.created", &app.secret)?, ERROR_CREATED)?;
        self.narrator.holds("error.created arrived with its data unchanged, key by key");

        let named = target::Receiver::InstallationUuid(installed.uuid.clone());
        let targets = vec![Target { receiver: Some(named), app_id: 0 }];
        self.publish(people, "event_alert", "triggered", EVENT_ALERT_TRIGGERED, targets).await?;
        let webhook = self.app.next("event_alert.triggered").await?;
        same_data(&webhook.verified("event_alert.triggered", &app.secret)?, EVENT_ALERT_TRIGGERED)?;
        self.narrator.holds("event_alert.triggered arrived with its data unchanged, key by key");
        Ok(())
    }

    async fn a_failing_app_gets_the_same_bytes_again(
        &mut self,
        people: &People,
        app: &Registered,
    ) -> anyhow::Result<()> {
        self.narrator.step("The app has two bad moments and answers 500");
        self.app.have_bad_moments(2);
        self.publish(people, "error", "created", r#"{"error":{"message":"Grüße 🌍"}}"#, Vec::new()).await?;
        let mut attempts = Vec::new();
        for number in 1..=3 {
            let webhook =
                self.app.next("error.created").await.with_context(|| format!("attempt {number}"))?;
            webhook.verified("error.created", &app.secret)?;
            attempts.push(webhook);
        }
        for later in &attempts[1..] {
            same("body", &later.body, &attempts[0].body)?;
            same("webhook-id", later.header("webhook-id")?, attempts[0].header("webhook-id")?)?;
            ensure!(
                later.header("request-id")? != attempts[0].header("request-id")?,
                "attempts share a Request-ID"
            );
        }
        self.narrator
            .holds("three attempts with the same bytes and the same webhook-id (here after 0.2 s and 0.4 s)");
        Ok(())
    }

    async fn the_request_log_shows_it(&mut self, people: &People, app: &Registered) -> anyhow::Result<()> {
        self.narrator.step("Acme looks at the request log of its app");
        let path = format!("/api/0/sentry-apps/{}/webhook-requests/?eventType=error.created", app.slug);
        // An attempt is recorded after the app's answer, so the last one may take a moment to show.
        let codes = until("the request log shows all attempts", async || {
            let log = self.rest.get(&path, &people.owner).await?.expect(200)?;
            let codes: Vec<i64> = log
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|entry| entry["responseCode"].as_i64())
                .collect();
            Ok((codes.len() >= 4).then_some(codes))
        })
        .await?;
        same("response codes, newest first", codes, vec![200, 500, 500, 200])?;
        self.narrator.holds("200, 500, 500 for the last event, 200 for the one before");
        Ok(())
    }

    async fn the_token_is_refreshed(
        &mut self,
        app: &Registered,
        old: Installed,
    ) -> anyhow::Result<Installed> {
        self.narrator.step("The app refreshes its token");
        let refresh = app.grant(json!({"grant_type": "refresh_token", "refresh_token": old.refresh_token}));
        let path = format!("/api/0/sentry-app-installations/{}/authorizations/", old.uuid);
        let answer = self.rest.post_anonymously(&path, refresh).await?.expect(201)?;
        let installed = Installed {
            token: text(&answer, "/token")?.to_owned(),
            refresh_token: text(&answer, "/refreshToken")?.to_owned(),
            uuid: old.uuid,
        };
        let path = format!("/api/0/sentry-app-installations/{}/", installed.uuid);
        self.rest.get(&path, &old.token).await?.expect(401)?;
        self.rest.get(&path, &installed.token).await?.expect(200)?;
        self.narrator.holds("the new token works, the old one is refused (401)");
        Ok(installed)
    }

    async fn the_manager_uninstalls_it(
        &mut self,
        people: &People,
        app: &Registered,
        installed: &Installed,
    ) -> anyhow::Result<()> {
        self.narrator.step("The manager of Globex uninstalls the app");
        let path = format!("/api/0/sentry-app-installations/{}/", installed.uuid);
        self.rest.delete(&path, &people.manager).await?.expect(204)?;
        let webhook = self.app.next("installation.deleted").await?;
        webhook.verified("installation.deleted", &app.secret)?;
        self.narrator.holds("installation.deleted arrived");
        self.rest.get(&path, &installed.token).await?.expect(401)?;
        let refresh =
            app.grant(json!({"grant_type": "refresh_token", "refresh_token": installed.refresh_token}));
        let answer = self.rest.post_anonymously(&format!("{path}authorizations/"), refresh).await?;
        ensure!((400..500).contains(&answer.status), "the refresh token still works: {}", answer.status);
        self.narrator.holds("its tokens are refused");

        let before = self.app.total();
        let event_id = self.publish(people, "error", "created", r#"{"error":{}}"#, Vec::new()).await?;
        let decisions = self.decisions(&event_id).await?;
        let sent = |outcome: &i32| [Outcome::Delivered as i32, Outcome::Pending as i32].contains(outcome);
        ensure!(
            !decisions.iter().any(sent),
            "an event is sent to an app that is not installed: {decisions:?}"
        );
        same("webhooks after the uninstallation", self.app.total(), before)?;
        self.narrator.holds("the next error is sent to nobody");
        Ok(())
    }

    async fn publish(
        &self,
        people: &People,
        resource: &str,
        action: &str,
        data: &str,
        targets: Vec<Target>,
    ) -> anyhow::Result<String> {
        let event = PublishRequest {
            organization_id: people.customer_id,
            resource: resource.to_owned(),
            action: action.to_owned(),
            data_json: Bytes::copy_from_slice(data.as_bytes()),
            targets,
            ..Default::default()
        };
        Ok(self.clients.events.clone().publish(request(event)).await?.into_inner().event_id)
    }

    /// What became of an event, once all of it has been handed over.
    async fn decisions(&self, event_id: &str) -> anyhow::Result<Vec<i32>> {
        until("the event is handed over", async || {
            let asked = ExplainRequest { event_id: event_id.to_owned(), organization_id: 0 };
            let explained = self.clients.events.clone().explain(request(asked)).await?.into_inner();
            let decisions = explained.decisions.iter().map(|decision| decision.outcome).collect();
            Ok(explained.handed_over.then_some(decisions))
        })
        .await
    }
}

impl Registered {
    /// The body of a token request: the app's credentials and the grant.
    fn grant(&self, grant: Value) -> Value {
        let mut body = json!({"client_id": self.client_id, "client_secret": self.client_secret});
        if let (Value::Object(body), Value::Object(grant)) = (&mut body, grant) {
            body.extend(grant);
        }
        body
    }
}

/// Fails unless the webhook's `data` is the published one, keys in the same order.
fn same_data(webhook: &Value, published: &str) -> anyhow::Result<()> {
    let published: Value = serde_json::from_str(published).context("the example is no JSON")?;
    same("data", webhook["data"].to_string(), published.to_string())
}
