//! What Sentry's example of a webhook is about, for tests.

use crate::domain::issue::level::Level;
use crate::domain::issue::metadata::Metadata;
use crate::domain::issue::status::Status;
use crate::domain::issue::tickets::Tickets;
use crate::domain::issue::{Issue, Kind, NO_DETAILS, Snooze};
use crate::domain::project::Project;

pub(crate) fn example() -> (Issue, Project) {
    let seen = "2019-08-19T20:58:37.391Z".parse().unwrap();
    let metadata = br#"{"type":"ReferenceError","value":"blooopy is not defined","filename":"/runner"}"#;
    let issue = Issue {
        id: 1_170_820_242,
        organization_id: 7,
        project_id: 1,
        number: 9,
        title: "ReferenceError: blooopy is not defined".to_owned(),
        culprit: "?(runner)".to_owned(),
        kind: Kind::Error,
        level: Level::Error,
        platform: "javascript".to_owned(),
        metadata: Metadata::read(metadata, "").unwrap(),
        status: Status::Unresolved,
        status_details: NO_DETAILS.to_owned(),
        regress_after: None,
        snooze: Snooze::default(),
        assignee: None,
        tickets: Tickets::default(),
        comment_count: 0,
        times_seen: 1,
        user_count: 1,
        first_seen: seen,
        last_seen: seen,
    };
    let name = || "front-end".to_owned();
    let project = Project { id: 1, organization_id: 7, slug: name(), name: name(), platform: String::new() };
    (issue, project)
}
