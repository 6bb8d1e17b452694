//! An organization with linked issues.

use anyhow::{Context, ensure};
use patchbay_db::Json;
use patchbay_domain::Clock;
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::issue_sync::GetHealthRequest;
use patchbay_proto::issue_sync::integrations_client::IntegrationsClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::update_issues_request::Issues as Which;
use patchbay_proto::tracker::{
    AddMemberRequest, CreateOrganizationRequest, CreateProjectRequest, Features, IssueFilter, IssueIds,
    ListIssuesRequest, NewEvent, RecordErrorRequest, UpdateIssuesRequest, UpdateOrganizationRequest,
};
use patchbay_rpc::{Channel, request};
use serde_json::{Value, json};

use crate::bench::running::Running;

const BATCH: usize = 1_000;
const ROWS_AT_ONCE: usize = 10_000;
/// Larger than any allocated id.
const FIRST_ID: i64 = 1_000_000_000;
const PROJECT: &str = "front-end";
const TICKETS: &[&str] =
    &["id", "organization_id", "integration_id", "key", "title", "description", "metadata"];
const LINKS: &[&str] =
    &["id", "organization_id", "integration_id", "issue_id", "project_id", "external_issue_id", "created_at"];

/// An issue and its ticket.
#[derive(Debug, Clone)]
pub(super) struct Link {
    issue_id: i64,
    pub(super) key: String,
}

pub(super) struct Company {
    channel: Channel,
    slug: String,
    id: i64,
    gateway: String,
    http: reqwest::Client,
    token: String,
    /// The addresses of two people to whom issues are assigned.
    pub(super) people: [String; 2],
}

