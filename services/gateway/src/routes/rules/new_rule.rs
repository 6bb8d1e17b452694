//! An alert rule in the body of a request.

use patchbay_proto::tracker::NewRule;
use serde_json::Value;

use crate::api::error::Result;
use crate::api::fields::Fields;
use crate::apps::alert_settings;
use crate::apps::call::patience;
use crate::context::Context;

pub(super) async fn read(context: &Context, organization: &str, mut fields: Fields) -> Result<NewRule> {
    let json =
        |fields: &Fields, name| fields.raw(name).map(Value::to_string).unwrap_or_default().into_bytes();
    let frequency = match fields.raw("frequency") {
        None | Some(Value::Null) => Some(0),
        Some(Value::Number(number)) => number.as_i64().and_then(|number| i32::try_from(number).ok()),
        Some(Value::String(text)) => text.parse().ok(),
        Some(_) => None,
    };
    if frequency.is_none() {
        fields.problem("frequency", "A valid integer is required.");
    }
    let mut rule = NewRule {
        name: fields.required_text("name"),
        action_match: fields.text("actionMatch").unwrap_or_default(),
        filter_match: fields.text("filterMatch").unwrap_or_default(),
        frequency: frequency.unwrap_or_default(),
        conditions_json: json(&fields, "conditions"),
        filters_json: json(&fields, "filters"),
        actions: Vec::new(),
    };
    let actions = fields.raw("actions").cloned().unwrap_or_default();
    fields.finish()?;
    rule.actions = alert_settings::read(context, organization, &actions, patience(context)).await?;
    Ok(rule)
}
