//! An alert rule in the body of a request.

use patchbay_proto::tracker::NewRule;
use serde_json::Value;

use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::api::key::{RequestBody, anything, custom, request_body, required_text, text, unset};
use crate::api::schema::Kind;
use crate::apps::alert_settings;
use crate::apps::call::patience;
use crate::context::Context;

request_body! {
    /// A rule. Frequency is in minutes.
    RuleBody {
        frequency: Option<i32> = custom("frequency", Kind::Integer, frequency),
        name: String = required_text("name"),
        action_match: Option<String> = text("actionMatch"),
        filter_match: Option<String> = text("filterMatch"),
        conditions: Option<Value> = anything("conditions"),
        filters: Option<Value> = anything("filters"),
        actions: Option<Value> = anything("actions").required(),
        _environment: () = unset("environment"),
        _owner: () = unset("owner"),
        _status: () = custom("status", Kind::Choice(&["active"]), status),
    } only, ignoring ["createdBy", "dateCreated", "id", "projects"]
}

pub(super) async fn read(context: &Context, organization: &str, fields: Fields) -> Result<NewRule> {
    let body = RuleBody::read(fields)?;
    let json = |value: Option<Value>| value.as_ref().map(Value::to_string).unwrap_or_default().into_bytes();
    let actions = body.actions.unwrap_or_default();
    Ok(NewRule {
        name: body.name,
        action_match: body.action_match.unwrap_or_default(),
        filter_match: body.filter_match.unwrap_or_default(),
        frequency: body.frequency.unwrap_or_default(),
        conditions_json: json(body.conditions),
        filters_json: json(body.filters),
        actions: alert_settings::read(context, organization, &actions, patience(context)).await?,
    })
}

/// A rule cannot be disabled.
fn status(fields: &mut Fields, name: &'static str) {
    if fields.raw(name).is_some_and(|status| status != "active") {
        fields.problem(name, "Only \"active\" is supported.");
    }
}

/// A number, or a text that is one.
fn frequency(fields: &mut Fields, name: &'static str) -> Option<i32> {
    let frequency = match fields.raw(name) {
        None | Some(Value::Null) => return None,
        Some(Value::Number(number)) => number.as_i64().and_then(|number| i32::try_from(number).ok()),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    if frequency.is_none() {
        fields.problem(name, "A valid integer is required.");
    }
    frequency
}
