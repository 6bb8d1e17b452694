use std::net::IpAddr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// In characters. Longer texts are cut, because entries are kept for years.
const MAX_TEXT: usize = 256;
const MAX_DATA_BYTES: usize = 64 * 1024;

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuditEntry {
    pub(crate) id: Uuid,
    pub(crate) organization_id: i64,
    pub(crate) actor: AuditActor,
    pub(crate) event: String,
    pub(crate) target_type: String,
    pub(crate) target_id: String,
    pub(crate) target_label: String,
    /// A JSON object, or empty.
    pub(crate) data: String,
    pub(crate) occurred_at: DateTime<Utc>,
    /// IP address of the client; `None` for changes without a client.
    pub(crate) client_address: Option<String>,
}

/// The author of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuditActor {
    pub(crate) kind: ActorKind,
    /// Id of the user or app; 0 for other actors.
    pub(crate) id: i64,
    /// Name at the time of the change.
    pub(crate) label: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ActorKind {
    Service,
    User,
    App,
    Operator,
}

impl ActorKind {
    const ALL: [Self; 4] = [Self::Service, Self::User, Self::App, Self::Operator];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::User => "user",
            Self::App => "app",
            Self::Operator => "operator",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Cuts a text to what can be stored.
pub(crate) fn kept(text: String) -> String {
    // PostgreSQL cannot store the character of number 0.
    text.chars().filter(|&c| c != '\0').take(MAX_TEXT).collect()
}

/// The canonical form of an IP address; `None` for other texts.
pub(crate) fn read_address(text: &str) -> Option<String> {
    text.parse::<IpAddr>().ok().map(|address| address.to_string())
}

/// # Errors
/// The problem, as a sentence.
pub(crate) fn read_data(json: &[u8]) -> Result<String, &'static str> {
    if json.is_empty() {
        return Ok(String::new());
    }
    if json.len() > MAX_DATA_BYTES {
        return Err("The data is too long.");
    }
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(json).map_err(|_| "The data is no JSON object.")?;
    Ok(serde_json::Value::Object(object).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_and_loses_null_characters() {
        assert_eq!(kept("AC\0ME".to_owned()), "ACME");
        assert_eq!(kept("ü".repeat(300)), "ü".repeat(256));
    }

    #[test]
    fn an_address_is_stored_in_its_canonical_form() {
        assert_eq!(read_address("2001:DB8:0::1").as_deref(), Some("2001:db8::1"));
        assert_eq!(read_address("192.0.2.7").as_deref(), Some("192.0.2.7"));
        for wrong in ["", "somewhere", "192.0.2.7:80", "\0"] {
            assert_eq!(read_address(wrong), None);
        }
    }

    #[test]
    fn data_is_an_object_or_nothing() {
        assert_eq!(read_data(b""), Ok(String::new()));
        assert_eq!(read_data(br#"{"b": 1, "a": "\u0000"}"#).as_deref(), Ok(r#"{"b":1,"a":"\u0000"}"#));
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(64 * 1024));
        for wrong in ["1", "[]", "null", "{", long.as_str()] {
            assert!(read_data(wrong.as_bytes()).is_err());
        }
    }

    #[test]
    fn a_kind_of_actor_is_parsed_from_its_name() {
        for kind in ActorKind::ALL {
            assert_eq!(ActorKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(ActorKind::parse("robot"), None);
    }
}
