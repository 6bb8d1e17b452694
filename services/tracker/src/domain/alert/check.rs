//! One condition or filter of an alert rule, in Sentry's format.

use serde_json::{Map, Value};

use crate::domain::error::error_event::ErrorEvent;
use crate::domain::issue::level::Level;

const MAX_TEXT: usize = 200;

/// One condition or filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Check {
    FirstSeen,
    Regression,
    Every,
    /// More than `value` errors in `interval` seconds.
    Frequency {
        value: i64,
        interval: i64,
    },
    Level {
        compare: Compare,
        level: i64,
    },
    Tag {
        key: String,
        compare: TagMatch,
        value: String,
    },
    AssignedTo(Whose),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    Equal,
    AtLeast,
    AtMost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagMatch {
    Equal,
    NotEqual,
    Contains,
    NotContains,
    StartsWith,
    EndsWith,
    Set,
    NotSet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Unassigned,
    User(i64),
    Team(i64),
}

/// An error, and the state of its issue that conditions test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) event: &'a ErrorEvent,
    pub(crate) opened: bool,
    pub(crate) regressed: bool,
    pub(crate) assigned_user_id: Option<i64>,
    pub(crate) assigned_team_id: Option<i64>,
}

impl Check {
    /// # Errors
    /// The problem, as a sentence.
    pub(crate) fn read(value: &Value) -> Result<Self, String> {
        let object = value.as_object().ok_or("Each condition has to be an object.")?;
        let id = object.get("id").and_then(Value::as_str).ok_or("Each condition needs an 'id' field.")?;
        match id {
            "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition" => Ok(Self::FirstSeen),
            "sentry.rules.conditions.regression_event.RegressionEventCondition" => Ok(Self::Regression),
            "sentry.rules.conditions.every_event.EveryEventCondition" => Ok(Self::Every),
            "sentry.rules.conditions.event_frequency.EventFrequencyCondition" => frequency(object),
            "sentry.rules.conditions.level.LevelCondition" | "sentry.rules.filters.level.LevelFilter" => {
                level(object)
            }
            "sentry.rules.conditions.tagged_event.TaggedEventCondition"
            | "sentry.rules.filters.tagged_event.TaggedEventFilter" => tag(object),
            "sentry.rules.filters.assigned_to.AssignedToFilter" => assigned_to(object),
            other => Err(format!("Invalid node: {other:.200}")),
        }
    }

    /// The interval in seconds in which the condition counts errors.
    pub(crate) fn interval(&self) -> Option<i64> {
        if let Self::Frequency { interval, .. } = self { Some(*interval) } else { None }
    }

    /// `count` returns the number of errors of the issue in an interval, including this one.
    pub(crate) fn holds(&self, seen: Seen<'_>, count: impl Fn(i64) -> i64) -> bool {
        match self {
            Self::FirstSeen => seen.opened,
            Self::Regression => seen.regressed,
            Self::Every => true,
            Self::Frequency { value, interval } => count(*interval) > *value,
            Self::Level { compare, level } => {
                let own = number(seen.event.level);
                match compare {
                    Compare::Equal => own == *level,
                    Compare::AtLeast => own >= *level,
                    Compare::AtMost => own <= *level,
                }
            }
            Self::Tag { key, compare, value } => compare.holds(seen.event.tag(key), value),
            Self::AssignedTo(whose) => match whose {
                Whose::Unassigned => seen.assigned_user_id.is_none() && seen.assigned_team_id.is_none(),
                Whose::User(id) => seen.assigned_user_id == Some(*id),
                Whose::Team(id) => seen.assigned_team_id == Some(*id),
            },
        }
    }
}

impl TagMatch {
    fn holds(self, own: Option<&str>, value: &str) -> bool {
        match (self, own) {
            (Self::Set, own) => own.is_some(),
            (Self::NotSet, own) => own.is_none(),
            (Self::NotEqual | Self::NotContains, None) => true,
            (_, None) => false,
            (Self::Equal, Some(own)) => own == value,
            (Self::NotEqual, Some(own)) => own != value,
            (Self::Contains, Some(own)) => own.contains(value),
            (Self::NotContains, Some(own)) => !own.contains(value),
            (Self::StartsWith, Some(own)) => own.starts_with(value),
            (Self::EndsWith, Some(own)) => own.ends_with(value),
        }
    }
}

fn frequency(object: &Map<String, Value>) -> Result<Check, String> {
    let value = integer(object.get("value")).filter(|value| (0..=1_000_000_000).contains(value));
    let interval = match object.get("interval").and_then(Value::as_str) {
        Some("1m") => 60,
        Some("5m") => 5 * 60,
        Some("15m") => 15 * 60,
        Some("1h") => 60 * 60,
        Some("1d") => 24 * 60 * 60,
        Some("1w") => 7 * 24 * 60 * 60,
        Some("30d") => 30 * 24 * 60 * 60,
        _ => return Err("Select a valid choice for 'interval'.".to_owned()),
    };
    Ok(Check::Frequency { value: value.ok_or("'value' has to be a whole number.")?, interval })
}

fn level(object: &Map<String, Value>) -> Result<Check, String> {
    let compare = match object.get("match").and_then(Value::as_str) {
        Some("eq") => Compare::Equal,
        Some("gte") => Compare::AtLeast,
        Some("lte") => Compare::AtMost,
        _ => return Err("Select a valid choice for 'match'.".to_owned()),
    };
    let level = integer(object.get("level")).filter(|level| [50, 40, 30, 20, 10, 0].contains(level));
    Ok(Check::Level { compare, level: level.ok_or("Select a valid choice for 'level'.")? })
}

fn tag(object: &Map<String, Value>) -> Result<Check, String> {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let compare = match text("match") {
        "eq" => TagMatch::Equal,
        "ne" => TagMatch::NotEqual,
        "co" => TagMatch::Contains,
        "nc" => TagMatch::NotContains,
        "sw" => TagMatch::StartsWith,
        "ew" => TagMatch::EndsWith,
        "is" => TagMatch::Set,
        "ns" => TagMatch::NotSet,
        _ => return Err("Select a valid choice for 'match'.".to_owned()),
    };
    let (key, value) = (text("key").to_owned(), text("value").to_owned());
    let needs_value = !matches!(compare, TagMatch::Set | TagMatch::NotSet);
    if key.is_empty() || key.len() > MAX_TEXT || value.len() > MAX_TEXT || (needs_value && value.is_empty()) {
        return Err("A tag needs 'key' and 'value', of at most 200 characters each.".to_owned());
    }
    Ok(Check::Tag { key, compare, value })
}

fn assigned_to(object: &Map<String, Value>) -> Result<Check, String> {
    let id = || integer(object.get("targetIdentifier")).ok_or("'targetIdentifier' has to be a number.");
    Ok(Check::AssignedTo(match object.get("targetType").and_then(Value::as_str) {
        Some("Unassigned") => Whose::Unassigned,
        Some("Member") => Whose::User(id()?),
        Some("Team") => Whose::Team(id()?),
        _ => return Err("Select a valid choice for 'targetType'.".to_owned()),
    }))
}

/// A number, or a string with a number, which forms send.
fn integer(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Sentry's number of a level.
fn number(level: Level) -> i64 {
    match level {
        Level::Fatal => 50,
        Level::Error => 40,
        Level::Warning => 30,
        Level::Info => 20,
        Level::Debug => 10,
    }
}

#[cfg(test)]
mod tests;
