use patchbay_domain::{Error, ErrorKind};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::{GetOrganizationRequest, Organization};
use patchbay_rpc::{Channel, request, status};

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
}
