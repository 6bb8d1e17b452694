//! Events of issues.

use chrono::{DateTime, NaiveDateTime, Utc};
use patchbay_provider::{Change, ExternalUser, Timed};
use serde_json::{Value, json};

use crate::key::{Key, Repository};

/// The payload has the whole state, which counts more than the difference that an event is about.
pub(super) fn of_issue(body: &Value) -> Vec<Change> {
    let issue = &body["issue"];
    let repository = body["repository"]["full_name"].as_str();
    let Some(key) = key(repository, issue["number"].as_u64()) else { return Vec::new() };
    let at = Timed { at: issue["updated_at"].as_str().and_then(time) };
    let action = body["action"].as_str().unwrap_or_default();
    let change = match action {
        "assigned" | "unassigned" => {
            assignee(issue).map(|assignee| Change::Assignee { key: key.clone(), assignee, at })
        }
        "closed" | "reopened" => {
            Some(Change::Status { key: key.clone(), data: json!({ "action": action }), at })
        }
        "transferred" => transferred(key, &body["changes"]),
        _ => None,
    };
    change.into_iter().collect()
}

fn key(repository: Option<&str>, number: Option<u64>) -> Option<String> {
    let repository = Repository::parse(repository?)?;
    let number = number.filter(|number| *number > 0)?;
    Some(Key { repository, number }.to_string())
}

/// The first of the current assignees; `None` if the list is not there.
fn assignee(issue: &Value) -> Option<Option<ExternalUser>> {
    let Some(first) = issue["assignees"].as_array()?.first() else { return Some(None) };
    let login = first["login"].as_str().filter(|login| !login.is_empty())?;
    Some(Some(ExternalUser { email: None, name: Some(format!("@{login}")) }))
}

fn transferred(from: String, changes: &Value) -> Option<Change> {
    let issue = &changes["new_issue"];
    let to = key(changes["new_repository"]["full_name"].as_str(), issue["number"].as_u64())?;
    let ticket_id = issue["id"].as_u64().map(|id| id.to_string()).unwrap_or_default();
    Some(Change::Key { from, to, ticket_id })
}

/// A repository with another name has other keys.
pub(super) fn of_repository(body: &Value) -> Vec<Change> {
    let renamed = || {
        let to = Repository::parse(body["repository"]["full_name"].as_str()?)?.to_string();
        let (owner, _) = to.split_once('/')?;
        let name = body["changes"]["repository"]["name"]["from"].as_str()?;
        let from = Repository::parse(&format!("{owner}/{name}"))?.to_string();
        Some(Change::Project { from, to, separator: "#".to_owned() })
    };
    match body["action"].as_str() {
        Some("renamed") => renamed().into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Any ISO form; without a zone it is UTC.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .map(|time| time.with_timezone(&Utc));
    zoned.ok().or_else(|| {
        let text = text.trim_end_matches(" UTC").replace(' ', "T");
        NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").ok().map(|time| time.and_utc())
    })
}
