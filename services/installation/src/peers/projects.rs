use futures::stream::{self, StreamExt, TryStreamExt};
use patchbay_domain::{Error, ErrorKind};
use patchbay_proto::tracker::GetProjectRequest;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_rpc::{Channel, request, status};

use crate::domain::installation::project_filter::FilteredProject;
use crate::domain::installation::project_filter::not_found;

/// Requests in flight at once.
const CONCURRENCY: usize = 8;

/// Projects, as the tracker serves them.
#[derive(Clone, Debug)]
pub(crate) struct Projects(ProjectsClient<Channel>);

impl Projects {
    pub(crate) fn new(channel: Channel) -> Self {
        Self(ProjectsClient::new(channel))
    }

    /// Finds projects by slug or id; sorted by id.
    ///
    /// # Errors
    /// On the field `projects` if one does not exist or belongs to another organization.
    pub(crate) async fn find_all(
        &self,
        organization: i64,
        names: Vec<String>,
    ) -> Result<Vec<FilteredProject>, Error> {
        let finding = names.into_iter().map(|name| self.find(organization, name));
        let mut found: Vec<_> = stream::iter(finding).buffered(CONCURRENCY).try_collect().await?;
        found.sort_by_key(|project| project.id);
        Ok(found)
    }

    async fn find(&self, organization: i64, name: String) -> Result<FilteredProject, Error> {
        let message = GetProjectRequest { organization: organization.to_string(), project: name.clone() };
        let answer = self.0.clone().get_project(request(message)).await;
        match answer.map_err(|refusal| status::to_error(&refusal)) {
            Ok(found) => {
                let found = found.into_inner();
                Ok(FilteredProject { id: found.id, slug: found.slug })
            }
            Err(error) if error.kind == ErrorKind::NotFound => {
                Err(Error::field("projects", not_found(&name)))
            }
            Err(error) => Err(error),
        }
    }
}
