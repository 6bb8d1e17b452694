//! An error as the product reports it, completed to the form in which Sentry stores it.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use patchbay_domain::canonical_json::canonicalize_object;
use patchbay_domain::{Error, Result};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::domain::error::grouping;
use crate::domain::error::lenient_json;
use crate::domain::error::occurrence::camel_cased;
use crate::domain::error::stack::Stack;
use crate::domain::issue::Kind;
use crate::domain::issue::level::Level;
use crate::domain::issue::metadata::{self, Metadata};
use crate::domain::time_format;

/// Keeps an event with the error far below its limit of one megabyte.
const MAX_BYTES: usize = 256 * 1024;
const MAX_DEPTH: usize = 64;
const MAX_TITLE: usize = 255;
const MAX_CULPRIT: usize = 200;
const MAX_VALUE: usize = 1024;
const MAX_TAGS: usize = 100;
const MAX_TAG: usize = 200;
const MAX_RELEASE: usize = 250;
const MAX_PLATFORM: usize = 64;

/// The keys of a stored error in their order. Other keys of the product follow.
const KEYS: [&str; 29] = [
    "event_id",
    "project",
    "release",
    "dist",
    "platform",
    "message",
    "datetime",
    "time_spent",
    "tags",
    "_ref",
    "_ref_version",
    "contexts",
    "culprit",
    "exception",
    "fingerprint",
    "grouping_config",
    "hashes",
    "key_id",
    "level",
    "location",
    "logger",
    "metadata",
    "received",
    "request",
    "sdk",
    "timestamp",
    "title",
    "type",
    "user",
];

/// An error, validated and completed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ErrorEvent {
    pub(crate) event_id: Uuid,
    /// Identifies errors of one kind in a project.
    pub(crate) fingerprint: Uuid,
    pub(crate) title: String,
    pub(crate) culprit: String,
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    pub(crate) platform: String,
    pub(crate) metadata: Metadata,
    pub(crate) release: Option<String>,
    pub(crate) tags: Vec<(String, String)>,
    /// Hash of the affected user.
    pub(crate) user_key: Option<Uuid>,
    pub(crate) happened_at: DateTime<Utc>,
    /// Compact JSON without the links.
    pub(crate) document: String,
}

impl ErrorEvent {
    /// `fresh_id` is used for errors without an id.
    ///
    /// # Errors
    /// `INVALID_FIELD` (event_json).
    pub(crate) fn read(json: &[u8], project_id: i64, fresh_id: Uuid, now: DateTime<Utc>) -> Result<Self> {
        Self::complete(parse(json).map_err(wrong)?, project_id, fresh_id, now).map_err(wrong)
    }