impl Company {
    pub(super) async fn found(running: &Running, name: &str) -> anyhow::Result<Self> {
        let channel = running.services.tracker.clone();
        let gateway = running.gateway.clone().context("integrations are set up over HTTP")?;
        let mut directory = DirectoryClient::new(channel.clone());
        let wanted = CreateOrganizationRequest { name: name.to_owned(), ..Default::default() };
        let organization = directory.create_organization(request(wanted)).await?.into_inner();
        // The events of opened issues are not measured.
        let quiet = |names: &[&str]| UpdateOrganizationRequest {
            organization: organization.slug.clone(),
            features: Some(Features { names: names.iter().map(|name| (*name).to_owned()).collect() }),
            ..Default::default()
        };
        let features = ["integrations-issue-basic", "integrations-issue-sync"];
        directory.update_organization(request(quiet(&features))).await?;
        let people = ["ada", "bob"].map(|name| format!("{name}@{}.example", organization.slug));
        let mut user_id = 0;
        for email in &people {
            let member = AddMemberRequest {
                organization: organization.slug.clone(),
                email: email.clone(),
                name: email.clone(),
                role: "owner".to_owned(),
            };
            user_id = directory.add_member(request(member)).await?.into_inner().user.context("a member")?.id;
        }
        let project = CreateProjectRequest {
            organization: organization.slug.clone(),
            name: "Front End".to_owned(),
            ..Default::default()
        };
        ProjectsClient::new(channel.clone()).create_project(request(project)).await?;
        let scopes = ["org:integrations", "org:read", "event:admin"].map(str::to_owned).to_vec();
        let mint = MintUserTokenRequest { user_id, scopes, name: "bench".to_owned() };
        // In the embedded mode every service answers on this channel.
        let token =
            TokensClient::new(channel.clone()).mint_user_token(request(mint)).await?.into_inner().token;
        let (slug, id) = (organization.slug, organization.id);
        Ok(Self { channel, slug, id, gateway, http: reqwest::Client::new(), token, people })
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> anyhow::Result<Value> {
        let url = format!("{}/api/0/organizations/{}/{path}", self.gateway, self.slug);
        let call = self.http.request(method.parse()?, url).bearer_auth(&self.token);
        let call = call.header("content-type", "application/json").body(body.to_string());
        let answer = call.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{method} {path}: {status} {text}");
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Sets an integration up, with assignees in both directions. Returns its id.
    pub(super) async fn connect(&self, account: &str) -> anyhow::Result<i64> {
        let pipeline = "pipeline/integration_pipeline/";
        self.call("POST", pipeline, json!({"action": "initialize", "provider": "bench"})).await?;
        let complete = self.call("POST", pipeline, json!({ "account": account })).await?;
        let id = complete["data"]["id"].as_str().context("an integration")?.to_owned();
        let settings = json!({"sync_forward_assignment": true, "sync_reverse_assignment": true});
        self.call("POST", &format!("integrations/{id}/"), settings).await?;
        Ok(id.parse()?)
    }

    /// Opens issues and links each to a ticket. The links are inserted directly, because the limit of calls to the tracker would make
    /// it take minutes.
    pub(super) async fn link(
        &self,
        running: &Running,
        integration: i64,
        count: usize,
    ) -> anyhow::Result<Vec<Link>> {
        let mut issues = Vec::with_capacity(count);
        for first in (0..count).step_by(BATCH) {
            let titles = (first..count.min(first + BATCH))
                .map(|n| format!("TypeError: {integration}.{n} is undefined"));
            let events = titles.map(|title| NewEvent {
                event_json: json!({ "message": title, "culprit": title }).to_string().into(),
            });
            let message = RecordErrorRequest {
                organization: self.slug.clone(),
                project: PROJECT.to_owned(),
                events: events.collect(),
            };
            let recorded = self.issues().record_error(request(message)).await?.into_inner().events;
            issues.extend(recorded.into_iter().map(|event| event.issue_id));
        }
        self.insert(running, integration, 0, &issues).await
    }

    /// Links of issues that do not exist.
    pub(super) async fn add_links(
        &self,
        running: &Running,
        integration: i64,
        count: usize,
    ) -> anyhow::Result<()> {
        let issues: Vec<i64> = (0..count).map(|n| FIRST_ID + n as i64).collect();
        self.insert(running, integration, FIRST_ID, &issues).await.map(drop)
    }

    async fn insert(
        &self,
        running: &Running,
        integration: i64,
        base: i64,
        issues: &[i64],
    ) -> anyhow::Result<Vec<Link>> {
        let db = running.database(patchbay_issue_sync::NAME, &patchbay_issue_sync::MIGRATIONS).await?;
        let now = Clock::system().now();
        let id = |issue: i64| base + FIRST_ID + issue;
        let key = |issue: i64| format!("B-{issue}");
        for issues in issues.chunks(ROWS_AT_ONCE) {
            let mut tx = db.begin().await?;
            tx.insert_rows("external_issues", TICKETS, issues.iter().copied(), |row, issue| {
                row.bind(id(issue))
                    .bind(self.id)
                    .bind(integration)
                    .bind(key(issue))
                    .bind("A ticket")
                    .bind("")
                    .bind(Json(json!({})));
            })
            .execute()
            .await?;
            tx.insert_rows("issue_links", LINKS, issues.iter().copied(), |row, issue| {
                row.bind(id(issue))
                    .bind(self.id)
                    .bind(integration)
                    .bind(issue)
                    .bind(1_i64)
                    .bind(id(issue))
                    .bind(now);
            })
            .execute()
            .await?;
            tx.commit().await?;
        }
        db.close().await;
        Ok(issues.iter().map(|issue| Link { issue_id: *issue, key: key(*issue) }).collect())
    }

    fn issues(&self) -> IssuesClient<Channel> {
        IssuesClient::new(self.channel.clone()).max_decoding_message_size(patchbay_rpc::MAX_MESSAGE_BYTES)
    }

    /// Assigns issues on our side, to the first person.
    pub(super) async fn assign(&self, links: &[Link]) -> anyhow::Result<()> {
        for links in links.chunks(100) {
            let ids = links.iter().map(|link| link.issue_id).collect();
            let message = UpdateIssuesRequest {
                issues: Some(Which::Ids(IssueIds { ids, ..Default::default() })),
                assigned_to: Some(self.people[0].clone()),
                ..Default::default()
            };
            self.issues().update_issues(request(message)).await?;
        }
        Ok(())
    }

    /// Operations of an integration that succeeded.
    pub(super) async fn applied(&self, integration: i64) -> anyhow::Result<usize> {
        let message = GetHealthRequest { organization: self.slug.clone(), id: integration };
        let mut integrations = IntegrationsClient::new(self.channel.clone());
        let health = integrations.get_health(request(message)).await?.into_inner();
        Ok(usize::try_from(health.days.iter().map(|day| day.success).sum::<i64>())?)
    }

    /// The number of issues that are assigned to the first person.
    pub(super) async fn assigned(&self) -> anyhow::Result<usize> {
        let (mut cursor, mut count) = (String::new(), 0);
        loop {
            let filter = IssueFilter {
                organization: self.slug.clone(),
                query: format!("assigned:{}", self.people[0]),
                ..Default::default()
            };
            let page = ListIssuesRequest { filter: Some(filter), cursor, limit: 100, ..Default::default() };
            let listed = self.issues().list_issues(request(page)).await?.into_inner();
            count += listed.issues.len();
            if listed.next_cursor.is_empty() {
                return Ok(count);
            }
            cursor = listed.next_cursor;
        }
    }
}
