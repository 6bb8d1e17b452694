//! The bytes of a webhook's body, which are built once.

use bytes::Bytes;
use patchbay_domain::Actor;

use super::event::Event;
use super::receiver::Receiver;

/// `{"action":…,"data":…,"installation":{"uuid":…},"actor":…}`, compact, with the data as they were canonicalized.
pub(crate) fn body(event: &Event, receiver: &Receiver<'_>) -> Bytes {
    let actor = actor(event, receiver);
    // Names of event types and uuids need no escaping.
    let mut uuid = [0; uuid::fmt::Hyphenated::LENGTH];
    let parts: [&[u8]; 9] = [
        br#"{"action":""#,
        event.kind.action().as_bytes(),
        br#"","data":"#,
        &event.data,
        br#","installation":{"uuid":""#,
        receiver.installation_id.hyphenated().encode_lower(&mut uuid).as_bytes(),
        br#""},"actor":"#,
        actor.as_bytes(),
        b"}",
    ];
    Bytes::from(parts.concat())
}

/// The actor as the receiver sees it. An event caused by an app names the receiving app; if that is not known, the product.
fn actor(event: &Event, receiver: &Receiver<'_>) -> String {
    match receiver.subscription {
        Some(subscription) => event.actor.json_for(subscription.app_uuid, &subscription.app_name),
        None if event.actor == Actor::App => Actor::System.json_for(Default::default(), ""),
        None => event.actor.json_for(Default::default(), ""),
    }
}

#[cfg(test)]
mod tests {
    use patchbay_domain::Actor;
    use patchbay_domain::event::CATALOGUE;

    use super::*;
    use crate::domain::samples;

    #[test]
    fn the_parts_stand_in_their_order_and_the_data_as_they_are() {
        let subscription = samples::subscription();
        let user = Actor::User { id: 1, name: "Jané \"J\"".into() };
        let system = r#"{"type":"application","id":"sentry","name":"Sentry"}"#;
        let itself = r#"{"type":"application","id":"00000000-0000-0000-0000-0000000000aa","name":"Notify"}"#;
        let cases = [
            (user, r#"{"type":"user","id":1,"name":"Jané \"J\""}"#),
            (Actor::System, system),
            (Actor::App, itself),
        ];
        for (actor, shown) in cases {
            let event =
                Event { actor, data: Bytes::from_static(br#"{"issue":{"id":"1"}}"#), ..samples::event() };
            let body = body(&event, &samples::receiver(&subscription));
            let expected = format!(
                r#"{{"action":"created","data":{{"issue":{{"id":"1"}}}},"installation":{{"uuid":"{}"}},"actor":{shown}}}"#,
                subscription.installation_id
            );
            assert_eq!(body, expected);
        }
    }

    #[test]
    fn a_receiver_that_is_not_known_is_not_shown_as_the_actor() {
        let event = Event { actor: Actor::App, ..samples::event() };
        let subscription = samples::subscription();
        let receiver = Receiver { subscription: None, ..samples::receiver(&subscription) };
        let body = String::from_utf8(body(&event, &receiver).to_vec()).expect("JSON is UTF-8");
        assert!(body.ends_with(r#""actor":{"type":"application","id":"sentry","name":"Sentry"}}"#), "{body}");
    }

    #[test]
    fn no_action_of_the_catalogue_needs_escaping() {
        for event in CATALOGUE {
            assert!(event.action.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{event}");
        }
    }
}
