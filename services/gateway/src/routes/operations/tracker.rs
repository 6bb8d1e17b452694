use patchbay_domain::Scope::{
    self, EventAdmin, EventRead, EventWrite, ProjectAdmin, ProjectRead, ProjectWrite,
};

use crate::access::one_of;
use crate::json::project::ProjectJson;
use crate::operation::get;
use crate::routes::{Group, get_issue, get_project};

const EVENT_READERS: &[Scope] = &[EventRead, EventWrite, EventAdmin];
const PROJECT_READERS: &[Scope] = &[ProjectRead, ProjectWrite, ProjectAdmin];

pub(in crate::routes) fn group() -> Group {
    let operations = vec![
        get("get_issue", "/api/0/issues/{issue}/", get_issue::get_issue)
            .does("Read an issue")
            .by(one_of(EVENT_READERS).and_apps())
            .answers_json(200),
        get(
            "get_organization_issue",
            "/api/0/organizations/{organization}/issues/{issue}/",
            get_issue::get_organization_issue,
        )
        .does("Read an issue of an organization")
        .by(one_of(EVENT_READERS).and_apps())
        .answers_json(200),
        get("get_project", "/api/0/projects/{organization}/{project}/", get_project::get_project)
            .does("Read a project")
            .by(one_of(PROJECT_READERS).and_apps())
            .answers::<ProjectJson>(200),
    ];
    Group { name: "Tracker", about: "Issues and projects of the product.", operations }
}