    fn complete(
        mut given: Map<String, Value>,
        project_id: i64,
        fresh_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Self, String> {
        if let Some(occurrence) = given.get_mut("occurrence") {
            *occurrence = camel_cased(occurrence.take());
        }
        let event_id = match given.get("event_id") {
            None | Some(Value::Null) => fresh_id,
            Some(Value::String(text)) => {
                Uuid::try_parse(text).map_err(|_| "event_id is no uuid.".to_owned())?
            }
            Some(_) => return Err("event_id is no uuid.".to_owned()),
        };
        let level = Level::of_sdk(given.get("level")).map_err(|it| format!("level: {it}"))?;
        let happened_at = happened_at(&given, now)?;
        let platform = line(text(&given, "platform").unwrap_or("other"), MAX_PLATFORM);
        let release = text(&given, "release").filter(|text| !text.is_empty()).map(|it| line(it, MAX_RELEASE));
        let stack = Stack::read(&given);
        let message = message(&given);
        let title = match text(&given, "title") {
            Some(title) if !title.trim().is_empty() => line(title, MAX_TITLE),
            _ => line(&stack.title().or_else(|| first_line(&message)).unwrap_or_else(unlabeled), MAX_TITLE),
        };
        let culprit = match text(&given, "culprit") {
            Some(culprit) => line(culprit, MAX_CULPRIT),
            None => line(&stack.culprit(&platform), MAX_CULPRIT),
        };
        let kind = if stack.is_exception() { Kind::Error } else { Kind::Default };
        let metadata = stack.metadata(MAX_VALUE).unwrap_or_else(|| json!({ "title": title }));
        let user = identity(&given);
        let tags = tags(&given, level, user.as_deref());
        let (fingerprint, hash) = grouping::group(project_id, &given, &stack, &title);
        let location = stack.location().map(str::to_owned);

        let mut put = |key: &str, value: Value| given.insert(key.to_owned(), value);
        put("event_id", event_id.simple().to_string().into());
        put("project", project_id.into());
        put("release", release.clone().into());
        put("platform", platform.clone().into());
        put("message", message.clone().into());
        put("datetime", time_format::text(happened_at).into());
        put("timestamp", seconds(happened_at));
        put("received", seconds(now));
        put("tags", tags.iter().map(|(key, value)| json!([key, value])).collect());
        put("culprit", culprit.clone().into());
        put("level", level.as_str().into());
        put("title", title.clone().into());
        put("type", kind.as_str().into());
        put("metadata", metadata.clone());
        put("version", "7".into());
        let defaults = [
            ("dist", Value::Null),
            ("time_spent", Value::Null),
            ("_ref", project_id.into()),
            ("_ref_version", 2.into()),
            ("contexts", json!({})),
            ("fingerprint", json!(["{{ default }}"])),
            ("grouping_config", json!({ "enhancements": "", "id": "patchbay:2026" })),
            ("hashes", json!([hash])),
            ("key_id", Value::Null),
            ("location", location.into()),
            ("logger", "".into()),
        ];
        for (key, value) in defaults {
            given.entry(key).or_insert(value);
        }
        let document = Value::Object(in_order(given)).to_string();
        if document.len() > MAX_BYTES {
            return Err(too_large());
        }
        Ok(Self {
            event_id,
            fingerprint,
            kind,
            level,
            platform,
            metadata: Metadata::read(metadata.to_string().as_bytes(), &title)?,
            title,
            culprit,
            release,
            user_key: user.map(|user| grouping::key(&[b"user", user.as_bytes()])),
            tags,
            happened_at,
            document,
        })
    }

    /// The value of a tag.
    pub(crate) fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

fn parse(json: &[u8]) -> Result<Map<String, Value>, String> {
    if json.len() > MAX_BYTES {
        return Err(too_large());
    }
    let canonical = canonicalize_object(&lenient_json::rewrite(json)).map_err(|error| error.message)?;
    let text = std::str::from_utf8(&canonical).map_err(|_| "Must be UTF-8.".to_owned())?;
    if metadata::depth(text) > MAX_DEPTH {
        return Err(format!("Must not be nested deeper than {MAX_DEPTH} levels."));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(given)) => Ok(given),
        _ => Err("Must be a JSON object.".to_owned()),
    }
}

/// Known keys first, in Sentry's order.
fn in_order(mut given: Map<String, Value>) -> Map<String, Value> {
    // The tracker sets the links.
    for link in ["url", "web_url", "issue_url", "issue_id"] {
        given.shift_remove(link);
    }
    let version = given.shift_remove("version");
    let mut ordered = Map::with_capacity(given.len() + 1);
    for key in KEYS {
        if let Some(value) = given.get_mut(key) {
            ordered.insert(key.to_owned(), value.take());
        }
    }
    ordered.extend(given.into_iter().filter(|(key, _)| !KEYS.contains(&key.as_str())));
    ordered.extend(version.map(|version| ("version".to_owned(), version)));
    ordered
}

/// Seconds since the epoch, or a time in RFC 3339, in UTC unless it names a zone. Never in the future, because lists are
/// ordered by time.
fn happened_at(given: &Map<String, Value>, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let mut times = ["timestamp", "datetime"].into_iter().filter_map(|key| given.get(key));
    let moment = match times.find(|value| !value.is_null()) {
        None => Some(now),
        Some(Value::Number(number)) => number.as_f64().and_then(of_seconds),
        Some(Value::String(text)) => of_text(text).or_else(|| text.parse().ok().and_then(of_seconds)),
        Some(_) => None,
    };
    let moment =
        moment.ok_or_else(|| "timestamp: Must be seconds since 1970 or a time in RFC 3339.".to_owned())?;
    Ok(moment.clamp(now - TimeDelta::days(90), now))
}

fn of_seconds(seconds: f64) -> Option<DateTime<Utc>> {
    let micros = (seconds * 1e6).round();
    (0.0..1e16).contains(&micros).then(|| DateTime::from_timestamp_micros(micros as i64))?
}

/// A time without a zone is in UTC, as SDKs for Python, Go and PHP mean it.
fn of_text(text: &str) -> Option<DateTime<Utc>> {
    let with_zone = text.parse::<DateTime<Utc>>().ok();
    let moment = with_zone.or_else(|| {
        let without = text.trim().replacen(' ', "T", 1).parse::<NaiveDateTime>();
        without.ok().map(|moment| moment.and_utc())
    })?;
    DateTime::from_timestamp_micros(moment.timestamp_micros())
}

fn seconds(moment: DateTime<Utc>) -> Value {
    (moment.timestamp_micros() as f64 / 1e6).into()
}

fn text<'a>(given: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    given.get(key).and_then(Value::as_str)
}

