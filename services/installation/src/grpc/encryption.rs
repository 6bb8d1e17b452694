mod list_encryption_keys;

use patchbay_proto::installation::encryption_server::Encryption;
use patchbay_proto::installation::{ListEncryptionKeysRequest, ListEncryptionKeysResponse};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Encryption for Context {
        list_encryption_keys(ListEncryptionKeysRequest) -> ListEncryptionKeysResponse;
    }
}
