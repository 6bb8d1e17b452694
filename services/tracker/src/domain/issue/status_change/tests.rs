use super::*;
use crate::domain::issue::examples::example;

fn now() -> DateTime<Utc> {
    "2026-08-16T00:00:00Z".parse().unwrap()
}

fn read(status: &str, details: &str) -> Result<StatusChange> {
    StatusChange::read(status, details.as_bytes())
}

fn release() -> Release {
    Release { id: 5, version: "1.2".to_owned() }
}

#[test]
fn each_way_to_resolve_has_its_type_and_details() {
    for (status, details, expected_type, expected_details, regress_after) in [
        ("resolved", "", "now", "{}", None),
        ("resolved", r#"{"inNextRelease":true}"#, "in_next_release", r#"{"inNextRelease":true}"#, Some(5)),
        ("resolvedInNextRelease", "", "in_next_release", r#"{"inNextRelease":true}"#, Some(5)),
        ("resolved", r#"{"inRelease":"1.2"}"#, "in_release", r#"{"inRelease":"1.2"}"#, Some(4)),
        ("resolved", r#"{"inCommit":{"commit":"a"}}"#, "in_commit", r#"{"inCommit":{"commit":"a"}}"#, None),
    ] {
        let (mut issue, _) = example();
        let issue_change = read(status, details).unwrap().apply(&mut issue, Some(&release()), now()).unwrap();
        let Some(IssueChange::Resolved { resolution_type, .. }) = issue_change else {
            panic!("{issue_change:?}")
        };
        assert_eq!(resolution_type, expected_type);
        assert_eq!((issue.status, issue.status_details.as_str()), (Status::Resolved, expected_details));
        assert_eq!(issue.regress_after, regress_after);
        let again = read(status, details).unwrap().apply(&mut issue, Some(&release()), now()).unwrap();
        assert_eq!(again, None, "it is so already");
    }
}

#[test]
fn a_release_that_is_not_there_resolves_nothing() {
    for details in [r#"{"inNextRelease":true}"#, r#"{"inRelease":"9"}"#] {
        let (mut issue, _) = example();
        let error = read("resolved", details).unwrap().apply(&mut issue, None, now()).unwrap_err();
        assert_eq!(error.fields[0].field, "statusDetails");
        assert_eq!(issue.status, Status::Unresolved);
    }
}

#[test]
fn an_issue_is_ignored_forever_or_up_to_a_limit() {
    let (mut issue, _) = example();
    let change = read("ignored", r#"{"ignoreDuration":30,"ignoreCount":10,"ignoreUserCount":2}"#).unwrap();
    assert_eq!(change.apply(&mut issue, None, now()).unwrap(), Some(IssueChange::Ignored));
    let expected = Snooze {
        until: Some("2026-08-16T00:30:00Z".parse().unwrap()),
        times_seen: Some(11),
        user_count: Some(3),
    };
    assert_eq!((issue.status, issue.snooze), (Status::Ignored, expected));
    let forever = read("ignored", "").unwrap();
    assert_eq!(forever.apply(&mut issue, None, now()).unwrap(), Some(IssueChange::Ignored));
    assert_eq!(issue.status_details, "{}");
    assert_eq!(forever.apply(&mut issue, None, now()).unwrap(), None);
}

#[test]
fn unresolving_clears_the_previous_details() {
    let (mut issue, _) = example();
    let unresolve = read("unresolved", "").unwrap();
    assert_eq!(unresolve.apply(&mut issue, None, now()).unwrap(), None);
    let resolve = read("resolved", r#"{"inRelease":"1.2"}"#).unwrap();
    resolve.apply(&mut issue, Some(&release()), now()).unwrap();
    assert_eq!(unresolve.apply(&mut issue, None, now()).unwrap(), Some(IssueChange::Unresolved));
    assert_eq!((issue.status_details.as_str(), issue.regress_after), ("{}", None));
}

#[test]
fn an_invalid_change_is_refused() {
    for (status, details, field) in [
        ("gone", "", "status"),
        ("Resolved", "", "status"),
        ("resolved", "[]", "statusDetails"),
        ("resolved", "{", "statusDetails"),
        ("resolved", r#"{"ignoreCount":1}"#, "statusDetails"),
        ("resolved", r#"{"inRelease":""}"#, "statusDetails"),
        ("resolved", r#"{"inRelease":7}"#, "statusDetails"),
        ("resolved", r#"{"inRelease":"1","inNextRelease":true}"#, "statusDetails"),
        ("unresolved", r#"{"inRelease":"1"}"#, "statusDetails"),
        ("ignored", r#"{"ignoreDuration":0}"#, "statusDetails"),
        ("ignored", r#"{"ignoreDuration":1e9}"#, "statusDetails"),
        ("ignored", r#"{"ignoreCount":"5"}"#, "statusDetails"),
        ("ignored", r#"{"inRelease":"1"}"#, "statusDetails"),
    ] {
        let error = read(status, details).unwrap_err();
        assert_eq!(error.fields[0].field, field, "{status} {details}");
    }
}
