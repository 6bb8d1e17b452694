use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::alert::check::{Check, Seen};
use crate::domain::alert::rule_action::RuleAction;
use crate::domain::input::field_errors::FieldErrors;
use crate::domain::input::text;
use crate::domain::issue::activity::Person;
use crate::domain::time_format;

const MAX_NAME: usize = 256;
const MAX_CHECKS: usize = 20;
const MAX_ACTIONS: usize = 10;
/// Maximum number of rules of a project. Each is evaluated for each error of the project.
pub(crate) const MAX_RULES: i64 = 100;

/// The conditions and actions of a rule, validated; stored as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Definition {
    action_match: Match,
    filter_match: Match,
    /// Minutes.
    frequency: i64,
    /// As in the request.
    conditions: Vec<Value>,
    filters: Vec<Value>,
    pub(crate) actions: Vec<RuleAction>,
}

/// How many of the conditions or filters must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Match {
    All,
    Any,
    None,
}

/// The fields of a rule as a request contains them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Description<'a> {
    pub(crate) name: &'a str,
    pub(crate) action_match: &'a str,
    pub(crate) filter_match: &'a str,
    pub(crate) frequency: i32,
    pub(crate) conditions_json: &'a [u8],
    pub(crate) filters_json: &'a [u8],
}

/// A stored rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AlertRule {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) project_id: i64,
    pub(crate) name: String,
    pub(crate) definition: Definition,
    pub(crate) created_by: Option<Person>,
    pub(crate) created_at: DateTime<Utc>,
}

/// A rule that can be evaluated for errors.
#[derive(Debug)]
pub(crate) struct ReadyRule {
    pub(crate) rule: AlertRule,
    conditions: Vec<Check>,
    filters: Vec<Check>,
}

impl Definition {
    /// Validates a request; returns the name and the rest of the rule.
    ///
    /// # Errors
    /// `INVALID_FIELD` (name, actionMatch, filterMatch, frequency, conditions, filters, actions).
    pub(crate) fn read(
        description: Description<'_>,
        actions: Result<Vec<RuleAction>, String>,
    ) -> Result<(String, Self)> {
        let mut field_errors = FieldErrors::default();
        let name = field_errors.take("name", text::required_line(description.name, MAX_NAME));
        let action_match = Match::read(description.action_match);
        let filter_match = Match::read(description.filter_match);
        let frequency = match i64::from(description.frequency) {
            0 => Ok(30),
            minutes @ 5..=43_200 => Ok(minutes),
            _ => Err("Ensure this value is between 5 and 43200.".to_owned()),
        };
        let definition = Self {
            action_match: field_errors
                .take("actionMatch", action_match.clone().map(Some))
                .unwrap_or(Match::All),
            filter_match: field_errors
                .take("filterMatch", filter_match.clone().map(Some))
                .unwrap_or(Match::All),
            frequency: field_errors.take("frequency", frequency),
            conditions: field_errors.take("conditions", read_checks(description.conditions_json)),
            filters: field_errors.take("filters", read_checks(description.filters_json)),
            actions: field_errors.take("actions", actions.and_then(check_count)),
        };
        field_errors.finish().map(|()| (name, definition))
    }

    /// How long a rule pauses for an issue after it was triggered by it.
    pub(crate) fn pause(&self) -> TimeDelta {
        TimeDelta::minutes(self.frequency)
    }
}

impl Match {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "" | "all" => Ok(Self::All),
            "any" => Ok(Self::Any),
            "none" => Ok(Self::None),
            other => Err(format!("\"{other:.20}\" is not a valid choice.")),
        }
    }

    fn holds(self, checks: &[Check], mut holds: impl FnMut(&Check) -> bool) -> bool {
        match self {
            Self::All => checks.iter().all(holds),
            // An empty list of conditions is satisfied.
            Self::Any => checks.is_empty() || checks.iter().any(holds),
            Self::None => !checks.iter().any(&mut holds),
        }
    }
}

impl AlertRule {
    /// The document of the REST API.
    pub(crate) fn to_json(&self, project_slug: &str) -> Vec<u8> {
        let definition = &self.definition;
        let created_by = self
            .created_by
            .as_ref()
            .map(|person| json!({ "id": person.id, "name": person.name, "email": person.email }));
        let actions: Vec<_> = definition.actions.iter().map(RuleAction::document).collect();
        let document = json!({
            "id": self.id.to_string(),
            "conditions": definition.conditions,
            "filters": definition.filters,
            "actions": actions,
            "actionMatch": definition.action_match,
            "filterMatch": definition.filter_match,
            "frequency": definition.frequency,
            "name": self.name,
            "dateCreated": time_format::text(self.created_at),
            "owner": null,
            "createdBy": created_by,
            "environment": null,
            "projects": [project_slug],
            "status": "active",
        });
        document.to_string().into_bytes()
    }
}

