//! A search finds the issues that a bulk change changes, and that a naive filter selects.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::Caller;
use patchbay_proto::tracker::delete_issues_request::Issues as Deleted;
use patchbay_proto::tracker::update_issues_request::Issues as Updated;
use patchbay_proto::tracker::{
    CreateIssueRequest, CreateTeamRequest, DeleteIssuesRequest, IssueFilter, IssueIds, ListIssuesRequest,
    SetProjectTeamRequest, UpdateIssuesRequest,
};
use patchbay_rpc::{request, request_as};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::service::{Service, each, issue, now, reason};

const ROUNDS: usize = 3;
const ISSUES: usize = 14;
const QUERIES: usize = 40;
const DELETIONS: usize = 4;

const PIECES: [&str; 18] = [
    "alpha",
    "Alpha7",
    "ALPHABET",
    "beta",
    "disk-7",
    "disk",
    "🚀",
    "🚀🛰",
    "Ärger",
    "ärger",
    "foo.bar",
    "x_y",
    "100%",
    "a!b",
    "say \"hi\"",
    "TypeError: x",
    "\u{212a}ate",
    "kate",
];
const TEXTS: [&str; 28] = [
    "alpha",
    "alph",
    "ALPHA",
    "lpha",
    "beta",
    "disk-7",
    "disk",
    "7",
    "🚀",
    "🛰",
    "🦀",
    "Ärger",
    "rger",
    "foo.bar",
    "oo.b",
    "x_y",
    "x?y",
    "_",
    "%",
    "!b",
    "a!b",
    "\"hi\"",
    "typeerror: X",
    ": x",
    "kate",
    "\u{212a}",
    "alpha beta",
    "\\",
];
const STATUSES: [&str; 3] = ["unresolved", "resolved", "ignored"];
const LEVELS: [&str; 3] = ["error", "warning", "fatal"];

