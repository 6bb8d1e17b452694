//! The change of an issue in the body of a request.

use patchbay_domain::Result;
use patchbay_proto::tracker::UpdateIssuesRequest;
use serde_json::Value;

use crate::api::fields::Fields;
use crate::api::key::{RequestBody, custom, given_flag, request_body, text};
use crate::api::schema::Kind;

request_body! {
    /// The change. Keys that Sentry knows and Patchbay does not (`hasSeen`, `isPublic` …) change nothing.
    IssueChange {
        assigned_to: Option<String> = custom("assignedTo", Kind::Anything, assignee),
        is_subscribed: Option<bool> = given_flag("isSubscribed"),
        status: Option<String> = text("status"),
        status_details: Vec<u8> = custom("statusDetails", Kind::Object, details),
    }
}

pub(super) fn read(fields: Fields) -> Result<UpdateIssuesRequest> {
    let IssueChange { assigned_to, is_subscribed, status, status_details } = IssueChange::read(fields)?;
    Ok(UpdateIssuesRequest {
        status,
        status_details_json: status_details,
        assigned_to,
        is_subscribed,
        ..Default::default()
    })
}

/// Null removes the assignee.
fn assignee(fields: &mut Fields, name: &'static str) -> Option<String> {
    match fields.raw(name)? {
        Value::Null => Some(String::new()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
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
        let nothing = read_json(json!({ "hasSeen": true })).unwrap();
        assert_eq!(nothing, UpdateIssuesRequest::default());
        let all = json!({ "status": "resolved", "statusDetails": { "inRelease": "1" }, "assignedTo": null, "isSubscribed": false });
        let all = read_json(all).unwrap();
        assert_eq!((all.status.as_deref(), all.assigned_to.as_deref()), (Some("resolved"), Some("")));
        assert_eq!(
            (all.is_subscribed, all.status_details_json),
            (Some(false), br#"{"inRelease":"1"}"#.to_vec())
        );
        assert_eq!(read_json(json!({ "assignedTo": 7 })).unwrap().assigned_to.as_deref(), Some("7"));
        let wrong = read_json(json!({ "assignedTo": [], "isSubscribed": {}, "status": [] })).unwrap_err();
        assert_eq!(wrong.fields.len(), 3);
    }
}
