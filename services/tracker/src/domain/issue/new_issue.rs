use chrono::{DateTime, Utc};
use patchbay_domain::Result;

use crate::domain::error::error_event::ErrorEvent;
use crate::domain::input::field_errors::FieldErrors;
use crate::domain::input::text;
use crate::domain::issue::level::Level;
use crate::domain::issue::metadata::Metadata;
use crate::domain::issue::status::Status;
use crate::domain::issue::tickets::Tickets;
use crate::domain::issue::{Issue, Kind, NO_DETAILS, Snooze};
use crate::domain::project::{MAX_PLATFORM, Project};

const MAX_TITLE: usize = 255;
const MAX_CULPRIT: usize = 200;

/// The validated fields of a new issue.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewIssue {
    title: String,
    culprit: String,
    level: Level,
    platform: String,
    metadata: Metadata,
}

/// The fields of a new issue as a request contains them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Description<'a> {
    pub(crate) title: &'a str,
    pub(crate) culprit: &'a str,
    pub(crate) level: &'a str,
    pub(crate) platform: &'a str,
    pub(crate) metadata_json: &'a [u8],
}

impl NewIssue {
    /// # Errors
    /// `INVALID_FIELD` (title, culprit, level, platform, metadata_json).
    pub(crate) fn read(description: Description<'_>) -> Result<Self> {
        let mut field_errors = FieldErrors::default();
        let title = field_errors.take("title", text::required_line(description.title, MAX_TITLE));
        let metadata = field_errors.take("metadata_json", Metadata::read(description.metadata_json, &title));
        let new = Self {
            culprit: field_errors.take("culprit", text::line(description.culprit, MAX_CULPRIT)),
            level: field_errors.take("level", Level::read(description.level)),
            platform: field_errors.take("platform", text::line(description.platform, MAX_PLATFORM)),
            title,
            metadata,
        };
        field_errors.finish().map(|()| new)
    }

    /// The new issue, with one error and no users, because the request names no user.
    pub(crate) fn open(self, id: i64, number: i64, project: &Project, now: DateTime<Utc>) -> Issue {
        let kind = if self.metadata.names_an_exception() { Kind::Error } else { Kind::Default };
        let platform = if self.platform.is_empty() { project.platform.clone() } else { self.platform };
        Issue {
            id,
            organization_id: project.organization_id,
            project_id: project.id,
            number,
            title: self.title,
            culprit: self.culprit,
            kind,
            level: self.level,
            platform,
            metadata: self.metadata,
            status: Status::Unresolved,
            status_details: NO_DETAILS.to_owned(),
            regress_after: None,
            snooze: Snooze::default(),
            assignee: None,
            tickets: Tickets::default(),
            comment_count: 0,
            times_seen: 1,
            user_count: 0,
            first_seen: now,
            last_seen: now,
        }
    }
}

/// The issue that an error opens. The error is not counted yet.
pub(crate) fn of_error(event: &ErrorEvent, id: i64, number: i64, project: &Project) -> Issue {
    Issue {
        id,
        organization_id: project.organization_id,
        project_id: project.id,
        number,
        title: event.title.clone(),
        culprit: event.culprit.clone(),
        kind: event.kind,
        level: event.level,
        platform: event.platform.clone(),
        metadata: event.metadata.clone(),
        status: Status::Unresolved,
        status_details: NO_DETAILS.to_owned(),
        regress_after: None,
        snooze: Snooze::default(),
        assignee: None,
        tickets: Tickets::default(),
        comment_count: 0,
        times_seen: 0,
        user_count: 0,
        first_seen: event.happened_at,
        last_seen: event.happened_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> Project {
        Project {
            id: 3,
            organization_id: 7,
            slug: "front-end".to_owned(),
            name: "Front End".to_owned(),
            platform: "javascript".to_owned(),
        }
    }

    fn open(description: Description<'_>) -> Issue {
        NewIssue::read(description).unwrap().open(42, 9, &project(), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn an_issue_takes_the_platform_of_its_project_unless_it_has_one() {
        assert_eq!(open(Description { title: "t", ..Default::default() }).platform, "javascript");
        assert_eq!(open(Description { title: "t", platform: "go", ..Default::default() }).platform, "go");
    }

    #[test]
    fn an_issue_about_an_exception_is_of_another_kind_than_one_about_a_message() {
        assert_eq!(open(Description { title: "t", ..Default::default() }).kind, Kind::Default);
        let metadata_json = br#"{"type":"ReferenceError"}"#;
        assert_eq!(open(Description { title: "t", metadata_json, ..Default::default() }).kind, Kind::Error);
    }

    #[test]
    fn every_field_is_checked() {
        let long = "x".repeat(256);
        let error = NewIssue::read(Description {
            title: "two\nlines",
            culprit: &long,
            level: "loud",
            platform: &long,
            metadata_json: b"[]",
        })
        .unwrap_err();
        let wrong: Vec<_> = error.fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(wrong, ["title", "metadata_json", "culprit", "level", "platform"]);
        assert_eq!(error.reason, "INVALID_FIELD");
    }
}
