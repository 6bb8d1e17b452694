//! Ids that are computed, not drawn.

use uuid::Uuid;

/// Namespace of delivery ids. A constant of this project; changing it changes every delivery id.
const DELIVERY_NAMESPACE: Uuid = Uuid::from_u128(0x6f0d_2a51_94c3_5e0b_8b1e_3d5c_77aa_10f2);

/// The id of the delivery of one event to one installation.
///
/// It is a function of both, so that an event that is fanned out twice (after a crash) yields the
/// same deliveries, which the second time are recognised and dropped.
pub fn delivery_id(event_id: Uuid, installation_id: Uuid) -> Uuid {
    let mut name = [0; 32];
    name[..16].copy_from_slice(event_id.as_bytes());
    name[16..].copy_from_slice(installation_id.as_bytes());
    Uuid::new_v5(&DELIVERY_NAMESPACE, &name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_id_depends_on_event_and_installation_and_nothing_else() {
        let (a, b, c) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        assert_eq!(delivery_id(a, b), delivery_id(a, b));
        assert_ne!(delivery_id(a, b), delivery_id(b, a));
        assert_ne!(delivery_id(a, b), delivery_id(a, c));
    }
}
