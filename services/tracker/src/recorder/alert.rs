//! Evaluates the alert rules of a project for its errors.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_db::{DbError, Tx};

use super::counted_error::CountedError;
use super::rules::{ProjectRules, Rules};
use crate::domain::alert::check::Seen;
use crate::domain::alert::rule::AlertRule;
use crate::domain::alert::rule_action::RuleAction;
use crate::domain::alert::ticket_action::TicketAction;
use crate::domain::alert::triggered::alert_triggered;
use crate::domain::event::Event;
use crate::domain::issue::change::IssueChange;
use crate::domain::issue::followed_change::{FollowedChange, What};
use crate::domain::links::Links;
use crate::store::{alert_rules, recording};

/// What triggered rules cause.
#[derive(Debug, Default)]
pub(super) struct Alerts {
    /// For apps.
    pub(super) events: Vec<Event>,
    /// For outside trackers.
    pub(super) tickets: Vec<FollowedChange>,
}

/// What follows from the rules that these errors trigger. Each rule is triggered once for an issue.
pub(super) async fn alert(
    tx: &mut Tx,
    errors: &[CountedError<'_>],
    projects: &HashMap<i64, Arc<ProjectRules>>,
    pauses: &mut Rules,
    links: &Links,
    now: DateTime<Utc>,
) -> Result<Alerts, DbError> {
    let counts = count(tx, errors, projects, now).await?;
    let mut triggered: BTreeMap<(i64, i64), (usize, &ProjectRules, usize)> = BTreeMap::new();
    for (position, error) in errors.iter().enumerate() {
        let Some(rules) = projects.get(&error.source.project.id) else { continue };
        let seen = Seen {
            event: error.event,
            opened: error.issue_change == Some(IssueChange::Opened),
            regressed: error.issue_change == Some(IssueChange::Regressed),
            assigned_user_id: error.assigned_user_id,
            assigned_team_id: error.assigned_team_id,
        };
        let counted = |interval| counts.get(&(interval, error.issue_id)).copied().unwrap_or_default();
        for (index, ready) in rules.rules.iter().enumerate() {
            let key = (ready.rule.id, error.issue_id);
            if !triggered.contains_key(&key)
                && !pauses.is_paused(key.0, key.1, now)
                && ready.applies(seen, counted)
            {
                triggered.insert(key, (position, rules, index));
            }
        }
    }
    if triggered.is_empty() {
        return Ok(Alerts::default());
    }
    let claims: Vec<_> = triggered
        .iter()
        .map(|(&(rule_id, issue_id), (_, rules, index))| {
            let until = now + rules.rules[*index].rule.definition.pause();
            pauses.pause(rule_id, issue_id, until);
            (rule_id, issue_id, until)
        })
        .collect();
    let mut alerts = Alerts::default();
    for key in alert_rules::claim(tx, &claims, now).await? {
        let Some((position, rules, index)) = triggered.get(&key) else { continue };
        let (error, rule) = (&errors[*position], &rules.rules[*index].rule);
        for action in &rule.definition.actions {
            match action {
                RuleAction::App(action) => {
                    let event =
                        alert_triggered(rule, action, error.event, error.issue_id, error.source, links);
                    alerts.events.push(event);
                }
                RuleAction::Ticket(action) => {
                    alerts.tickets.push(ticket_requested(rule, action, error.issue_id, now));
                }
            }
        }
    }
    Ok(alerts)
}

fn ticket_requested(
    rule: &AlertRule,
    action: &TicketAction,
    issue_id: i64,
    occurred_at: DateTime<Utc>,
) -> FollowedChange {
    let (action, rule_name) = (action.clone(), rule.name.clone());
    FollowedChange {
        organization_id: rule.organization_id,
        project_id: rule.project_id,
        issue_id,
        occurred_at,
        source: None,
        what: What::TicketRequested { action, rule_id: rule.id, rule_name },
    }
}

/// Counts the errors in the intervals of the rules of their projects, and returns the counts by interval and issue.
async fn count(
    tx: &mut Tx,
    errors: &[CountedError<'_>],
    projects: &HashMap<i64, Arc<ProjectRules>>,
    now: DateTime<Utc>,
) -> Result<HashMap<(i64, i64), i64>, DbError> {
    let mut new: BTreeMap<i64, BTreeMap<i64, i64>> = BTreeMap::new();
    for error in errors {
        for interval in projects.get(&error.source.project.id).iter().flat_map(|rules| &rules.intervals) {
            *new.entry(*interval).or_default().entry(error.issue_id).or_default() += 1;
        }
    }
    let mut counts = HashMap::new();
    for (interval, issues) in new {
        recording::count_issues(tx, interval, now.timestamp(), &issues).await?;
        let ids: Vec<i64> = issues.keys().copied().collect();
        let counted = recording::counts(tx, interval, now.timestamp(), &ids).await?;
        counts.extend(counted.into_iter().map(|(issue_id, count)| ((interval, issue_id), count)));
    }
    Ok(counts)
}
