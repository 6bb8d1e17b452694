mod list_encryption_keys;

use patchbay_proto::installation::encryption_server::Encryption;
use patchbay_proto::installation::{ListEncryptionKeysRequest, ListEncryptionKeysResponse};
use patchbay_rpc::{caller, status::from_error};
use tonic::{Request, Response, Status};

use crate::registry::Registry;

#[tonic::async_trait]
impl Encryption for Registry {
    async fn list_encryption_keys(
        &self,
        request: Request<ListEncryptionKeysRequest>,
    ) -> Result<Response<ListEncryptionKeysResponse>, Status> {
        let caller = caller(&request)?;
        let done = list_encryption_keys::list_encryption_keys(self, &caller).await;
        done.map(Response::new).map_err(from_error)
    }
}
