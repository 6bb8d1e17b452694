//! Requests to change the status of an issue, and their effect.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::canonical_json::is_exact;
use patchbay_domain::{Error, Result};
use serde_json::{Map, Value, json};

use crate::domain::issue::change::IssueChange;
use crate::domain::issue::status::Status;
use crate::domain::issue::{Issue, Snooze};

/// A year. Longer times are rejected; without a duration the issue is ignored forever.
const MAX_MINUTES: i64 = 366 * 24 * 60;
const MAX_VERSION: usize = 250;
/// Maximum size of a commit, in bytes of JSON.
const MAX_COMMIT: usize = 1024;

/// The requested status of an issue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StatusChange {
    Resolve(Resolution),
    Unresolve,
    Ignore(SnoozeWish),
}

/// How an issue is resolved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Resolution {
    Now,
    NextRelease,
    /// A version, or `latest`.
    Release(String),
    Commit(Value),
}

/// Limits until which the issue is ignored; without limits, forever. Counts start now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SnoozeWish {
    minutes: Option<i64>,
    /// As an answer shows it.
    until: Option<DateTime<Utc>>,
    times: Option<i64>,
    users: Option<i64>,
}

/// A release of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) id: i64,
    pub(crate) version: String,
}

impl StatusChange {
    /// # Errors
    /// `INVALID_FIELD` (status, statusDetails).
    pub(crate) fn read(status: &str, details_json: &[u8]) -> Result<Self> {
        let details = read_details(details_json)?;
        match status {
            "resolved" => resolution(&details).map(Self::Resolve),
            "resolvedInNextRelease" => Ok(Self::Resolve(Resolution::NextRelease)),
            "unresolved" if details.is_empty() => Ok(Self::Unresolve),
            "unresolved" => Err(wrong_details("An unresolved issue has no status details.")),
            "ignored" => snooze(&details).map(Self::Ignore),
            other => Err(Error::field("status", format!("\"{other:.100}\" is not a valid choice."))),
        }
    }

    /// The version of the release that [`StatusChange::apply`] needs; `latest` for the last one.
    pub(crate) fn version(&self) -> Option<&str> {
        match self {
            Self::Resolve(Resolution::Release(version)) => Some(version),
            Self::Resolve(Resolution::NextRelease) => Some("latest"),
            _ => None,
        }
    }

    /// Changes the issue; `None` if it has this status already. `release` belongs to [`StatusChange::version`].
    ///
    /// # Errors
    /// `INVALID_FIELD` (statusDetails) without a release where one is needed.
    pub(crate) fn apply(
        &self,
        issue: &mut Issue,
        release: Option<&Release>,
        now: DateTime<Utc>,
    ) -> Result<Option<IssueChange>> {
        match self {
            Self::Resolve(resolution) => resolve(issue, resolution, release),
            Self::Unresolve if issue.status == Status::Unresolved => Ok(None),
            Self::Unresolve => {
                issue.reopen();
                Ok(Some(IssueChange::Unresolved))
            }
            Self::Ignore(wish) => Ok(ignore(issue, *wish, now)),
        }
    }
}

fn resolve(
    issue: &mut Issue,
    resolution: &Resolution,
    release: Option<&Release>,
) -> Result<Option<IssueChange>> {
    let missing = |message: &str| wrong_details(message);
    let (details, regress_after, resolution_type) = match resolution {
        Resolution::Now => (json!({}), None, "now"),
        Resolution::NextRelease => {
            let current = release.ok_or_else(|| {
                missing("No release data present in the system to form a basis for 'Next Release'")
            })?;
            (json!({ "inNextRelease": true }), Some(current.id), "in_next_release")
        }
        Resolution::Release(_) => {
            let release =
                release.ok_or_else(|| missing("Unable to find a release with the given version."))?;
            // An error in this release itself reopens the issue.
            (json!({ "inRelease": release.version }), Some(release.id - 1), "in_release")
        }
        Resolution::Commit(commit) => (json!({ "inCommit": commit }), None, "in_commit"),
    };
    let details = details.to_string();
    if issue.status == Status::Resolved && issue.status_details == details {
        return Ok(None);
    }
    issue.reopen();
    issue.status = Status::Resolved;
    issue.status_details = details;
    issue.regress_after = regress_after;
    let version =
        release.filter(|_| matches!(resolution, Resolution::Release(_))).map(|it| it.version.clone());
    Ok(Some(IssueChange::Resolved { resolution_type, version }))
}

