use chrono::DateTime;
use serde_json::json;
use uuid::Uuid;

use super::*;

fn holds(check: Value, event: Value, count: i64) -> bool {
    let event = ErrorEvent::read(event.to_string().as_bytes(), 1, Uuid::nil(), DateTime::UNIX_EPOCH).unwrap();
    let seen = Seen {
        event: &event,
        opened: true,
        regressed: false,
        assigned_user_id: Some(7),
        assigned_team_id: None,
    };
    Check::read(&check).unwrap().holds(seen, |_| count)
}

fn condition(name: &str) -> Value {
    json!({ "id": format!("sentry.rules.conditions.{name}") })
}

#[test]
fn an_issue_is_new_regressed_or_frequent() {
    let event = json!({ "message": "x" });
    assert!(holds(condition("first_seen_event.FirstSeenEventCondition"), event.clone(), 1));
    assert!(!holds(condition("regression_event.RegressionEventCondition"), event.clone(), 1));
    assert!(holds(condition("every_event.EveryEventCondition"), event.clone(), 1));
    let mut often = condition("event_frequency.EventFrequencyCondition");
    often["interval"] = "1h".into();
    often["value"] = "10".into();
    assert!(!holds(often.clone(), event.clone(), 10), "more than ten");
    assert!(holds(often, event, 11));
}

#[test]
fn a_level_is_compared_by_its_number() {
    let id = "sentry.rules.filters.level.LevelFilter";
    for (compare, level, own, expected) in [
        ("gte", "40", "fatal", true),
        ("gte", "40", "warning", false),
        ("lte", "30", "info", true),
        ("eq", "40", "error", true),
        ("eq", "50", "error", false),
    ] {
        let check = json!({ "id": id, "match": compare, "level": level });
        assert_eq!(
            holds(check, json!({ "message": "x", "level": own }), 1),
            expected,
            "{compare} {level} {own}"
        );
    }
}

#[test]
fn a_tag_is_compared_in_eight_ways() {
    let id = "sentry.rules.filters.tagged_event.TaggedEventFilter";
    for (compare, value, expected) in [
        ("eq", "paris", true),
        ("ne", "paris", false),
        ("co", "ari", true),
        ("nc", "ari", false),
        ("sw", "par", true),
        ("ew", "par", false),
        ("is", "", true),
        ("ns", "", false),
    ] {
        let check = json!({ "id": id, "key": "city", "match": compare, "value": value });
        let with = json!({ "message": "x", "tags": { "city": "paris" } });
        assert_eq!(holds(check.clone(), with, 1), expected, "{compare}");
        let without = matches!(compare, "ne" | "nc" | "ns");
        assert_eq!(holds(check, json!({ "message": "x" }), 1), without, "{compare} without the tag");
    }
}

#[test]
fn a_filter_can_test_the_assignee() {
    let id = "sentry.rules.filters.assigned_to.AssignedToFilter";
    let check = |kind: &str, id_of: i64| json!({ "id": id, "targetType": kind, "targetIdentifier": id_of });
    assert!(holds(check("Member", 7), json!({}), 1));
    assert!(!holds(check("Member", 8), json!({}), 1));
    assert!(!holds(check("Team", 7), json!({}), 1));
    assert!(!holds(check("Unassigned", 0), json!({}), 1));
}

#[test]
fn an_invalid_condition_is_refused() {
    let frequency = "sentry.rules.conditions.event_frequency.EventFrequencyCondition";
    let level = "sentry.rules.filters.level.LevelFilter";
    let tag = "sentry.rules.filters.tagged_event.TaggedEventFilter";
    for check in [
        json!(7),
        json!({}),
        json!({ "id": "sentry.rules.conditions.moon.FullMoonCondition" }),
        json!({ "id": frequency, "value": 1, "interval": "2h" }),
        json!({ "id": frequency, "value": -1, "interval": "1h" }),
        json!({ "id": level, "match": "gte", "level": "45" }),
        json!({ "id": level, "match": "gt", "level": "40" }),
        json!({ "id": tag, "match": "eq", "key": "", "value": "x" }),
        json!({ "id": tag, "match": "eq", "key": "x", "value": "" }),
        json!({ "id": tag, "match": "eq", "key": "x".repeat(201), "value": "x" }),
    ] {
        assert!(Check::read(&check).is_err(), "{check}");
    }
}
