use patchbay_domain::{Error, ErrorKind, Role};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::{GetOrganizationRequest, ListMembersRequest, Organization};
use patchbay_rpc::{Channel, request, status};

use crate::domain::installation_access::organization_not_found;

/// The organizations of the product.
#[derive(Clone, Debug)]
pub(crate) struct Directory(DirectoryClient<Channel>);

impl Directory {
    pub(crate) fn new(channel: Channel) -> Self {
        Self(DirectoryClient::new(channel))
    }

    /// The organization with this slug or number, if there is one.
    pub(crate) async fn find(&self, organization: &str) -> Result<Option<Organization>, Error> {
        let message = GetOrganizationRequest { organization: organization.to_owned() };
        let answer = self.0.clone().get_organization(request(message)).await;
        match answer.map_err(|refusal| status::to_error(&refusal)) {
            Ok(found) => Ok(Some(found.into_inner())),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The addresses of an organization's owners: who has to hear of what befalls its apps.
    pub(crate) async fn owners(&self, organization: i64) -> Result<Vec<String>, Error> {
        let message = ListMembersRequest {
            organization: organization.to_string(),
            min_role: Role::Owner.as_str().to_owned(),
            ..Default::default()
        };
        let answer = self.0.clone().list_members(request(message)).await;
        let members = answer.map_err(|refusal| status::to_error(&refusal))?.into_inner().members;
        Ok(members.into_iter().filter_map(|member| member.user).map(|user| user.email).collect())
    }

    /// What an organization may use.
    pub(crate) async fn features(&self, organization: i64) -> Result<Vec<String>, Error> {
        let found = self.find(&organization.to_string()).await?;
        found.map(|organization| organization.features).ok_or_else(organization_not_found)
    }
}
