use patchbay_proto::tracker as wire;
use prost_types::Timestamp;

use crate::domain::organization::Organization;

pub(super) fn to_wire(organization: Organization) -> wire::Organization {
    let created_at = Timestamp {
        seconds: organization.created_at.timestamp(),
        nanos: i32::try_from(organization.created_at.timestamp_subsec_nanos()).unwrap_or(0),
    };
    wire::Organization {
        id: organization.id,
        slug: organization.slug,
        name: organization.name,
        created_at: Some(created_at),
    }
}
