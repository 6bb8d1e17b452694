//! Links from issues to issues in the services of apps.

mod act_on_external_issue;
mod create_external_issue;
mod delete_external_issue;
mod installation;
mod list_external_issues;
mod list_issue_external_issues;

use crate::api::operation::Group;
use crate::api::scopes::{EVENT_DELETERS, EVENT_READERS};

pub(super) fn group() -> Group {
    let operations = vec![
        list_external_issues::operation(),
        list_issue_external_issues::operation(),
        create_external_issue::operation(),
        act_on_external_issue::operation(),
        delete_external_issue::operation(),
    ];
    Group {
        name: "External issues",
        about: "Links from issues to issues in the services of apps.",
        operations,
    }
}