fn ignore(issue: &mut Issue, wish: SnoozeWish, now: DateTime<Utc>) -> Option<IssueChange> {
    let snooze = Snooze {
        until: wish.until(now),
        times_seen: wish.times.map(|times| issue.times_seen.saturating_add(times)),
        user_count: wish.users.map(|users| issue.user_count.saturating_add(users)),
    };
    if issue.status == Status::Ignored && issue.snooze == snooze {
        return None;
    }
    issue.reopen();
    issue.status = Status::Ignored;
    issue.snooze = snooze;
    let mut details = Map::new();
    if let Some(until) = issue.snooze.until {
        details.insert("ignoreUntil".to_owned(), crate::domain::time_format::text(until).into());
    }
    if let Some(times) = wish.times {
        details.insert("ignoreCount".to_owned(), times.into());
    }
    if let Some(users) = wish.users {
        details.insert("ignoreUserCount".to_owned(), users.into());
    }
    issue.status_details = Value::Object(details).to_string();
    Some(IssueChange::Ignored)
}

impl SnoozeWish {
    fn until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let after = |minutes| now.checked_add_signed(TimeDelta::try_minutes(minutes)?);
        match self.minutes {
            Some(minutes) => after(minutes),
            None => self.until.map(|until| after(MAX_MINUTES).map_or(until, |last| until.min(last))),
        }
    }
}

fn read_details(json: &[u8]) -> Result<Map<String, Value>> {
    if json.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(json) {
        Ok(Value::Object(details)) => Ok(details),
        _ => Err(wrong_details("Must be a JSON object.")),
    }
}

fn resolution(details: &Map<String, Value>) -> Result<Resolution> {
    let given: Vec<_> = details.iter().filter(|(_, value)| !value.is_null()).collect();
    match given.as_slice() {
        [] => Ok(Resolution::Now),
        [(key, Value::Bool(true))] if *key == "inNextRelease" => Ok(Resolution::NextRelease),
        [(key, Value::String(version))]
            if *key == "inRelease" && !version.is_empty() && version.len() <= MAX_VERSION =>
        {
            Ok(Resolution::Release(version.clone()))
        }
        [(key, commit @ Value::Object(_))]
            if *key == "inCommit" && commit.to_string().len() <= MAX_COMMIT && is_exact(commit) =>
        {
            Ok(Resolution::Commit((*commit).clone()))
        }
        [(key, _)] if ["inNextRelease", "inRelease", "inCommit"].contains(&key.as_str()) => {
            Err(wrong_details(&format!("{key} has an invalid value.")))
        }
        [(key, _)] => Err(wrong_details(&format!("{key:.100} says nothing of a resolved issue."))),
        _ => Err(wrong_details("An issue is resolved in one way.")),
    }
}

fn snooze(details: &Map<String, Value>) -> Result<SnoozeWish> {
    let mut wish = SnoozeWish::default();
    for (key, value) in details.iter().filter(|(_, value)| !value.is_null()) {
        if key == "ignoreUntil" {
            let until = value.as_str().and_then(|text| text.parse().ok());
            wish.until = Some(until.ok_or_else(|| wrong_details(&format!("{key} has an invalid value.")))?);
            continue;
        }
        let (place, most) = match key.as_str() {
            "ignoreDuration" => (&mut wish.minutes, MAX_MINUTES),
            "ignoreCount" => (&mut wish.times, i64::from(i32::MAX)),
            "ignoreUserCount" => (&mut wish.users, i64::from(i32::MAX)),
            _ => return Err(wrong_details(&format!("{key:.100} says nothing of an ignored issue."))),
        };
        let number = value.as_i64().filter(|number| (1..=most).contains(number));
        *place = Some(number.ok_or_else(|| wrong_details(&format!("{key} has an invalid value.")))?);
    }
    Ok(wish)
}

fn wrong_details(message: &str) -> Error {
    Error::field("statusDetails", message)
}

#[cfg(test)]
mod tests;