impl ReadyRule {
    /// `None` if a newer release stored the rule with a condition that this release does not know.
    pub(crate) fn new(rule: AlertRule) -> Option<Self> {
        let read = |checks: &[Value]| checks.iter().map(Check::read).collect::<Result<Vec<_>, _>>().ok();
        let (conditions, filters) = (read(&rule.definition.conditions)?, read(&rule.definition.filters)?);
        Some(Self { rule, conditions, filters })
    }

    /// The intervals in seconds in which the rule counts errors.
    pub(crate) fn intervals(&self) -> BTreeSet<i64> {
        self.conditions.iter().chain(&self.filters).filter_map(Check::interval).collect()
    }

    /// Whether the error triggers the rule.
    pub(crate) fn applies(&self, seen: Seen<'_>, count: impl Fn(i64) -> i64) -> bool {
        let holds = |check: &Check| check.holds(seen, &count);
        let definition = &self.rule.definition;
        definition.action_match.holds(&self.conditions, holds)
            && definition.filter_match.holds(&self.filters, holds)
    }
}

fn read_checks(json: &[u8]) -> Result<Vec<Value>, String> {
    if json.is_empty() {
        return Ok(Vec::new());
    }
    let checks: Vec<Value> =
        serde_json::from_slice(json).map_err(|_| "Must be a list of objects.".to_owned())?;
    if checks.len() > MAX_CHECKS {
        return Err(format!("At most {MAX_CHECKS} are possible."));
    }
    checks.iter().try_for_each(|check| Check::read(check).map(drop))?;
    Ok(checks)
}

fn check_count(actions: Vec<RuleAction>) -> Result<Vec<RuleAction>, String> {
    match actions.len() {
        0 => Err("You must add an action for this alert to fire.".to_owned()),
        1..=MAX_ACTIONS => Ok(actions),
        _ => Err(format!("At most {MAX_ACTIONS} are possible.")),
    }
}

pub(crate) fn not_found() -> Error {
    Error::not_found("RULE_NOT_FOUND", "The requested resource does not exist")
}

pub(crate) fn too_many() -> Error {
    Error::invalid("TOO_MANY_RULES", format!("You may not exceed {MAX_RULES} rules per project"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::action::Action;
    use crate::domain::alert::ticket_action::TicketAction;

    fn action() -> RuleAction {
        RuleAction::App(Action::read("notify".to_owned(), 3, String::new(), b"").unwrap())
    }

    fn description() -> Description<'static> {
        Description {
            name: "Very Important Alert Rule!",
            conditions_json:
                br#"[{"id":"sentry.rules.conditions.first_seen_event.FirstSeenEventCondition"}]"#,
            ..Description::default()
        }
    }

    #[test]
    fn a_rule_reads_back_from_its_stored_form() {
        let ticket = TicketAction::read(31, "github".to_owned(), br#"{"repo":"acme/shop"}"#, b"").unwrap();
        let actions = vec![action(), RuleAction::Ticket(ticket)];
        let (_, definition) = Definition::read(description(), Ok(actions)).unwrap();
        let stored = serde_json::to_string(&definition).unwrap();
        assert_eq!(serde_json::from_str::<Definition>(&stored).unwrap(), definition);
        assert_eq!(definition.pause(), TimeDelta::minutes(30));
    }

    #[test]
    fn every_field_is_checked() {
        let wrong = Description {
            name: "",
            action_match: "most",
            filter_match: "x",
            frequency: 4,
            conditions_json: b"{}",
            filters_json: br#"[{"id":"moon"}]"#,
        };
        let error = Definition::read(wrong, Ok(Vec::new())).unwrap_err();
        let fields: Vec<_> = error.fields.iter().map(|violation| violation.field.as_str()).collect();
        let expected =
            ["name", "actionMatch", "filterMatch", "frequency", "conditions", "filters", "actions"];
        assert_eq!(fields, expected);
        let many = vec![json!({ "id": "sentry.rules.conditions.every_event.EveryEventCondition" }); 21];
        assert!(read_checks(json!(many).to_string().as_bytes()).is_err());
    }
}
