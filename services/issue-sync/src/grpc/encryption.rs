mod list_encryption_keys;

use patchbay_proto::issue_sync::encryption_server::Encryption;
use patchbay_proto::issue_sync::{ListEncryptionKeysRequest, ListEncryptionKeysResponse};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Encryption for Context {
        list_encryption_keys(ListEncryptionKeysRequest) -> ListEncryptionKeysResponse;
    }
}