fn message(given: &Map<String, Value>) -> String {
    let entry =
        given.get("logentry").and_then(|entry| entry["formatted"].as_str().or(entry["message"].as_str()));
    text(given, "message").or(entry).unwrap_or_default().to_owned()
}

fn first_line(message: &str) -> Option<String> {
    message.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}

fn unlabeled() -> String {
    "<unlabeled event>".to_owned()
}

/// Makes a line of at most `max` characters of any text.
fn line(text: &str, max: usize) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(max).collect()
}

/// `id:7`, `email:…`, `username:…` or `ip:…`: the best known identity of the affected user.
fn identity(given: &Map<String, Value>) -> Option<String> {
    let user = given.get("user")?;
    [("id", "id"), ("email", "email"), ("username", "username"), ("ip", "ip_address")].into_iter().find_map(
        |(name, key)| {
            let value = match &user[key] {
                Value::String(text) if !text.is_empty() => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            Some(format!("{name}:{}", line(&value, MAX_TAG)))
        },
    )
}

/// The tags of the product, as pairs or as an object, and the tags that every error has.
fn tags(given: &Map<String, Value>, level: Level, user: Option<&str>) -> Vec<(String, String)> {
    let plain = |value: &Value| match value {
        Value::String(text) => Some(line(text, MAX_TAG)),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    let mut tags: Vec<(String, String)> = match given.get("tags") {
        Some(Value::Array(pairs)) => {
            pairs.iter().filter_map(|pair| plain(&pair[0]).zip(plain(&pair[1]))).collect()
        }
        Some(Value::Object(tags)) => {
            tags.iter().filter_map(|(key, value)| Some((line(key, MAX_TAG), plain(value)?))).collect()
        }
        _ => Vec::new(),
    };
    tags.truncate(MAX_TAGS);
    let known = [("level", Some(level.as_str())), ("release", text(given, "release")), ("user", user)];
    for (key, value) in known {
        if let Some(value) = value.filter(|_| !tags.iter().any(|(known, _)| known == key)) {
            tags.push((key.to_owned(), line(value, MAX_TAG)));
        }
    }
    tags
}

fn too_large() -> String {
    format!("Ensure this field has no more than {MAX_BYTES} bytes.")
}

fn wrong(message: String) -> Error {
    Error::field("event_json", message)
}

#[cfg(test)]
mod tests;
