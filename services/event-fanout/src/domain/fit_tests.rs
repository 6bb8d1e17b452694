//! The sender can store and send every event that is accepted.

use bytes::Bytes;
use chrono::DateTime;
use patchbay_domain::event::CATALOGUE;
use patchbay_proto::event_fanout as proto;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::custom_types::CustomTypes;
use super::index::Index;
use super::samples;
use crate::accept::check::{Stamp, check};
use crate::handover::pack::delivery;

/// Characters that one of the parties could stumble over.
const ODD: &str = "[a\\x00\\x01\n\r\\x1b\\x7f\u{85}\u{2028}\u{202e}\u{feff}\u{fffd}\u{ffff}é日🔑\"\\\\ -]";

fn text(most: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("{ODD}{{0,{most}}}")).expect("an expression")
}

fn data() -> impl Strategy<Value = Bytes> {
    let value = prop_oneof![
        text(20).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(null)),
    ];
    let object = prop::collection::hash_map(text(8), value, 0..4).prop_map(|map| json!(map).to_string());
    // What serde does not write: escapes of NUL and of halves of characters.
    let escapes = Just(r#"{"a\u0000":"\u0000 \ud83d\ude00 \ud800"}"#.to_owned());
    prop_oneof![9 => object, 1 => escapes].prop_map(Bytes::from)
}

fn actor() -> impl Strategy<Value = Option<proto::Actor>> {
    use proto::actor::Kind;
    let user = (any::<i64>(), text(20)).prop_map(|(id, name)| Kind::User(proto::UserActor { id, name }));
    let kind = prop_oneof![user, Just(Kind::App(proto::AppActor {}))];
    prop::option::of(kind.prop_map(|kind| proto::Actor { kind: Some(kind) }))
}

prop_compose! {
    fn request()(
        organization_id in prop_oneof![1..10_i64, any::<i64>()],
        (resource, action) in prop_oneof![
            9 => prop::sample::select(CATALOGUE).prop_map(|one| (one.resource.to_owned(), one.action.to_owned())),
            1 => (text(6), text(6)),
        ],
        data_json in data(),
        actor in actor(),
        project_id in any::<i64>(),
        slug in prop::option::of(text(6)),
        idempotency_key in prop_oneof!["[a-z]{0,9}", text(300)],
        ordering_key in prop_oneof!["[a-z]{0,9}", text(300)],
    ) -> proto::PublishRequest {
        let receiver = slug.map(proto::target::Receiver::AppSlug);
        let targets = receiver.map(|one| proto::Target { receiver: Some(one), app_id: 0 }).into_iter().collect();
        proto::PublishRequest {
            organization_id, resource, action, data_json, actor, project_id, targets, idempotency_key, ordering_key,
        }
    }
}

proptest! {
    #[test]
    fn what_is_accepted_makes_a_delivery_that_can_be_stored_and_sent(
        request in request(),
        traceparent in prop::option::of(prop_oneof![text(60), Just(format!("00-{:032x}-{:016x}-01", 1, 2))]),
        millis in 0..4_000_000_000_000_i64,
    ) {
        let accepted_at = DateTime::from_timestamp_millis(millis).expect("a time");
        let stamp = Stamp { event_id: Uuid::from_u128(1 << 80), accepted_at, traceparent };
        if let Ok(event) = check(request, &CustomTypes::default(), stamp) {
            let made = delivery(&Index::default(), &event, &samples::decided(), event.traceparent.as_deref());
            prop_assert_eq!(made.unfit_field(), None);
            let body: Value = serde_json::from_slice(&made.body).expect("the body is JSON");
            prop_assert!(body["data"].is_object());
            prop_assert!(!made.ordering_key.chars().any(char::is_control));
        }
    }
}
