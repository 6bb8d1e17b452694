use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::domain::issue::comment::Author;
use crate::domain::time_format;

/// An activity record of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Activity {
    pub(crate) id: i64,
    pub(crate) issue_id: i64,
    pub(crate) kind: String,
    pub(crate) author: Author,
    /// The author, if it is a user that still exists.
    pub(crate) person: Option<Person>,
    /// JSON.
    pub(crate) data: String,
    pub(crate) created_at: DateTime<Utc>,
}

/// A user as activity records show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) email: String,
}

impl Activity {
    /// The document of the REST API.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let user = self.person.as_ref().map(|person| PersonDocument {
            id: person.id.to_string(),
            name: &person.name,
            username: &person.email,
            email: &person.email,
        });
        let data = RawValue::from_string(self.data.clone()).unwrap_or_else(|_| RawValue::NULL.to_owned());
        let document = ActivityDocument {
            id: self.id.to_string(),
            user,
            r#type: &self.kind,
            data,
            date_created: self.created_at,
        };
        serde_json::to_vec(&document).expect("texts and JSON that was checked just now")
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ActivityDocument<'a> {
    id: String,
    user: Option<PersonDocument<'a>>,
    r#type: &'a str,
    data: Box<RawValue>,
    #[serde(serialize_with = "time_format::serialize")]
    date_created: DateTime<Utc>,
}

#[derive(Serialize)]
struct PersonDocument<'a> {
    id: String,
    name: &'a str,
    username: &'a str,
    email: &'a str,
}
