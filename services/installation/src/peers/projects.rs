use futures::stream::{self, StreamExt, TryStreamExt};
use patchbay_domain::{Error, ErrorKind};
use patchbay_proto::tracker::GetProjectRequest;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_rpc::{Channel, request, status};

use crate::domain::project_filter::{FilteredProject, not_found};

/// Questions under way at once.
const AT_ONCE: usize = 8;

/// The projects of the product.
#[derive(Clone, Debug)]
pub(crate) struct Projects(ProjectsClient<Channel>);

impl Projects {
    pub(crate) fn new(channel: Channel) -> Self {
        Self(ProjectsClient::new(channel))
    }

    /// The projects of these slugs or numbers, by number.
    ///
    /// # Errors
    /// On the field `projects` when one is not there, or is of another organization.
    pub(crate) async fn find_all(
        &self,
        organization: i64,
        names: Vec<String>,
    ) -> Result<Vec<FilteredProject>, Error> {
        let finding = names.into_iter().map(|name| self.find(organization, name));
        let mut found: Vec<_> = stream::iter(finding).buffered(AT_ONCE).try_collect().await?;
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
