//! The change of an issue in the body of a request.

use patchbay_domain::Result;
use patchbay_proto::tracker::UpdateIssuesRequest;
use serde_json::Value;

use crate::api::fields::Fields;
use crate::api::key::{RequestBody, custom, given_flag, request_body, text};
use crate::api::schema::Kind;

/// The other keys of an issue, in answers and webhooks.
const READ_ONLY: [&str; 22] = [
    "annotations",
    "count",
    "culprit",
    "firstSeen",
    "id",
    "lastSeen",
    "level",
    "logger",
    "metadata",
    "numComments",
    "permalink",
    "platform",
    "project",
    "project_url",
    "shareId",
    "shortId",
    "subscriptionDetails",
    "title",
    "type",
    "url",
    "userCount",
    "web_url",
];

request_body! {
    /// The change. `hasSeen`, `isBookmarked` and `isSubscribed` are the caller's own.
    IssueChange {
        assigned_to: Option<String> = custom("assignedTo", Kind::Anything, assignee),
        has_seen: Option<bool> = given_flag("hasSeen"),
        is_bookmarked: Option<bool> = given_flag("isBookmarked"),
        _is_public: () = custom("isPublic", Kind::Flag, not_public),
        is_subscribed: Option<bool> = given_flag("isSubscribed"),
        status: Option<String> = text("status"),
        status_details: Vec<u8> = custom("statusDetails", Kind::Object, details),
    } only, ignoring READ_ONLY
}

pub(super) fn read(fields: Fields) -> Result<UpdateIssuesRequest> {
    let change = IssueChange::read(fields)?;
    Ok(UpdateIssuesRequest {
        status: change.status,
        status_details_json: change.status_details,
        assigned_to: change.assigned_to,
        is_subscribed: change.is_subscribed,
        has_seen: change.has_seen,
        is_bookmarked: change.is_bookmarked,
        ..Default::default()
    })
}

/// No issue is public, which a client may confirm.
fn not_public(fields: &mut Fields, name: &'static str) {
    if fields.flag(name) {
        fields.problem(name, "Issues cannot be shared with the public.");
    }
}

/// Null removes the assignee.
fn assignee(fields: &mut Fields, name: &'static str) -> Option<String> {
    match fields.raw(name)? {
        Value::Null => Some(String::new()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        // As an issue shows its assignee.
        Value::Object(actor) if actor.contains_key("id") => {
            let part = |key: &str| actor.get(key).and_then(Value::as_str).unwrap_or_default();
            Some(format!("{}:{}", part("type"), part("id")))
        }
        _ => {
            fields.problem(name, "Unknown actor input");
            None
        }
    }
}

fn details(fields: &mut Fields, name: &'static str) -> Vec<u8> {
    let details = fields.raw(name).filter(|details| !details.is_null());
    details.map(|details| details.to_string().into_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_json(value: Value) -> Result<UpdateIssuesRequest> {
        let Value::Object(object) = value else { panic!("an object is needed") };
        read(Fields::new(object))
    }

    #[test]
    fn what_is_left_out_stays_and_null_is_nobody() {
        let nothing = read_json(json!({ "title": "x", "isPublic": false })).unwrap();
        assert_eq!(nothing, UpdateIssuesRequest::default());
        let marks = read_json(json!({ "hasSeen": true, "isBookmarked": false })).unwrap();
        assert_eq!((marks.has_seen, marks.is_bookmarked), (Some(true), Some(false)));
        let all = json!({ "status": "resolved", "statusDetails": { "inRelease": "1" }, "assignedTo": null, "isSubscribed": false });
        let all = read_json(all).unwrap();
        assert_eq!((all.status.as_deref(), all.assigned_to.as_deref()), (Some("resolved"), Some("")));
        assert_eq!(
            (all.is_subscribed, all.status_details_json),
            (Some(false), br#"{"inRelease":"1"}"#.to_vec())
        );
        assert_eq!(read_json(json!({ "assignedTo": 7 })).unwrap().assigned_to.as_deref(), Some("7"));
        let actor = json!({ "assignedTo": { "type": "team", "id": "7", "name": "Ops" } });
        assert_eq!(read_json(actor).unwrap().assigned_to.as_deref(), Some("team:7"));
        let wrong = json!({ "assignedTo": [], "isSubscribed": {}, "status": [], "isPublic": true, "priority": "high" });
        let wrong = read_json(wrong).unwrap_err();
        let names: Vec<_> = wrong.fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(names, ["assignedTo", "isPublic", "isSubscribed", "status", "priority"]);
    }
}
