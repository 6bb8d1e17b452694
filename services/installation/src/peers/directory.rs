use patchbay_domain::{Error, ErrorKind, Role};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::{GetMemberRequest, GetOrganizationRequest, ListMembersRequest, Organization};
use patchbay_rpc::{Channel, request, status};

use crate::domain::installation::access::organization_not_found;

/// Organizations, as the tracker serves them.
#[derive(Clone, Debug)]
pub(crate) struct Directory(DirectoryClient<Channel>);

impl Directory {
    pub(crate) fn new(channel: Channel) -> Self {
        Self(DirectoryClient::new(channel))
    }

    /// Finds an organization by slug or id.
    pub(crate) async fn find(&self, organization: &str) -> Result<Option<Organization>, Error> {
        let message = GetOrganizationRequest { organization: organization.to_owned() };
        let answer = self.0.clone().get_organization(request(message)).await;
        match answer.map_err(|refusal| status::to_error(&refusal)) {
            Ok(found) => Ok(Some(found.into_inner())),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The e-mail addresses of the active owners of an organization.
    pub(crate) async fn owners(&self, organization: i64) -> Result<Vec<String>, Error> {
        let message = ListMembersRequest {
            organization: organization.to_string(),
            min_role: Role::Owner.as_str().to_owned(),
            ..Default::default()
        };
        let answer = self.0.clone().list_members(request(message)).await;
        let members = answer.map_err(|refusal| status::to_error(&refusal))?.into_inner().members;
        Ok(members
            .into_iter()
            .filter_map(|member| member.user)
            .filter(|user| !user.is_disabled)
            .map(|user| user.email)
            .collect())
    }

    /// The e-mail address of a user who is an active member of the organization.
    pub(crate) async fn member(&self, organization: i64, user_id: i64) -> Result<Option<String>, Error> {
        let message = GetMemberRequest { organization: organization.to_string(), user_id };
        let answer = self.0.clone().get_member(request(message)).await;
        match answer.map_err(|refusal| status::to_error(&refusal)) {
            Ok(member) => {
                let user = member.into_inner().user.filter(|user| !user.is_disabled);
                Ok(user.map(|user| user.email))
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The features that are enabled for an organization.
    pub(crate) async fn features(&self, organization: i64) -> Result<Vec<String>, Error> {
        let found = self.find(&organization.to_string()).await?;
        found.map(|organization| organization.features).ok_or_else(organization_not_found)
    }
}
