//! Ids that are computed from other ids.

use uuid::Uuid;

/// Namespace of delivery ids. Changing it changes every delivery id.
const DELIVERY_NAMESPACE: Uuid = Uuid::from_u128(0x6f0d_2a51_94c3_5e0b_8b1e_3d5c_77aa_10f2);

/// The id of the delivery of one event to one installation.
///
/// It is a function of both, so an event that is fanned out twice (after a crash) yields the same deliveries,
/// and the repeated ones are recognised. The first half of the id is that of the event. Ids therefore ascend
/// with time as those of events do, and the deliveries of one event are adjacent: see [`deliveries_of`].
pub fn delivery_id(event_id: Uuid, installation_id: Uuid) -> Uuid {
    let mut name = [0; 32];
    name[..16].copy_from_slice(event_id.as_bytes());
    name[16..].copy_from_slice(installation_id.as_bytes());
    let mut bytes = Uuid::new_v5(&DELIVERY_NAMESPACE, &name).into_bytes();
    bytes[..8].copy_from_slice(&prefix(event_id));
    Uuid::from_bytes(bytes)
}

/// The lowest and the highest possible delivery id of the event.
pub fn deliveries_of(event_id: Uuid) -> (Uuid, Uuid) {
    let within = |rest: u8| {
        let mut bytes = [rest; 16];
        bytes[..8].copy_from_slice(&prefix(event_id));
        Uuid::from_bytes(bytes)
    };
    (within(0), within(u8::MAX))
}

/// The half with the time, marked as a UUID of version 8 (custom).
fn prefix(event_id: Uuid) -> [u8; 8] {
    let mut prefix = (event_id.as_u128() >> 64) as u64;
    prefix = prefix & !0xf000 | 0x8000;
    prefix.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn a_delivery_id_depends_on_event_and_installation_and_nothing_else() {
        let (a, b, c) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        assert_eq!(delivery_id(a, b), delivery_id(a, b));
        assert_ne!(delivery_id(a, b), delivery_id(b, a));
        assert_ne!(delivery_id(a, b), delivery_id(a, c));
    }

    #[test]
    fn the_deliveries_of_an_event_stand_together_and_behind_those_of_earlier_events() {
        let (first, second) = (Uuid::from_u128(1 << 80), Uuid::from_u128(2 << 80));
        assert!(deliveries_of(first) <= deliveries_of(second));
        for event in [first, second] {
            let id = delivery_id(event, Random::seeded(1).uuid());
            let (lowest, highest) = deliveries_of(event);
            assert!(lowest <= id && id <= highest, "{lowest} {id} {highest}");
            assert_eq!(id.get_version_num(), 8);
        }
    }
}
