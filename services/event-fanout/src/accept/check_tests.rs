use super::*;
use crate::domain::custom_type::CustomType;

fn request() -> proto::PublishRequest {
    proto::PublishRequest {
        organization_id: 7,
        resource: "issue".into(),
        action: "created".into(),
        data_json: Bytes::from_static(br#"{ "issue": {"n": 1.0} }"#),
        ..Default::default()
    }
}

fn alert(targets: Vec<proto::Target>) -> proto::PublishRequest {
    proto::PublishRequest { resource: "event_alert".into(), action: "triggered".into(), targets, ..request() }
}

fn to(receiver: proto::target::Receiver, app_id: i64) -> proto::Target {
    proto::Target { receiver: Some(receiver), app_id }
}

fn slug(text: &str) -> proto::target::Receiver {
    proto::target::Receiver::AppSlug(text.into())
}

fn uuid(text: &str) -> proto::target::Receiver {
    proto::target::Receiver::InstallationUuid(text.into())
}

fn stamp(traceparent: Option<&str>) -> Stamp {
    Stamp {
        event_id: Uuid::from_u128(1),
        accepted_at: DateTime::from_timestamp(1, 0).expect("a time"),
        traceparent: traceparent.map(ToOwned::to_owned),
    }
}

fn checked(request: proto::PublishRequest) -> Result<Event> {
    check(request, &CustomTypes::default(), stamp(None))
}

#[test]
fn what_cannot_be_delivered_is_refused_with_its_reason() {
    let cases = [
        (proto::PublishRequest { organization_id: 0, ..request() }, "ORGANIZATION_REQUIRED"),
        (proto::PublishRequest { organization_id: -1, ..request() }, "ORGANIZATION_REQUIRED"),
        (proto::PublishRequest { resource: "issues".into(), ..request() }, "UNKNOWN_EVENT_TYPE"),
        (proto::PublishRequest { action: String::new(), ..request() }, "UNKNOWN_EVENT_TYPE"),
        (proto::PublishRequest { data_json: Bytes::new(), ..request() }, "INVALID_JSON"),
        (proto::PublishRequest { data_json: Bytes::from_static(b"{\"a\":}"), ..request() }, "INVALID_JSON"),
        (proto::PublishRequest { data_json: Bytes::from_static(b"[1]"), ..request() }, "NOT_AN_OBJECT"),
        (
            proto::PublishRequest {
                data_json: Bytes::from_static(br#"{"a":9007199254740993}"#),
                ..request()
            },
            "NUMBER_NOT_REPRESENTABLE",
        ),
        (proto::PublishRequest { idempotency_key: "k".repeat(256), ..request() }, "IDEMPOTENCY_KEY_TOO_LONG"),
        (proto::PublishRequest { ordering_key: "k".repeat(256), ..request() }, "ORDERING_KEY_TOO_LONG"),
        (alert(vec![]), "TARGET_REQUIRED"),
        (alert(vec![proto::Target::default()]), "TARGET_REQUIRED"),
        (alert(vec![to(uuid("not a uuid"), 0)]), "TARGET_UNKNOWN"),
        (alert(vec![to(slug("notify"), 3)]), "TARGET_UNKNOWN"),
        (proto::PublishRequest { targets: vec![to(slug("notify"), 0)], ..request() }, "TARGET_NOT_ALLOWED"),
    ];
    for (request, reason) in cases {
        let shown = format!("{request:?}");
        assert_eq!(checked(request).expect_err(&shown).reason, reason, "{shown}");
    }
}

#[test]
fn a_key_with_a_control_character_is_refused_and_the_field_is_named() {
    for character in ['\0', '\n', '\r', '\u{1b}', '\u{7f}', '\u{85}'] {
        let key = format!("a{character}b");
        let ordering = proto::PublishRequest { ordering_key: key.clone(), ..request() };
        let idempotency = proto::PublishRequest { idempotency_key: key.clone(), ..request() };
        for (request, field) in [(ordering, "ordering_key"), (idempotency, "idempotency_key")] {
            let refusal = checked(request).expect_err(field);
            let fields: Vec<_> = refusal.fields.iter().map(|violation| violation.field.as_ref()).collect();
            assert_eq!((refusal.reason.as_ref(), fields), ("INVALID_FIELD", vec![field]), "{character:?}");
        }
    }
    let odd = proto::PublishRequest { ordering_key: "ключ 🔑 \u{202e}\u{fffd}".into(), ..request() };
    checked(odd).expect("letters of any script are allowed");
}

#[test]
fn data_may_have_a_mebibyte_and_not_a_byte_more() {
    let of_size = |bytes: usize| {
        let json = format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - r#"{"a":""}"#.len()));
        assert_eq!(json.len(), bytes);
        checked(proto::PublishRequest { data_json: json.into(), ..request() })
    };
    assert_eq!(of_size(MAX_DATA_BYTES).expect("it fits").data.len(), MAX_DATA_BYTES);
    assert_eq!(of_size(MAX_DATA_BYTES + 1).expect_err("it is too large").reason, "DATA_TOO_LARGE");
}

#[test]
fn data_that_grow_beyond_the_limit_when_written_as_javascript_does_are_refused() {
    let numbers = vec!["1e20"; 100_000].join(",");
    let data_json = Bytes::from(format!(r#"{{"a":[{numbers}]}}"#));
    assert!(data_json.len() < MAX_DATA_BYTES);
    let refusal = checked(proto::PublishRequest { data_json, ..request() }).expect_err("it is too large");
    assert_eq!(refusal.reason, "DATA_TOO_LARGE");
}

#[test]
fn a_name_cannot_smuggle_in_what_the_data_may_not() {
    let kind = proto::actor::Kind::User(proto::UserActor { id: 1, name: "x".repeat(MAX_REST_BYTES) });
    let actor = Some(proto::Actor { kind: Some(kind) });
    let refusal = checked(proto::PublishRequest { actor, ..request() }).expect_err("it is too large");
    assert_eq!(refusal.reason, "DATA_TOO_LARGE");
}

#[test]
fn an_event_is_kept_in_the_form_in_which_it_is_sent() {
    let event =
        checked(proto::PublishRequest { idempotency_key: "k".repeat(255), project_id: 4, ..request() });
    let event = event.expect("it is in order");
    assert_eq!(event.data, br#"{"issue":{"n":1}}"#.as_slice());
    assert_eq!(event.idempotency_key.map(|known| known.key.len()), Some(255));
    assert_eq!((event.project_id, event.actor), (Some(4), Actor::System));
    let plain = checked(request()).expect("it is in order");
    assert_eq!((plain.idempotency_key, plain.project_id), (None, None), "empty and 0 mean none");
}

#[test]
fn targets_are_read() {
    let id = Uuid::from_u128(5);
    let targets = vec![to(uuid(&id.to_string()), 0), to(slug("notify"), 0), to(uuid(&id.to_string()), 3)];
    let event = checked(alert(targets)).expect("it is in order");
    let expected = [
        Target::Installation(id),
        Target::App("notify".into()),
        Target::Unconditional { installation_id: id, app_id: 3 },
    ];
    assert_eq!(event.targets, expected);
}

#[test]
fn a_trace_that_is_not_well_formed_is_dropped() {
    let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let upper = good.to_ascii_uppercase();
    for (given, kept) in [
        (good, true),
        ("", false),
        ("garbage", false),
        (upper.as_str(), false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nX: y", false),
    ] {
        let event = check(request(), &CustomTypes::default(), stamp(Some(given)))
            .expect("a trace is never a reason to refuse");
        assert_eq!(event.traceparent.is_some(), kept, "{given:?}");
    }
}

#[test]
fn an_event_of_a_custom_type_has_to_satisfy_its_schema() {
    let mut custom_types = CustomTypes::default();
    let deploy = CustomType::new("deploy", "finished", "project:read", r#"{"required":["version"]}"#);
    custom_types.put(deploy.expect("the schema compiles"));
    let checked = |data: &'static str| {
        let request =
            proto::PublishRequest { resource: "deploy".into(), action: "finished".into(), ..request() };
        check(proto::PublishRequest { data_json: data.into(), ..request }, &custom_types, stamp(None))
    };
    assert_eq!(checked("{}").expect_err("something is missing").reason, "SCHEMA_VIOLATION");
    assert_eq!(checked(r#"{"version":1}"#).expect("it is in order").kind.name(), "deploy.finished");
}
