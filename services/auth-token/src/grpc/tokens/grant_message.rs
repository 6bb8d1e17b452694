use patchbay_domain::SecretString;
use patchbay_proto::auth_token as proto;
use patchbay_rpc::timestamp::to_wire;

use crate::domain::grant::Grant;

pub(super) fn grant_message(grant: &Grant, code: &SecretString) -> proto::Grant {
    proto::Grant {
        installation_uuid: grant.installation.to_string(),
        code: code.expose().to_owned(),
        expires_at: Some(to_wire(grant.expires_at)),
    }
}
