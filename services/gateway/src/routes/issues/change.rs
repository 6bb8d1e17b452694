//! The change of an issue in the body of a request.

use patchbay_proto::tracker::UpdateIssuesRequest;
use serde_json::Value;

use crate::api::fields::Fields;

/// What is to be different. Keys that Sentry knows and Patchbay does not (`hasSeen`, `isPublic` …) change nothing.
pub(super) fn read(mut fields: Fields) -> patchbay_domain::Result<UpdateIssuesRequest> {
    let assigned_to = match fields.raw("assignedTo") {
        None => None,
        Some(Value::Null) => Some(String::new()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => {
            fields.problem("assignedTo", "Unknown actor input");
            None
        }
    };
    let is_subscribed = fields.has("isSubscribed").then(|| fields.flag("isSubscribed"));
    let details = fields.raw("statusDetails").filter(|details| !details.is_null());
    let message = UpdateIssuesRequest {
        status_details_json: details.map(|details| details.to_string().into_bytes()).unwrap_or_default(),
        status: fields.text("status"),
        assigned_to,
        is_subscribed,
        ..Default::default()
    };
    fields.finish()?;
    Ok(message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_json(value: Value) -> patchbay_domain::Result<UpdateIssuesRequest> {
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
