//! The tracker, which this service calls.

use patchbay_domain::{Caller, Error, ErrorKind};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{
    ForgetTicketsRequest, GetIssueRequest, GetMemberRequest, GetOrganizationRequest, GetTeamRequest, Issue,
    LinkOfIssue, ListMembersRequest, RecordTicketRequest, Team,
};
use patchbay_proto::tracker::{
    GetUserRequest, IntegrationSource, IssueIds, UpdateIssuesRequest, get_user_request, update_issues_request,
};
use patchbay_rpc::{Channel, MAX_MESSAGE_BYTES, request, request_as, status};

use crate::domain::link::TicketRecord;
use crate::domain::organization::Organization;

/// Organizations, people, teams and issues.
#[derive(Clone, Debug)]
pub(crate) struct Tracker {
    directory: DirectoryClient<Channel>,
    projects: ProjectsClient<Channel>,
    issues: IssuesClient<Channel>,
}

impl Tracker {
    pub(crate) fn new(channel: Channel) -> Self {
        Self {
            directory: DirectoryClient::new(channel.clone()),
            projects: ProjectsClient::new(channel.clone()),
            issues: IssuesClient::new(channel).max_decoding_message_size(MAX_MESSAGE_BYTES),
        }
    }

    /// Finds an organization by slug or id.
    pub(crate) async fn organization(&self, named: &str) -> Result<Option<Organization>, Error> {
        let message = GetOrganizationRequest { organization: named.to_owned() };
        let answer = self.directory.clone().get_organization(request(message)).await;
        let found =
            optional(answer.map(|found| found.into_inner()).map_err(|refusal| status::to_error(&refusal)))?;
        Ok(found.map(|found| Organization {
            id: found.id,
            slug: found.slug,
            name: found.name,
            features: found.features,
        }))
    }

    /// The e-mail address of an active member of the organization.
    pub(crate) async fn member(&self, organization_id: i64, user_id: i64) -> Result<Option<String>, Error> {
        let message = GetMemberRequest { organization: organization_id.to_string(), user_id };
        let answer = self.directory.clone().get_member(request(message)).await;
        let found =
            optional(answer.map(|found| found.into_inner()).map_err(|refusal| status::to_error(&refusal)))?;
        let user = found.and_then(|member| member.user).filter(|user| !user.is_disabled);
        Ok(user.map(|user| user.email))
    }

    /// Finds a team of the organization by slug or id.
    pub(crate) async fn team(&self, organization_id: i64, named: &str) -> Result<Option<Team>, Error> {
        let message = GetTeamRequest { organization: organization_id.to_string(), team: named.to_owned() };
        let answer = self.projects.clone().get_team(request(message)).await;
        optional(answer.map(|found| found.into_inner()).map_err(|refusal| status::to_error(&refusal)))
    }

    /// Reads an issue as the caller, who must see it.
    pub(crate) async fn issue(&self, caller: &Caller, id: i64, organization: &str) -> Result<Issue, Error> {
        let message = GetIssueRequest { id, organization: organization.to_owned(), to_link: false };
        let answer = self.issues.clone().get_issue(request_as(caller, message)).await;
        answer.map(|found| found.into_inner()).map_err(|refusal| status::to_error(&refusal))
    }
}

/// The state of an issue that tickets follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct IssueState {
    /// `resolved`, `unresolved` or `ignored`.
    pub(crate) status: String,
    pub(crate) assignee: IssueAssignee,
}

/// Who an issue is assigned to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum IssueAssignee {
    #[default]
    Unassigned,
    User(i64),
    Team,
}

impl IssueState {
    fn read(document: &[u8]) -> Self {
        let document: serde_json::Value = serde_json::from_slice(document).unwrap_or_default();
        let assigned = &document["assignedTo"];
        let id = assigned["id"].as_str().and_then(|id| id.parse().ok());
        let assignee = match (assigned["type"].as_str(), id) {
            (Some("user"), Some(id)) => IssueAssignee::User(id),
            (Some(_), _) => IssueAssignee::Team,
            (None, _) => IssueAssignee::Unassigned,
        };
        Self { status: document["status"].as_str().unwrap_or_default().to_owned(), assignee }
    }
}

