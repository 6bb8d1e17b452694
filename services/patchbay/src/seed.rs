//! A realistic organization to try things on: users, teams, projects, errors with stack traces, comments and alert rules.
//!
//! The same number creates the same organization, except for the times, which are spread over the last two weeks.

mod comments;
mod error_events;
mod errors;
mod people;
mod projects;
mod rules;
mod seeded_rng;
mod triage;

use patchbay_domain::Caller;
use patchbay_proto::tracker::alerts_client::AlertsClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{CreateOrganizationRequest, Organization};
use patchbay_rpc::{Channel, request_as};

use seeded_rng::SeededRng;

/// Name and platform of each project. The team at the same position in [`people::TEAMS`] owns it.
const PROJECTS: [(&str, &str); 3] =
    [("Storefront", "javascript"), ("Checkout", "python"), ("Warehouse", "go")];

/// The organization that was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seeded {
    /// Slug of the organization.
    pub organization: String,
    /// Number of issues.
    pub issues: usize,
    /// Number of recorded errors.
    pub errors: usize,
    /// Number of comments.
    pub comments: usize,
}

/// Creates the organization with this number.
///
/// # Errors
/// The tracker refuses a request, for example because the organization exists already.
pub async fn create(tracker: &Channel, number: u64) -> anyhow::Result<Seeded> {
    Seeder { tracker, number, rng: SeededRng::new(number) }.create().await
}

struct Seeder<'a> {
    tracker: &'a Channel,
    number: u64,
    rng: SeededRng,
}

impl Seeder<'_> {
    async fn create(mut self) -> anyhow::Result<Seeded> {
        let organization = self.organization().await?;
        let people = self.people(&organization).await?;
        self.teams(&organization, &people).await?;
        self.projects(&organization).await?;
        let (issues, errors) = self.errors(&organization).await?;
        self.triage(&people, &issues).await?;
        let comments = self.comments(&organization, &people, &issues).await?;
        self.rules(&organization).await?;
        Ok(Seeded { organization: organization.slug, issues: issues.len(), errors, comments })
    }

    async fn organization(&self) -> anyhow::Result<Organization> {
        let request = CreateOrganizationRequest {
            name: format!("Harbour Goods {}", self.number),
            slug: format!("harbour-goods-{}", self.number),
            ..Default::default()
        };
        Ok(self.directory_client().create_organization(as_operator(request)).await?.into_inner())
    }

    fn directory_client(&self) -> DirectoryClient<Channel> {
        DirectoryClient::new(self.tracker.clone())
    }

    fn projects_client(&self) -> ProjectsClient<Channel> {
        ProjectsClient::new(self.tracker.clone())
    }

    fn issues_client(&self) -> IssuesClient<Channel> {
        IssuesClient::new(self.tracker.clone())
    }

    fn alerts_client(&self) -> AlertsClient<Channel> {
        AlertsClient::new(self.tracker.clone())
    }
}

/// A request in the operator's name.
fn as_operator<M>(message: M) -> tonic::Request<M> {
    request_as(&Caller::Operator, message)
}
