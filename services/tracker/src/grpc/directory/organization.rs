use patchbay_proto::tracker as wire;
use patchbay_rpc::timestamp;

use crate::domain::organization::Organization;

pub(super) fn to_wire(organization: Organization) -> wire::Organization {
    wire::Organization {
        id: organization.id,
        slug: organization.slug,
        name: organization.name,
        created_at: Some(timestamp::to_wire(organization.created_at)),
        features: organization.features,
        enhanced_privacy: organization.enhanced_privacy,
        open_membership: organization.open_membership,
    }
}
