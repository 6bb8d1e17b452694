use chrono::{DateTime, Utc};

use crate::domain::alert::ticket_action::TicketAction;
use crate::domain::issue::Issue;
use crate::domain::issue::change::IssueChange;
use crate::domain::issue::comment::Comment;
use crate::domain::issue::source::IntegrationSource;
use crate::domain::project::Project;

/// A change that trackers outside follow. It is published to `issue-sync`, not to apps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FollowedChange {
    pub(crate) organization_id: i64,
    /// 0 for a removed member.
    pub(crate) project_id: i64,
    /// 0 for a deleted project and a removed member.
    pub(crate) issue_id: i64,
    pub(crate) occurred_at: DateTime<Utc>,
    pub(crate) source: Option<IntegrationSource>,
    pub(crate) what: What,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// Neither a user nor a team: the issue has no assignee now.
    Assignee {
        user_id: Option<i64>,
        team_id: Option<i64>,
    },
    Status {
        is_resolved: bool,
    },
    Comment {
        id: i64,
        is_edited: bool,
        text: String,
        author_name: String,
    },
    Deleted,
    /// A rule was triggered that creates a ticket.
    TicketRequested {
        action: TicketAction,
        rule_id: i64,
        rule_name: String,
    },
    ProjectDeleted,
    MemberRemoved {
        user_id: i64,
    },
}

impl FollowedChange {
    /// `None` for changes that trackers do not follow.
    pub(crate) fn of(
        issue: &Issue,
        change: &IssueChange,
        source: Option<&IntegrationSource>,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let what = match change {
            IssueChange::Resolved { .. } => What::Status { is_resolved: true },
            IssueChange::Unresolved | IssueChange::Regressed | IssueChange::Escalated => {
                What::Status { is_resolved: false }
            }
            IssueChange::Assigned(assignee) => {
                What::Assignee { user_id: assignee.user_id(), team_id: assignee.team_id() }
            }
            IssueChange::Unassigned => What::Assignee { user_id: None, team_id: None },
            IssueChange::Opened | IssueChange::Ignored | IssueChange::Linked { .. } => return None,
        };
        Some(Self { source: source.cloned(), ..Self::new(issue, what, now) })
    }

    pub(crate) fn commented(
        issue: &Issue,
        comment: &Comment,
        is_edited: bool,
        author_name: &str,
        now: DateTime<Utc>,
    ) -> Self {
        let (text, author_name) = (comment.text.clone(), author_name.to_owned());
        Self::new(issue, What::Comment { id: comment.id, is_edited, text, author_name }, now)
    }

    pub(crate) fn deleted(
        (organization_id, project_id, issue_id): (i64, i64, i64),
        occurred_at: DateTime<Utc>,
    ) -> Self {
        Self { organization_id, project_id, issue_id, occurred_at, source: None, what: What::Deleted }
    }

    pub(crate) fn project_deleted(project: &Project, occurred_at: DateTime<Utc>) -> Self {
        Self {
            organization_id: project.organization_id,
            project_id: project.id,
            issue_id: 0,
            occurred_at,
            source: None,
            what: What::ProjectDeleted,
        }
    }

    pub(crate) fn member_removed(organization_id: i64, user_id: i64, occurred_at: DateTime<Utc>) -> Self {
        let what = What::MemberRemoved { user_id };
        Self { organization_id, project_id: 0, issue_id: 0, occurred_at, source: None, what }
    }

    fn new(issue: &Issue, what: What, occurred_at: DateTime<Utc>) -> Self {
        Self {
            organization_id: issue.organization_id,
            project_id: issue.project_id,
            issue_id: issue.id,
            occurred_at,
            source: None,
            what,
        }
    }
}
