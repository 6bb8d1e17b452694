use super::create_project::{create_project, described};
use crate::api::operation::{Operation, post};

pub(super) fn operation() -> Operation {
    described(post("create_team_project", "/api/0/teams/{organization}/{team}/projects/", create_project))
        .does("Start a project of a team")
}
