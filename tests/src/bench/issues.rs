//! Scenario `issues`: pages of the issue list of a project with a hundred thousand issues.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context, ensure};
use hdrhistogram::Histogram;
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::update_issues_request::Issues as Which;
use patchbay_proto::tracker::{
    CreateOrganizationRequest, CreateProjectRequest, CreateUserRequest, Features, IssueFilter, IssueIds,
    ListIssuesRequest, NewEvent, RecordErrorRequest, SetMemberRequest, UpdateIssuesRequest,
    UpdateOrganizationRequest,
};
use patchbay_rpc::{Channel, request};
use serde_json::json;
use tokio::time::Instant;

use super::running::Running;
use super::usage::Usage;

const BATCH: usize = 1_000;
/// Below the rate limit of a user.
const SAMPLES: usize = 150;
const PAGE: i32 = 100;
const EMAIL: &str = "ada@bench-issues.example";

/// The queries and the expected results: a full page, or a number of issues.
const QUERIES: [(&str, &str, &str); 16] = [
    ("newest", "", "date"),
    ("opened last", "", "new"),
    ("unresolved", "is:unresolved", "date"),
    ("resolved", "is:resolved", "date"),
    ("ignored, a few of all", "is:ignored", "date"),
    ("ignored, by opening", "is:ignored", "new"),
    ("of one user", "assigned:ada@bench-issues.example", "date"),
    ("of one user, by opening", "assigned:ada@bench-issues.example", "new"),
    ("resolved, of one user", "is:resolved assigned:ada@bench-issues.example", "date"),
    ("unassigned", "is:unassigned", "date"),
    ("assigned, a few of all", "is:assigned", "new"),
    ("a word that all have", "typeerror", "date"),
    ("a word of some", "handler7", "date"),
    ("a word that only old ones have", "ancient", "new"),
    ("two words that none has both", "even odd", "date"),
    ("the one with this number", "number77777", "date"),
];

/// Durations.
#[derive(Debug)]
pub(super) struct Pages {
    pub(super) issues: usize,
    pub(super) opened_per_second: f64,
    pub(super) queries: Vec<Query>,
}

/// One query over gRPC and REST, in milliseconds.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) name: &'static str,
    pub(super) grpc: (f64, f64),
    pub(super) rest: (f64, f64),
    /// The number of issues on the first page.
    pub(super) found: usize,
}

/// Opens `issues` issues in a new project, and requests pages of the list one after the other.
///
/// # Errors
/// A call fails, or the number of issues is wrong.
pub(super) async fn measure(running: &Running, issues: usize) -> anyhow::Result<Pages> {
    let (place, http) = (Place::found(running).await?, reqwest::Client::new());
    let started = Instant::now();
    for first in (0..issues).step_by(BATCH) {
        place.open(first, BATCH.min(issues - first)).await?;
    }
    let opened_per_second = issues as f64 / started.elapsed().as_secs_f64();
    place.change().await?;
    settle(running).await?;
    place.check(issues).await?;

    let mut queries = Vec::new();
    for (name, query, sort) in QUERIES {
        let asked = place.list(query, sort);
        let found = place.page(&asked).await?;
        let grpc = times(async || place.page(&asked).await.map(drop)).await?;
        let rest = times(async || place.page_over_http(&http, query, sort).await).await?;
        queries.push(Query { name, grpc, rest, found });
    }
    Ok(Pages { issues, opened_per_second, queries })
}

/// Median and 99th percentile in milliseconds.
async fn times(ask: impl AsyncFn() -> anyhow::Result<()>) -> anyhow::Result<(f64, f64)> {
    let mut micros = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3)?;
    for _ in 0..SAMPLES {
        let started = Instant::now();
        ask().await?;
        micros.saturating_record(u64::try_from(started.elapsed().as_micros())?);
    }
    let millis = |quantile| micros.value_at_quantile(quantile) as f64 / 1000.0;
    Ok((millis(0.5), millis(0.99)))
}

/// Waits until the events of the opened issues are published and Patchbay is idle.
async fn settle(running: &Running) -> anyhow::Result<()> {
    for _ in 0..600 {
        let usage = Usage::begin(&running.processes);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let used: f64 = usage.until_now().iter().map(|(_, cpu, _)| cpu).sum();
        if used < 0.05 {
            return Ok(());
        }
    }
    anyhow::bail!("Patchbay does not come to rest")
}

#[derive(Debug)]
struct Place {
    tracker: Channel,
    organization: String,
    gateway: String,
    token: String,
}

impl Place {
    async fn found(running: &Running) -> anyhow::Result<Self> {
        let (tracker, gateway) = (running.services.tracker.clone(), running.gateway.clone());
        let gateway = gateway.context("issues are listed over HTTP in the embedded mode")?;
        let mut directory = DirectoryClient::new(tracker.clone());
        let wanted = CreateOrganizationRequest { name: "Bench issues".to_owned(), ..Default::default() };
        let organization = directory.create_organization(request(wanted)).await?.into_inner().slug;
        // Listing does not need the events of errors.
        let quiet = UpdateOrganizationRequest {
            organization: organization.clone(),
            features: Some(Features { names: Vec::new() }),
            ..Default::default()
        };
        directory.update_organization(request(quiet)).await?;
        let wanted =
            CreateUserRequest { name: "Ada".to_owned(), email: EMAIL.to_owned(), ..Default::default() };
        let user_id = directory.create_user(request(wanted)).await?.into_inner().id;
        let member =
            SetMemberRequest { organization: organization.clone(), user_id, role: "owner".to_owned() };
        directory.set_member(request(member)).await?;
        let wanted = CreateProjectRequest {
            organization: organization.clone(),
            name: "Front End".to_owned(),
            ..Default::default()
        };
        ProjectsClient::new(tracker.clone()).create_project(request(wanted)).await?;
        let scopes = vec!["event:read".to_owned(), "org:read".to_owned()];
        let wanted = MintUserTokenRequest { user_id, scopes, name: "bench".to_owned() };
        // In the embedded mode every service answers on this channel.
        let token =
            TokensClient::new(tracker.clone()).mint_user_token(request(wanted)).await?.into_inner().token;
        Ok(Self { tracker, organization, gateway, token })
    }

