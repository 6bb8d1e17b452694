//! A believable organization to look at: people, teams, projects, errors with stack traces, comments and rules. The same number
//! gives the same organization, but for the moments, which lead up to the present.

mod dice;
mod errors;

use anyhow::Context;
use chrono::Utc;
use patchbay_domain::{Caller, Membership, Role, UserCaller};
use patchbay_proto::tracker::alerts_client::AlertsClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::update_issues_request::Issues as Which;
use patchbay_proto::tracker::{
    AlertAction, CreateCommentRequest, CreateMetricRuleRequest, CreateOrganizationRequest,
    CreateProjectRequest, CreateRuleRequest, CreateTeamRequest, CreateUserRequest, IssueIds, MetricTrigger,
    NewEvent, NewRule, Organization, RecordErrorRequest, SetMemberRequest, SetTeamMemberRequest,
    UpdateIssuesRequest, User,
};
use patchbay_rpc::{Channel, request_as};
use serde_json::json;

use dice::Dice;

/// Issues of all projects together.
const ISSUES: usize = 500;
/// Errors sent at once.
const BATCH: usize = 500;

const PEOPLE: [(&str, Role); 8] = [
    ("Olga Owner", Role::Owner),
    ("Manuel Manager", Role::Manager),
    ("Ada Admin", Role::Admin),
    ("Arno Admin", Role::Admin),
    ("Mei Member", Role::Member),
    ("Milan Member", Role::Member),
    ("Mona Member", Role::Member),
    ("Musa Member", Role::Member),
];
const TEAMS: [&str; 3] = ["web", "checkout", "logistics"];
const PROJECTS: [(&str, &str); 3] =
    [("Storefront", "javascript"), ("Checkout", "python"), ("Warehouse", "go")];
const REMARKS: [&str; 6] = [
    "I can reproduce this with an empty cart.",
    "Started with yesterday's release.",
    "Looks like the connection pool again.",
    "Two customers wrote about it this morning.",
    "Not urgent, but it is noisy.",
    "Fixed on a branch; waiting for review.",
];

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// Slug of the organization.
    pub organization: String,
    /// How many issues it has.
    pub issues: usize,
    /// How many errors were recorded.
    pub errors: usize,
    /// How many comments were written.
    pub comments: usize,
}

/// Makes the organization of this number.
///
/// # Errors
/// What the tracker refuses; an organization that is there already among it.
pub async fn plant(tracker: &Channel, number: u64) -> anyhow::Result<Planted> {
    Planter { tracker, number, dice: Dice::new(number) }.plant().await
}

struct Planter<'a> {
    tracker: &'a Channel,
    number: u64,
    dice: Dice,
}

/// A request in the operator's name.
fn ask<M>(message: M) -> tonic::Request<M> {
    request_as(&Caller::Operator, message)
}