/// A change of an issue that a ticket caused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IssueUpdate {
    /// Assign to a user; `None` unassigns.
    Assign(Option<i64>),
    /// Set a status, with details as JSON.
    Status { status: &'static str, details: &'static str },
}

impl Tracker {
    /// The id of the active user with this e-mail address.
    pub(crate) async fn user_by_email(&self, email: &str) -> Result<Option<i64>, Error> {
        let message = GetUserRequest { user: Some(get_user_request::User::Email(email.to_owned())) };
        let answer = self.directory.clone().get_user(request(message)).await;
        let found =
            optional(answer.map(|found| found.into_inner()).map_err(|refusal| status::to_error(&refusal)))?;
        Ok(found.filter(|user| !user.is_disabled).map(|user| user.id))
    }

    /// The state of an issue. `None` if the issue does not exist any more.
    pub(crate) async fn issue_state(&self, issue_id: i64) -> Result<Option<IssueState>, Error> {
        let message = GetIssueRequest { id: issue_id, ..Default::default() };
        let answer = self.issues.clone().get_issue(request(message)).await;
        let found =
            optional(answer.map(|found| found.into_inner()).map_err(|refusal| status::to_error(&refusal)))?;
        Ok(found.map(|issue| IssueState::read(&issue.document_json)))
    }

    /// Reads an issue as this service.
    pub(crate) async fn whole_issue(&self, id: i64) -> Result<Option<Issue>, Error> {
        optional(self.issue(&Caller::Service(crate::NAME.to_owned()), id, "").await)
    }

    /// E-mail addresses of the active owners of an organization; at most 100.
    pub(crate) async fn owners(&self, organization_id: i64) -> Result<Vec<String>, Error> {
        let message = ListMembersRequest {
            organization: organization_id.to_string(),
            min_role: "owner".to_owned(),
            limit: 100,
            ..Default::default()
        };
        let answer = self.directory.clone().list_members(request(message)).await;
        let members = answer.map_err(|refusal| status::to_error(&refusal))?.into_inner().members;
        let users = members.into_iter().filter_map(|member| member.user);
        Ok(users.filter(|user| !user.is_disabled).map(|user| user.email).collect())
    }

    /// Records a ticket on its issue; `None` removes it.
    pub(crate) async fn record_ticket(
        &self,
        link_id: i64,
        issue_id: i64,
        record: Option<TicketRecord>,
    ) -> Result<(), Error> {
        let answer = match record {
            Some(record) => {
                let message = RecordTicketRequest {
                    issue_id,
                    link_id,
                    source: Some(IntegrationSource {
                        integration_id: record.integration_id,
                        provider_key: record.provider_key,
                        provider_name: record.provider_name,
                    }),
                    title: record.title,
                    url: record.url,
                    label: record.label,
                    is_new_ticket: record.is_new_ticket,
                    user_id: record.user_id,
                };
                self.issues.clone().record_ticket(request(message)).await.map(drop)
            }
            None => {
                let links = vec![LinkOfIssue { issue_id, link_id }];
                self.issues.clone().forget_tickets(request(ForgetTicketsRequest { links })).await.map(drop)
            }
        };
        answer.map_err(|refusal| status::to_error(&refusal))
    }

    /// Changes an issue, with the integration as the source of the change. An issue that does not exist any more is `NotFound`.
    pub(crate) async fn update_issue(
        &self,
        issue_id: i64,
        update: IssueUpdate,
        source: &IntegrationSource,
    ) -> Result<(), Error> {
        let ids = IssueIds { ids: vec![issue_id], ..Default::default() };
        let mut message = UpdateIssuesRequest {
            issues: Some(update_issues_request::Issues::Ids(ids)),
            source: Some(source.clone()),
            ..Default::default()
        };
        match update {
            IssueUpdate::Assign(user) => {
                message.assigned_to = Some(user.map(|id| format!("user:{id}")).unwrap_or_default());
            }
            IssueUpdate::Status { status, details } => {
                message.status = Some(status.to_owned());
                message.status_details_json = details.as_bytes().to_vec();
            }
        }
        let answer = self.issues.clone().update_issues(request(message)).await;
        answer.map(drop).map_err(|refusal| status::to_error(&refusal))
    }
}

/// An issue that was deleted meanwhile needs nothing.
pub(crate) fn existing(result: Result<(), Error>) -> Result<(), Error> {
    optional(result).map(drop)
}

fn optional<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
