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
    Numbers::read("Too many errors", 60, triggers, Some(5), None).unwrap().1
}

#[test]
fn counts_start_change_and_resolve_an_incident() {
    use Severity::{Critical, Warning};
    use Verdict::{Becomes, Nothing, Over};
    for (count, incident, expected) in [
        (10, None, Nothing),
        (11, None, Becomes(Warning, 11)),
        (101, None, Becomes(Critical, 101)),
        (50, Some(Warning), Nothing),
        (101, Some(Warning), Becomes(Critical, 101)),
        (101, Some(Critical), Nothing),
        (50, Some(Critical), Becomes(Warning, 50)),
        (8, Some(Critical), Nothing),
        (5, Some(Critical), Over(5)),
        (0, Some(Warning), Over(0)),
    ] {
        let counts = Counts { recent: count, whole: count };
        assert_eq!(numbers().judge(counts, incident), expected, "{count} {incident:?}");
    }
}

#[test]
fn a_new_minute_neither_ends_an_incident_nor_starts_one() {
    use Severity::{Critical, Warning};
    use Verdict::{Becomes, Nothing, Over};
    for (recent, whole, incident, expected) in [
        // The errors were in the minute before this one.
        (0, 101, Some(Critical), Nothing),
        (0, 11, Some(Warning), Nothing),
        (0, 101, Some(Warning), Nothing),
        (0, 101, None, Nothing),
        (0, 50, Some(Critical), Becomes(Warning, 50)),
        (11, 50, Some(Critical), Becomes(Warning, 50)),
        (101, 120, Some(Warning), Becomes(Critical, 101)),
        (0, 5, Some(Critical), Over(5)),
    ] {
        assert_eq!(numbers().judge(Counts { recent, whole }, incident), expected, "{recent} {whole}");
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
        (60, one("critical", 9_007_199_254_740_993), None, "triggers"),
        (60, both(10, 10), None, "triggers"),
        (60, [one("critical", 1), one("critical", 2)].concat(), None, "triggers"),
        (60, one("critical", 1), Some(2), "resolveThreshold"),
    ] {
        let error = Numbers::read("n", window, triggers, resolve, None).unwrap_err();
        assert_eq!(error.fields[0].field, field);
    }
    assert_eq!(Numbers::read("", 60, one("", 1), None, None).unwrap_err().fields[0].field, "name");
    let query = |query| Numbers::read("n", 60, one("", 1), None, query);
    assert_eq!(query(Some("release:1")).unwrap_err().fields[0].field, "query");
    assert_eq!(query(Some("")).unwrap().1.query, "");
    assert_eq!(query(None).unwrap().1.query, "event.type:error");
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