    fn issues(&self) -> IssuesClient<Channel> {
        IssuesClient::new(self.tracker.clone()).max_decoding_message_size(patchbay_rpc::MAX_MESSAGE_BYTES)
    }

    async fn open(&self, first: usize, count: usize) -> anyhow::Result<()> {
        let events = (first..first + count).map(|number| {
            let parity = if number % 2 == 0 { "even" } else { "odd" };
            let age = if number < 30_000 { "ancient" } else { "modern" };
            let title =
                format!("TypeError: number{number} of {parity} {age} part{} is undefined", number % 50);
            let culprit = format!("handler{}(app.module{})", number % 300, number % 20);
            NewEvent { event_json: json!({ "message": title, "culprit": culprit }).to_string().into() }
        });
        let asked = RecordErrorRequest {
            organization: self.organization.clone(),
            project: "front-end".to_owned(),
            events: events.collect(),
        };
        let opened = self.issues().record_error(request(asked)).await?.into_inner().events;
        ensure!(opened.iter().all(|recorded| recorded.opened), "each error is of a kind of its own");
        Ok(())
    }

    /// Of every ten pages of issues one is resolved and one is assigned to Ada; of a single page every tenth
    /// issue is ignored.
    async fn change(&self) -> anyhow::Result<()> {
        let (mut cursor, mut number) = (String::new(), 0);
        loop {
            let page = ListIssuesRequest { cursor, ..self.list("", "new") };
            let listed = self.issues().list_issues(request(page)).await?.into_inner();
            let ids: Vec<i64> = listed.issues.iter().map(|issue| issue.id).collect();
            let change = |ids: Vec<i64>| UpdateIssuesRequest {
                issues: Some(Which::Ids(IssueIds { ids, ..Default::default() })),
                ..Default::default()
            };
            let change = match number % 10 {
                1 => UpdateIssuesRequest { status: Some("resolved".to_owned()), ..change(ids) },
                2 => UpdateIssuesRequest { assigned_to: Some(EMAIL.to_owned()), ..change(ids) },
                5 if number == 5 => UpdateIssuesRequest {
                    status: Some("ignored".to_owned()),
                    ..change(ids.into_iter().step_by(10).collect())
                },
                _ => change(Vec::new()),
            };
            self.issues().update_issues(request(change)).await?;
            if listed.next_cursor.is_empty() {
                return Ok(());
            }
            (cursor, number) = (listed.next_cursor, number + 1);
        }
    }

    /// Checks that every issue is on exactly one page.
    async fn check(&self, issues: usize) -> anyhow::Result<()> {
        let (mut cursor, mut ids) = (String::new(), BTreeSet::new());
        loop {
            let page = ListIssuesRequest { cursor, ..self.list("", "date") };
            let listed = self.issues().list_issues(request(page)).await?.into_inner();
            let count = listed.issues.len();
            let before = ids.len();
            ids.extend(listed.issues.iter().map(|issue| issue.id));
            ensure!(ids.len() == before + count, "no issue is on two pages");
            if listed.next_cursor.is_empty() {
                ensure!(ids.len() == issues, "{} of {issues} issues are listed", ids.len());
                return Ok(());
            }
            cursor = listed.next_cursor;
        }
    }

    fn list(&self, query: &str, sort: &str) -> ListIssuesRequest {
        let filter = IssueFilter {
            organization: self.organization.clone(),
            projects: vec!["front-end".to_owned()],
            query: query.to_owned(),
        };
        ListIssuesRequest { filter: Some(filter), sort: sort.to_owned(), limit: PAGE, ..Default::default() }
    }

    async fn page(&self, asked: &ListIssuesRequest) -> anyhow::Result<usize> {
        Ok(self.issues().list_issues(request(asked.clone())).await?.into_inner().issues.len())
    }

    async fn page_over_http(&self, http: &reqwest::Client, query: &str, sort: &str) -> anyhow::Result<()> {
        let url = format!("{}/api/0/projects/{}/front-end/issues/", self.gateway, self.organization);
        let query = [("query", query), ("sort", sort), ("limit", "100")];
        let url = reqwest::Url::parse_with_params(&url, query)?;
        let answer = http.get(url).bearer_auth(&self.token).send().await?.error_for_status()?;
        answer.bytes().await?;
        Ok(())
    }
}

impl Pages {
    /// A line of the report.
    pub(super) fn table(&self) -> String {
        let mut table = format!(
            "issues: {} opened at {:.0}/s; pages of {PAGE}, {SAMPLES} times each, in ms\n\n| query | found | gRPC p50 | p99 | REST p50 | p99 |\n|---|---|---|---|---|---|\n",
            self.issues, self.opened_per_second
        );
        for Query { name, grpc, rest, found } in &self.queries {
            let _ = writeln!(
                table,
                "| {name} | {found} | {:.1} | {:.1} | {:.1} | {:.1} |",
                grpc.0, grpc.1, rest.0, rest.1
            );
        }
        table
    }
}
