use super::*;
use crate::domain::decision::match_all;
use crate::domain::samples::{event, subscription};
use crate::domain::subscription::{Change, Subscription};

fn installations(count: u128) -> Index {
    let mut index = Index::default();
    for id in 0..count {
        let subscription = Subscription { installation_id: Uuid::from_u128(id), ..subscription() };
        index.apply(Change::Set(Box::new(subscription)));
    }
    index
}

fn events(count: u128) -> Vec<Event> {
    (0..count).map(|id| Event { id: Uuid::from_u128(1000 + id), ..event() }).collect()
}

fn large(event: Event, bytes: usize) -> Event {
    Event { data: format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes)).into(), ..event }
}

fn batch(packet: &Packet<usize>) -> DeliveryBatch {
    DeliveryBatch::decode(packet.body.clone()).expect("it was encoded just before")
}

/// The messages of `events`, with each event identified by its position; `replays` says which may have been handed over before.
fn packed(index: &Index, events: &[Event], replays: &[bool]) -> Vec<Packet<usize>> {
    let mut packer = Packer::default();
    let mut packets = Vec::new();
    for (position, event) in events.iter().enumerate() {
        let replay = replays.get(position).copied().unwrap_or_default();
        for decided in match_all(index, event) {
            let delivery = delivery(index, event, &decided, event.traceparent.as_deref());
            packets.extend(packer.add(&position, replay, delivery));
        }
    }
    packets.extend(packer.take());
    packets
}

fn fresh(index: &Index, events: &[Event]) -> Vec<Packet<usize>> {
    packed(index, events, &[])
}

fn positions(packets: &[Packet<usize>]) -> Vec<&[usize]> {
    packets.iter().map(|packet| packet.events.as_slice()).collect()
}

#[test]
fn small_deliveries_share_a_message_in_the_order_of_their_events() {
    let packets = fresh(&installations(3), &events(4));
    let [packet] = packets.as_slice() else { panic!("one message is enough: {}", packets.len()) };
    assert_eq!((packet.deliveries, packet.events.as_slice()), (12, [0, 1, 2, 3].as_slice()));
    let ids: Vec<_> = batch(packet).deliveries.iter().map(|delivery| delivery.event_id.clone()).collect();
    assert!(ids.is_sorted());
}

#[test]
fn a_message_is_closed_at_its_number_of_deliveries() {
    let packets = fresh(&installations(100), &events(6));
    let counts: Vec<_> = packets.iter().map(|packet| packet.deliveries).collect();
    assert_eq!(counts, [256, 256, 88]);
    let seams = [[0, 1, 2].as_slice(), &[2, 3, 4, 5], &[5]];
    assert_eq!(positions(&packets), seams, "an event at the seam is in both");
}

#[test]
fn a_message_is_closed_at_its_size_and_a_larger_delivery_has_its_own() {
    let mut list = events(3);
    list[1] = large(list[1].clone(), 600 * 1024);
    let packets = fresh(&installations(1), &list);
    assert_eq!(positions(&packets), [[0], [1], [2]]);
    let half: Vec<_> = events(4).into_iter().map(|event| large(event, MAX_BODY_BYTES / 2 - 1024)).collect();
    let packets = fresh(&installations(1), &half);
    assert_eq!(packets.iter().map(|packet| packet.deliveries).collect::<Vec<_>>(), [2, 2]);
}

#[test]
fn replayed_events_never_share_a_message_with_fresh_ones() {
    let list = events(4);
    let flags = [false, true, true, false];
    let packets = packed(&installations(1), &list, &flags);
    assert_eq!(positions(&packets), [[0].as_slice(), &[1, 2], &[3]]);
    let replays: Vec<_> = packets.iter().map(|packet| batch(packet).replay).collect();
    assert_eq!(replays, [false, true, false]);
}

#[test]
fn events_that_nobody_gets_leave_no_message() {
    let mut list = events(3);
    list[1].organization_id = 99;
    assert_eq!(positions(&fresh(&installations(1), &list)), [[0, 2]]);
    assert!(fresh(&Index::default(), &list).is_empty());
}

#[test]
fn a_delivery_carries_all_that_the_sender_needs() {
    let event = Event { traceparent: Some("00-a-b-01".into()), ordering_key: Some("7".into()), ..event() };
    let packets = fresh(&installations(1), std::slice::from_ref(&event));
    let delivery = batch(&packets[0]).deliveries.remove(0);
    let id = delivery_id(event.id, Uuid::from_u128(0));
    assert_eq!(delivery.delivery_id, id.as_bytes().as_slice());
    assert_eq!(delivery.event_id, event.id.as_bytes().as_slice());
    assert_eq!((delivery.app_id, delivery.organization_id), (3, 7));
    assert_eq!((delivery.resource.as_str(), delivery.action.as_str()), ("issue", "created"));
    assert_eq!(delivery.accepted_at_micros, 1_700_000_000_000_000);
    assert_eq!(delivery.traceparent, "00-a-b-01");
    assert_eq!(delivery.ordering_key, "7");
    assert!(!delivery.unconditional);
}
