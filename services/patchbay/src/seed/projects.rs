//! One project for each team.

use patchbay_proto::tracker::{CreateProjectRequest, Organization};

use super::people::TEAMS;
use super::{PROJECTS, Seeder, as_operator};

impl Seeder<'_> {
    pub(super) async fn projects(&self, organization: &Organization) -> anyhow::Result<()> {
        for ((name, platform), team) in PROJECTS.into_iter().zip(TEAMS) {
            let request = CreateProjectRequest {
                organization: organization.slug.clone(),
                name: name.to_owned(),
                platform: platform.to_owned(),
                team: team.to_owned(),
                ..Default::default()
            };
            self.projects_client().create_project(as_operator(request)).await?;
        }
        Ok(())
    }
}