/// An issue, as the naive filter sees it.
#[derive(Debug, Clone)]
struct Known {
    id: i64,
    title: String,
    culprit: String,
    status: &'static str,
    level: &'static str,
    assignee: Assignee,
    seen: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Assignee {
    None,
    Ada,
    Team,
}

#[derive(Debug, Clone)]
enum Condition {
    Text(&'static str),
    Is(&'static str),
    Level(&'static str),
    Assigned(&'static str),
    /// In the last hours, or before them.
    Hours(&'static str, char, i64),
    /// Compared with a number of hours after the beginning of the round.
    Compared(&'static str, &'static str, i64),
}

impl Condition {
    fn write(&self, start: DateTime<Utc>) -> String {
        match self {
            Self::Text(text) if text.chars().all(|c| c.is_alphanumeric() || "🚀🛰🦀.".contains(c)) => {
                (*text).to_owned()
            }
            Self::Text(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::Is(value) => format!("is:{value}"),
            Self::Level(value) => format!("level:{value}"),
            Self::Assigned(value) => format!("assigned:{value}"),
            Self::Hours(key, sign, hours) => format!("{key}:{sign}{hours}h"),
            Self::Compared(key, comparison, hours) => {
                let at = start + TimeDelta::hours(*hours);
                format!("{key}:{comparison}{}", at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
            }
        }
    }

    fn is_true(&self, issue: &Known, start: DateTime<Utc>) -> bool {
        let now_is = end(start);
        match *self {
            Self::Text(text) => [&issue.title, &issue.culprit].iter().any(|place| holds(place, text)),
            Self::Is("assigned") => issue.assignee != Assignee::None,
            Self::Is("unassigned") => issue.assignee == Assignee::None,
            Self::Is("archived") => issue.status == "ignored",
            Self::Is(status) => issue.status == status,
            Self::Level(level) => issue.level == level,
            Self::Assigned("none") => issue.assignee == Assignee::None,
            Self::Assigned("#core") => issue.assignee == Assignee::Team,
            Self::Assigned(_) => issue.assignee == Assignee::Ada,
            Self::Hours(_, '-', hours) => issue.seen >= now_is - TimeDelta::hours(hours),
            Self::Hours(_, _, hours) => issue.seen <= now_is - TimeDelta::hours(hours),
            Self::Compared(_, comparison, hours) => {
                let at = start + TimeDelta::hours(hours);
                match comparison {
                    ">" => issue.seen > at,
                    ">=" => issue.seen >= at,
                    "<" => issue.seen < at,
                    _ => issue.seen <= at,
                }
            }
        }
    }
}

/// Letters and digits match the beginning of a word; every other text matches literally except for the case of ASCII letters.
#[expect(clippy::disallowed_methods, reason = "words are looked for in any case of their language")]
fn holds(place: &str, text: &str) -> bool {
    if text.chars().all(char::is_alphanumeric) {
        let mut words = place.split(|c: char| !c.is_alphanumeric());
        return words.any(|word| word.to_lowercase().starts_with(&text.to_lowercase()));
    }
    place.to_ascii_lowercase().contains(&text.to_ascii_lowercase())
}

type Query = Vec<(bool, Condition)>;

fn any_condition() -> impl Strategy<Value = Condition> {
    let key = || prop::sample::select(&["firstSeen", "lastSeen", "age"][..]);
    prop_oneof![
        4 => prop::sample::select(&TEXTS[..]).prop_map(Condition::Text),
        1 => prop::sample::select(&["unresolved", "resolved", "ignored", "archived", "assigned", "unassigned"][..]).prop_map(Condition::Is),
        1 => prop::sample::select(&LEVELS[..]).prop_map(Condition::Level),
        1 => prop::sample::select(&["me", "none", "#core", "Ada@example.com"][..]).prop_map(Condition::Assigned),
        1 => (key(), prop::sample::select(&['-', '+'][..]), 0..20_i64).prop_map(|(key, sign, hours)| Condition::Hours(key, sign, hours)),
        1 => (key(), prop::sample::select(&["<", "<=", ">", ">="][..]), 0..16_i64)
            .prop_map(|(key, comparison, hours)| Condition::Compared(key, comparison, hours)),
    ]
}

fn any_query() -> impl Strategy<Value = Query> {
    prop::collection::vec((prop::bool::weighted(0.35), any_condition()), 1..=3)
}

fn any_title() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 1..=4).prop_map(|pieces| pieces.join(" "))
}

fn write(query: &Query, start: DateTime<Utc>) -> String {
    let terms = query.iter().map(|(is_negated, condition)| {
        format!("{}{}", if *is_negated { "!" } else { "" }, condition.write(start))
    });
    terms.collect::<Vec<_>>().join(" ")
}

fn matching(known: &[Known], query: &Query, start: DateTime<Utc>) -> Vec<i64> {
    let is_meant = |issue: &&Known| {
        query.iter().all(|(is_negated, condition)| condition.is_true(issue, start) != *is_negated)
    };
    known.iter().filter(is_meant).map(|issue| issue.id).collect()
}

/// The time of the queries of a round that began at `begin`: each issue took an hour.
fn end(start: DateTime<Utc>) -> DateTime<Utc> {
    start + TimeDelta::hours(i64::try_from(ISSUES).unwrap())
}

struct Draw(TestRunner);

impl Draw {
    /// The same values in every run.
    fn new(round: usize) -> Self {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[round as u8; 32]);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    fn one<T: std::fmt::Debug>(&mut self, strategy: impl Strategy<Value = T>) -> T {
        strategy.new_tree(&mut self.0).unwrap().current()
    }
}

/// The issues of the round, in a separate project.
async fn issues(tracker: &Service, project: &str, start: DateTime<Utc>, draw: &mut Draw) -> Vec<Known> {
    let mut known = Vec::new();
    for hours in 0..ISSUES {
        let (title, culprit) =
            (draw.one(any_title()), draw.one(prop_oneof![Just(String::new()), any_title()]));
        let level = draw.one(prop::sample::select(&LEVELS[..]));
        let wanted = CreateIssueRequest {
            culprit: culprit.clone(),
            level: level.to_owned(),
            ..issue("acme", project, &title)
        };
        let id = tracker.issues().create_issue(request(wanted)).await.unwrap().into_inner().id;
        let status = draw.one(prop::sample::select(&STATUSES[..]));
        let assignee = draw.one(prop::sample::select(&[Assignee::None, Assignee::Ada, Assignee::Team][..]));
        let assigned_to = match assignee {
            Assignee::None => "",
            Assignee::Ada => "ada@example.com",
            Assignee::Team => "#core",
        };
        let change = UpdateIssuesRequest {
            issues: Some(Updated::Ids(IssueIds { ids: vec![id], ..Default::default() })),
            status: Some(status.to_owned()),
            assigned_to: Some(assigned_to.to_owned()),
            ..Default::default()
        };
        tracker.issues().update_issues(request(change)).await.unwrap();
        let seen = start + TimeDelta::hours(i64::try_from(hours).unwrap());
        known.push(Known { id, title, culprit, status, level, assignee, seen });
        tracker.clock.advance(Duration::from_secs(3600));
    }
    known
}

fn filter(project: &str, query: &str) -> IssueFilter {
    IssueFilter { organization: "acme".into(), projects: vec![project.into()], query: query.into() }
}

async fn listed(tracker: &Service, ada: &Caller, project: &str, query: &str) -> Vec<i64> {
    let asked = ListIssuesRequest { filter: Some(filter(project, query)), ..Default::default() };
    let page = tracker.issues().list_issues(request_as(ada, asked)).await.expect(query).into_inner();
    let mut ids: Vec<i64> = page.issues.iter().map(|issue| issue.id).collect();
    ids.sort_unstable();
    ids
}

async fn changed(tracker: &Service, ada: &Caller, project: &str, query: &str) -> Vec<i64> {
    let asked = UpdateIssuesRequest {
        issues: Some(Updated::Filter(filter(project, query))),
        is_subscribed: Some(true),
        ..Default::default()
    };
    let answer = tracker.issues().update_issues(request_as(ada, asked)).await.expect(query).into_inner();
    let mut ids: Vec<i64> = answer.issues.iter().map(|issue| issue.id).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn a_bulk_change_affects_the_issues_that_the_list_shows() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let (_, ada) = tracker.member("acme", "ada@example.com", "owner").await;
        let team =
            CreateTeamRequest { organization: "acme".into(), name: "core".into(), ..Default::default() };
        tracker.projects().create_team(request(team)).await.unwrap();
        for round in 0..ROUNDS {
            let mut draw = Draw::new(round);
            let start = (0..round).fold(now(), |start, _| end(start));
            let project = tracker.project("acme", &format!("Round {round}")).await.slug;
            let access = SetProjectTeamRequest {
                organization: "acme".into(),
                project: project.clone(),
                team: "core".into(),
                has_access: true,
            };
            tracker.projects().set_project_team(request(access)).await.unwrap();
            let mut known = issues(&tracker, &project, start, &mut draw).await;
            let mut found = 0;
            for _ in 0..QUERIES {
                let query = draw.one(any_query());
                let (text, expected) = (write(&query, start), matching(&known, &query, start));
                found += expected.len();
                assert_eq!(listed(&tracker, &ada, &project, &text).await, expected, "{text}\n{known:#?}");
                assert_eq!(changed(&tracker, &ada, &project, &text).await, expected, "{text}\n{known:#?}");
            }
            assert!(found > QUERIES, "the queries find something: {found}");
            for _ in 0..DELETIONS {
                let query = draw.one(any_query());
                let (text, expected) = (write(&query, start), matching(&known, &query, start));
                let asked = DeleteIssuesRequest { issues: Some(Deleted::Filter(filter(&project, &text))) };
                let answer = tracker.issues().delete_issues(request_as(&ada, asked)).await.unwrap();
                assert_eq!(usize::try_from(answer.into_inner().deleted).unwrap(), expected.len(), "{text}");
                known.retain(|issue| !expected.contains(&issue.id));
                let left: Vec<i64> = known.iter().map(|issue| issue.id).collect();
                assert_eq!(listed(&tracker, &ada, &project, "").await, left, "{text}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_invalid_search_finds_and_changes_nothing() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let (_, ada) = tracker.member("acme", "ada@example.com", "owner").await;
        let project = tracker.project("acme", "Front End").await.slug;
        let id = tracker.issue("acme", &project, "alpha").await.id;
        for query in [
            "-alpha",
            "!-alpha",
            "alpha OR beta",
            "alph*",
            "quer:alpha",
            "TypeError: x",
            "firstSeen:yesterday",
            "level:bad",
            "is:open",
            "\"alpha",
            "\0",
            "!",
            "assigned:unknown",
            "!assigned:#unknown",
            "!assigned:unknown@example.com",
            "alpha environment:prod",
        ] {
            let asked = ListIssuesRequest { filter: Some(filter(&project, query)), ..Default::default() };
            let answer = tracker.issues().list_issues(request_as(&ada, asked)).await;
            assert_eq!(reason(answer), "INVALID_SEARCH", "{query}");
        }
        for query in ["", " \t", "\u{a0}", "-alpha", "alpha OR beta", "alph*", "\0", "!assigned:#unknown"] {
            let erase = DeleteIssuesRequest { issues: Some(Deleted::Filter(filter(&project, query))) };
            assert_eq!(
                reason(tracker.issues().delete_issues(request_as(&ada, erase)).await),
                "INVALID_SEARCH",
                "{query:?}"
            );
            let resolve = UpdateIssuesRequest {
                issues: Some(Updated::Filter(filter(&project, query))),
                status: Some("resolved".into()),
                ..Default::default()
            };
            assert_eq!(
                reason(tracker.issues().update_issues(request_as(&ada, resolve)).await),
                "INVALID_SEARCH",
                "{query:?}"
            );
        }
        for query in
            ["🚀", "!alpha", "assigned:#unknown", "assigned:unknown@example.com", "firstSeen:+1d", "%", "_"]
        {
            let erase = DeleteIssuesRequest { issues: Some(Deleted::Filter(filter(&project, query))) };
            let answer = tracker.issues().delete_issues(request_as(&ada, erase)).await.unwrap();
            assert_eq!(answer.into_inner().deleted, 0, "{query}");
        }
        let nothing = tracker.issues().delete_issues(request_as(&ada, DeleteIssuesRequest::default())).await;
        assert_eq!(nothing.unwrap().into_inner().deleted, 0);
        assert_eq!(tracker.read(id).await["status"], "unresolved");
    })
    .await;
}

#[tokio::test]
async fn issues_named_by_number_have_to_be_in_a_project_that_is_named() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let mut ids = Vec::new();
        for project in ["Front", "Back", "Else"] {
            let slug = tracker.project("acme", project).await.slug;
            ids.push(tracker.issue("acme", &slug, "boom").await.id);
        }
        let erase = |projects: &[&str]| {
            let projects = projects.iter().map(|slug| (*slug).to_owned()).collect();
            let ids = IssueIds { ids: ids[..2].to_vec(), organization: "acme".into(), projects };
            request(DeleteIssuesRequest { issues: Some(Deleted::Ids(ids)) })
        };
        for (projects, expected) in [
            (&["front"][..], "ISSUE_NOT_FOUND"),
            (&["back", "else"], "ISSUE_NOT_FOUND"),
            (&["front", "back", "nothing"], "PROJECT_NOT_FOUND"),
        ] {
            assert_eq!(
                reason(tracker.issues().delete_issues(erase(projects)).await),
                expected,
                "{projects:?}"
            );
        }
        let answer = tracker.issues().delete_issues(erase(&["else", "back", "front"])).await.unwrap();
        assert_eq!(answer.into_inner().deleted, 2);
    })
    .await;
}

#[tokio::test]
async fn texts_that_no_index_knows_are_looked_for_a_part_at_a_time() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let (_, ada) = tracker.member("acme", "ada@example.com", "owner").await;
        tracker.project("acme", "Front End").await;
        let error = |title: String| serde_json::json!({ "message": title });
        let rockets: Vec<_> = (0..3).map(|n| error(format!("🚀 {n}"))).collect();
        tracker.record(&rockets).await;
        for hundreds in 0..14 {
            let titles: Vec<_> = (0..150).map(|n| error(format!("boom {hundreds} {n}"))).collect();
            tracker.record(&titles).await;
        }
        let (mut cursor, mut found, mut pages) = (String::new(), 0, 0);
        loop {
            let filter = Some(filter("front-end", "🚀"));
            let asked = ListIssuesRequest { filter, cursor, ..Default::default() };
            let page = tracker.issues().list_issues(request_as(&ada, asked)).await.unwrap().into_inner();
            (found, pages) = (found + page.issues.len(), pages + 1);
            cursor = page.next_cursor;
            if cursor.is_empty() {
                break;
            }
        }
        assert_eq!((found, pages), (3, 2));
        let erase = DeleteIssuesRequest { issues: Some(Deleted::Filter(filter("front-end", "🚀"))) };
        let answer = tracker.issues().delete_issues(request_as(&ada, erase)).await.unwrap();
        assert_eq!(answer.into_inner().deleted, 3);
    })
    .await;
}
