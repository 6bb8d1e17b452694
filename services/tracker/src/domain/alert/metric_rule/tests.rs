use url::Url;

use super::*;

fn action(slug: &str) -> Action {
    Action::read(slug.to_owned(), 3, String::new(), b"").unwrap()
}

fn numbers() -> Numbers {
    let triggers = vec![
        ("warning".to_owned(), 10, Ok(vec![action("notify")])),
        ("critical".to_owned(), 100, Ok(vec![action("notify"), action("pager")])),
    ];
    Numbers::read("Too many errors", 60, triggers, Some(5)).unwrap().1
}

#[test]
fn counts_start_change_and_resolve_an_incident() {
    use Severity::{Critical, Warning};
    use Verdict::{Becomes, Nothing, Over};
    for (count, incident, expected) in [
        (10, None, Nothing),
        (11, None, Becomes(Warning)),
        (101, None, Becomes(Critical)),
        (50, Some(Warning), Nothing),
        (101, Some(Warning), Becomes(Critical)),
        (101, Some(Critical), Nothing),
        (50, Some(Critical), Becomes(Warning)),
        (8, Some(Critical), Nothing),
        (5, Some(Critical), Over),
        (0, Some(Warning), Over),
    ] {
        assert_eq!(numbers().judge(count, incident), expected, "{count} {incident:?}");
    }
}

#[test]
fn an_invalid_rule_is_refused() {
    let one = |label: &str, threshold| vec![(label.to_owned(), threshold, Ok(Vec::new()))];
    let both = |warning, critical| {
        let mut triggers = one("warning", warning);
        triggers.extend(one("critical", critical));
        triggers
    };
    for (window, triggers, resolve, field) in [
        (0, one("critical", 1), None, "timeWindow"),
        (1441, one("critical", 1), None, "timeWindow"),
        (60, Vec::new(), None, "triggers"),
        (60, one("loud", 1), None, "triggers"),
        (60, one("critical", -1), None, "triggers"),
        (60, both(10, 10), None, "triggers"),
        (60, [one("critical", 1), one("critical", 2)].concat(), None, "triggers"),
        (60, one("critical", 1), Some(2), "resolveThreshold"),
    ] {
        let error = Numbers::read("n", window, triggers, resolve).unwrap_err();
        assert_eq!(error.fields[0].field, field);
    }
    assert_eq!(Numbers::read("", 60, one("", 1), None).unwrap_err().fields[0].field, "name");
}

#[test]
fn each_app_gets_one_event_of_an_incident() {
    let rule = MetricRule {
        id: 4,
        organization_id: 7,
        organization_slug: "acme".to_owned(),
        project_id: 1,
        project_slug: "front-end".to_owned(),
        name: "Too many errors".to_owned(),
        numbers: numbers(),
        created_at: DateTime::UNIX_EPOCH,
        incident: None,
    };
    let started_at = DateTime::from_timestamp(60, 0).unwrap();
    let incident = Incident { id: 9, identifier: 2, severity: Severity::Critical, started_at };
    let links = Links::new(&Url::parse("https://x.example").unwrap());
    let events_at = |severity| rule.events(incident, severity, 101, &links, started_at);
    let actions: Vec<_> = [Some(Severity::Critical), Some(Severity::Warning), None]
        .map(|severity| {
            let events = events_at(severity);
            (events[0].action, events.len())
        })
        .into();
    assert_eq!(actions, [("critical", 2), ("warning", 1), ("resolved", 2)]);

    let data: Value = serde_json::from_slice(&events_at(Some(Severity::Critical))[0].data_json).unwrap();
    let keys: Vec<_> = data.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["metric_alert", "description_text", "description_title", "web_url"]);
    assert_eq!(data["metric_alert"]["status"], 20);
    assert_eq!(data["metric_alert"]["alert_rule"]["triggers"][0]["label"], "critical");
    assert_eq!(data["description_text"], "101 events in the last 60 minutes");
    assert_eq!(data["web_url"], "https://x.example/organizations/acme/alerts/rules/details/4/");
    let over: Value = serde_json::from_slice(&events_at(None)[0].data_json).unwrap();
    assert_eq!(over["metric_alert"]["status"], 2);
    assert_eq!(over["metric_alert"]["date_closed"], "1970-01-01T00:01:00.000000Z");
}
