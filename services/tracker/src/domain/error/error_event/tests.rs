use super::*;

const GOLDEN: &str = include_str!("../../../../tests/golden/error_created.json");

fn now() -> DateTime<Utc> {
    "2019-08-19T20:58:37.391Z".parse().unwrap()
}

fn read(json: impl AsRef<[u8]>) -> Result<ErrorEvent> {
    ErrorEvent::read(json.as_ref(), 1, Uuid::from_u128(7), now())
}

#[test]
fn an_error_in_sentrys_form_stays_unchanged() {
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    let mut expected = golden["data"]["error"].as_object().unwrap().clone();
    let event = read(Value::Object(expected.clone()).to_string()).unwrap();
    for link in ["url", "web_url", "issue_url"] {
        expected.shift_remove(link);
    }
    assert_eq!(event.document, Value::Object(expected).to_string());
    assert_eq!(event.title, "ReferenceError: blooopy is not defined");
    assert_eq!((event.culprit.as_str(), event.kind), ("?(runner)", Kind::Error));
    assert_eq!(event.tag("browser.name"), Some("Chrome"));
    let metadata = r#"{"type":"ReferenceError","value":"blooopy is not defined","filename":"/runner"}"#;
    assert_eq!(event.metadata.as_str(), metadata);
}

#[test]
fn absent_fields_are_completed() {
    let event = read(
        r#"{"message":"disk full\non node 7","tags":{"node":7},"user":{"email":"a@b.example"},"extra":{"a":1}}"#,
    );
    let event = event.unwrap();
    let document: Value = serde_json::from_str(&event.document).unwrap();
    assert_eq!(document["event_id"], Uuid::from_u128(7).simple().to_string());
    assert_eq!((event.title.as_str(), event.kind, event.level), ("disk full", Kind::Default, Level::Error));
    let expected = json!([["node", "7"], ["level", "error"], ["user", "email:a@b.example"]]);
    assert_eq!(document["tags"], expected);
    assert_eq!(document["datetime"], "2019-08-19T20:58:37.391000Z");
    assert_eq!(document["received"], 1_566_248_317.391);
    assert_eq!(document["extra"], json!({ "a": 1 }));
    let keys: Vec<_> = document.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!((keys[0], keys[keys.len() - 2], keys[keys.len() - 1]), ("event_id", "extra", "version"));
    assert!(event.user_key.is_some());
}

#[test]
fn an_occurrence_is_spelled_in_camel_case() {
    let event = read(r#"{"message":"x","occurrence":{"evidence_data":{"span_id":"a_b"}}}"#).unwrap();
    let document: Value = serde_json::from_str(&event.document).unwrap();
    assert_eq!(document["occurrence"], json!({ "evidenceData": { "spanId": "a_b" } }));
}

#[test]
fn an_error_comes_neither_from_the_future_nor_from_long_ago() {
    let at =
        |timestamp: &str| read(format!(r#"{{"message":"x","timestamp":{timestamp}}}"#)).unwrap().happened_at;
    assert_eq!(at("4102444800"), now());
    assert_eq!(at("0"), now() - TimeDelta::days(90));
    for text in [
        "2019-08-19T20:00:00Z",
        "2019-08-19T20:00:00",
        "2019-08-19T20:00:00.000000",
        "2019-08-19 20:00:00",
        "2019-08-19T22:00:00+02:00",
        "1566244800",
        "1566244800.0",
    ] {
        let expected: DateTime<Utc> = "2019-08-19T20:00:00Z".parse().unwrap();
        assert_eq!(at(&format!("{text:?}")), expected, "{text}");
    }
}

#[test]
fn an_invalid_error_is_refused() {
    let deep = format!(r#"{{"message":"x","extra":{}{}}}"#, r#"{"a":"#.repeat(100), "}".repeat(100) + "1");
    let wide = format!(r#"{{"message":"{}"}}"#, "x".repeat(MAX_BYTES));
    for json in [
        "",
        "[]",
        "null",
        "{",
        "{\"message\":",
        &deep,
        &wide,
        r#"{"event_id":"x"}"#,
        r#"{"event_id":7}"#,
        r#"{"level":"loud"}"#,
        r#"{"timestamp":"yesterday"}"#,
        r#"{"timestamp":-1}"#,
        r#"{"timestamp":[]}"#,
    ] {
        let error = read(json).unwrap_err();
        assert_eq!(error.fields[0].field, "event_json", "{json:.50}");
    }
    assert!(read(b"{\"message\":\"\xff\"}").is_err());
}

#[test]
fn integers_that_javascript_would_change_are_kept_as_text() {
    let event = read(
        r#"{"message":"a\ud83d","level":"critical","user":{"id":9007199254740993},
            "exception":{"values":[{"type":"T","stacktrace":{"frames":[
                {"vars":{"id":9007199254740993,"big":-170141183460469231731687303715884105728,"n":7}}]}}]}}"#,
    );
    let event = event.unwrap();
    let document: Value = serde_json::from_str(&event.document).unwrap();
    let vars = &document["exception"]["values"][0]["stacktrace"]["frames"][0]["vars"];
    let expected =
        json!({ "id": "9007199254740993", "big": "-170141183460469231731687303715884105728", "n": 7 });
    assert_eq!(*vars, expected);
    assert_eq!((document["message"].as_str(), event.level), (Some("a\u{fffd}"), Level::Fatal));
    assert_eq!(event.tag("user"), Some("id:9007199254740993"));
}

#[test]
fn odd_values_are_accepted() {
    for json in [
        "{}",
        r#"{"message":7,"tags":[1,["a"],[null,"b"]],"user":"me","exception":{"values":[null]},"hashes":"x"}"#,
        r#"{"message":"a\u0000b","culprit":"\n"}"#,
        r#"{"fingerprint":[],"exception":{"values":[{"type":"T","stacktrace":null}]}}"#,
    ] {
        let event = read(json).unwrap();
        assert!(!event.title.contains('\0') && !event.title.is_empty(), "{json}");
    }
}