impl Planter<'_> {
    async fn plant(mut self) -> anyhow::Result<Planted> {
        let wanted = CreateOrganizationRequest {
            name: format!("Harbour Goods {}", self.number),
            slug: format!("harbour-goods-{}", self.number),
            ..Default::default()
        };
        let organization = self.directory().create_organization(ask(wanted)).await?.into_inner();
        let people = self.people(&organization).await?;
        self.teams(&organization, &people).await?;
        self.projects(&organization).await?;
        let (issues, errors) = self.errors(&organization).await?;
        self.states(&people, &issues).await?;
        let comments = self.comments(&organization, &people, &issues).await?;
        self.rules(&organization).await?;
        Ok(Planted { organization: organization.slug, issues: issues.len(), errors, comments })
    }

    async fn people(&self, organization: &Organization) -> anyhow::Result<Vec<User>> {
        let mut people = Vec::with_capacity(PEOPLE.len());
        for (name, role) in PEOPLE {
            let address = name.to_ascii_lowercase().replace(' ', ".");
            let email = format!("{address}@{}.example", organization.slug);
            let wanted = CreateUserRequest { name: name.to_owned(), email, ..Default::default() };
            let user = self.directory().create_user(ask(wanted)).await?.into_inner();
            let member = SetMemberRequest {
                organization: organization.slug.clone(),
                user_id: user.id,
                role: role.as_str().to_owned(),
            };
            people.push(self.directory().set_member(ask(member)).await?.into_inner());
        }
        Ok(people)
    }

    async fn teams(&mut self, organization: &Organization, people: &[User]) -> anyhow::Result<()> {
        for (position, slug) in TEAMS.into_iter().enumerate() {
            let wanted = CreateTeamRequest {
                organization: organization.slug.clone(),
                slug: slug.to_owned(),
                ..Default::default()
            };
            self.projects_client().create_team(ask(wanted)).await?;
            // Everybody is in one team, and those who lead are in all.
            let members = people.iter().enumerate().filter(|(n, _)| *n < 2 || n % TEAMS.len() == position);
            for (_, user) in members {
                let member = SetTeamMemberRequest {
                    organization: organization.slug.clone(),
                    team: slug.to_owned(),
                    user_id: user.id,
                    is_member: true,
                };
                self.projects_client().set_team_member(ask(member)).await?;
            }
        }
        Ok(())
    }

    async fn projects(&self, organization: &Organization) -> anyhow::Result<()> {
        for ((name, platform), team) in PROJECTS.into_iter().zip(TEAMS) {
            let wanted = CreateProjectRequest {
                organization: organization.slug.clone(),
                name: name.to_owned(),
                platform: platform.to_owned(),
                team: team.to_owned(),
                ..Default::default()
            };
            self.projects_client().create_project(ask(wanted)).await?;
        }
        Ok(())
    }

    /// Numbers of the issues, and how many errors there were.
    async fn errors(&mut self, organization: &Organization) -> anyhow::Result<(Vec<i64>, usize)> {
        let now = Utc::now();
        let (mut issues, mut recorded) = (Vec::with_capacity(ISSUES), 0);
        for (position, (name, platform)) in PROJECTS.into_iter().enumerate() {
            let kinds = (position..ISSUES).step_by(PROJECTS.len());
            let events: Vec<NewEvent> = kinds
                .flat_map(|kind| errors::of_kind(&mut self.dice, kind, platform, now))
                .map(|event| NewEvent { event_json: event.to_string().into() })
                .collect();
            for batch in events.chunks(BATCH) {
                let wanted = RecordErrorRequest {
                    organization: organization.slug.clone(),
                    project: name.to_ascii_lowercase(),
                    events: batch.to_vec(),
                };
                let answer = self.issues().record_error(ask(wanted)).await?.into_inner();
                recorded += answer.events.len();
                issues.extend(answer.events.iter().filter(|event| event.opened).map(|event| event.issue_id));
            }
        }
        Ok((issues, recorded))
    }

    /// Most are still to be looked at; some are done, some are ignored, some are somebody's.
    async fn states(&mut self, people: &[User], issues: &[i64]) -> anyhow::Result<()> {
        let owner = people.first().context("an organization has people")?;
        let mut chosen = |one_in| -> Vec<i64> {
            issues.iter().copied().filter(|_| self.dice.below(one_in) == 0).collect()
        };
        let (resolved, ignored, assigned) = (chosen(4), chosen(10), chosen(5));
        let update = |ids: Vec<i64>| UpdateIssuesRequest {
            issues: Some(Which::Ids(IssueIds { ids, ..Default::default() })),
            ..Default::default()
        };
        for (ids, status) in [(resolved, "resolved"), (ignored, "ignored")] {
            let wanted = UpdateIssuesRequest { status: Some(status.to_owned()), ..update(ids) };
            self.issues().update_issues(request_as(&speaker(owner), wanted)).await?;
        }
        let wanted =
            UpdateIssuesRequest { assigned_to: Some(format!("user:{}", owner.id)), ..update(assigned) };
        self.issues().update_issues(request_as(&speaker(owner), wanted)).await?;
        Ok(())
    }

    async fn comments(
        &mut self,
        organization: &Organization,
        people: &[User],
        issues: &[i64],
    ) -> anyhow::Result<usize> {
        let mut written = 0;
        for issue_id in issues {
            if self.dice.below(8) != 0 {
                continue;
            }
            let (author, text) = (self.dice.pick(people), *self.dice.pick(&REMARKS));
            let wanted = CreateCommentRequest {
                issue_id: *issue_id,
                organization: organization.slug.clone(),
                text: text.to_owned(),
            };
            self.issues().create_comment(request_as(&speaker(author), wanted)).await?;
            written += 1;
        }
        Ok(written)
    }

    /// Rules that name an app which nobody has installed yet: they speak as soon as somebody does.
    async fn rules(&self, organization: &Organization) -> anyhow::Result<()> {
        let action = || AlertAction { app_slug: "pager".to_owned(), ..Default::default() };
        for (name, platform) in PROJECTS {
            let conditions =
                json!([{ "id": "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition" }]);
            let rule = NewRule {
                name: format!("A new {platform} error"),
                action_match: "any".to_owned(),
                frequency: 30,
                conditions_json: conditions.to_string().into(),
                actions: vec![action()],
                ..Default::default()
            };
            let (organization, project) = (organization.slug.clone(), name.to_ascii_lowercase());
            let wanted = CreateRuleRequest {
                organization: organization.clone(),
                project: project.clone(),
                rule: Some(rule),
            };
            self.alerts().create_rule(ask(wanted)).await?;
            let trigger = |label: &str, alert_threshold| MetricTrigger {
                label: label.to_owned(),
                alert_threshold,
                actions: vec![action()],
            };
            let wanted = CreateMetricRuleRequest {
                organization,
                project,
                name: format!("Too many errors in {name}"),
                time_window: 60,
                triggers: vec![trigger("warning", 5_000), trigger("critical", 20_000)],
                resolve_threshold: Some(1_000),
            };
            self.alerts().create_metric_rule(ask(wanted)).await?;
        }
        Ok(())
    }

    fn directory(&self) -> DirectoryClient<Channel> {
        DirectoryClient::new(self.tracker.clone())
    }

    fn projects_client(&self) -> ProjectsClient<Channel> {
        ProjectsClient::new(self.tracker.clone())
    }

    fn issues(&self) -> IssuesClient<Channel> {
        IssuesClient::new(self.tracker.clone())
    }

    fn alerts(&self) -> AlertsClient<Channel> {
        AlertsClient::new(self.tracker.clone())
    }
}

/// Somebody of the organization, speaking for themselves.
fn speaker(user: &User) -> Caller {
    let membership = |membership: &patchbay_proto::tracker::Membership| {
        Some(Membership {
            organization_id: membership.organization_id,
            organization_slug: membership.organization_slug.clone(),
            role: membership.role.parse().ok()?,
        })
    };
    Caller::User(UserCaller {
        user_id: user.id,
        name: user.name.clone(),
        email: user.email.clone(),
        is_superuser: false,
        is_staff: false,
        memberships: user.memberships.iter().filter_map(membership).collect(),
        token_scopes: None,
    })
}
