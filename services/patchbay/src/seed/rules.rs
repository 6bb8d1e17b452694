//! An issue rule and a metric rule for each project.

use patchbay_proto::tracker::{
    AlertAction, CreateMetricRuleRequest, CreateRuleRequest, MetricTrigger, NewRule, Organization,
};
use serde_json::json;

use super::{PROJECTS, Seeder, as_operator};

impl Seeder<'_> {
    /// The rules notify the app `pager`. They have no effect until an app with that slug is installed.
    pub(super) async fn rules(&self, organization: &Organization) -> anyhow::Result<()> {
        let action = || AlertAction { app_slug: "pager".to_owned(), ..Default::default() };
        for (name, platform) in PROJECTS {
            let conditions =
                json!([{ "id": "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition" }]);
            let rule = NewRule {
                name: format!("A new {platform} error"),
                action_match: "any".to_owned(),
                frequency: 30,
                conditions_json: conditions.to_string().into(),
                actions: vec![action()],
                ..Default::default()
            };
            let (organization, project) = (organization.slug.clone(), name.to_ascii_lowercase());
            let request = CreateRuleRequest {
                organization: organization.clone(),
                project: project.clone(),
                rule: Some(rule),
            };
            self.alerts_client().create_rule(as_operator(request)).await?;
            let trigger = |label: &str, alert_threshold| MetricTrigger {
                label: label.to_owned(),
                alert_threshold,
                actions: vec![action()],
            };
            let request = CreateMetricRuleRequest {
                organization,
                project,
                name: format!("Too many errors in {name}"),
                time_window: 60,
                triggers: vec![trigger("warning", 5_000), trigger("critical", 20_000)],
                resolve_threshold: Some(1_000),
                query: None,
            };
            self.alerts_client().create_metric_rule(as_operator(request)).await?;
        }
        Ok(())
    }
}
