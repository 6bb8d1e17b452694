//! Asks the rules of a project about its errors.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_db::{DbError, Tx};

use super::rules::{ProjectRules, Rules};
use super::see::Met;
use crate::domain::alert_check::Seen;
use crate::domain::event::{self, Event};
use crate::domain::happening::Happening;
use crate::domain::links::Links;
use crate::store::{alert_rules, record};

/// The events of all rules that speak of these errors, each rule once of an issue.
pub(super) async fn alert(
    tx: &mut Tx,
    met: &[Met<'_>],
    projects: &HashMap<i64, Arc<ProjectRules>>,
    pauses: &mut Rules,
    links: &Links,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, DbError> {
    let counts = count(tx, met, projects, now).await?;
    let mut claims: BTreeMap<(i64, i64), (usize, &ProjectRules, usize)> = BTreeMap::new();
    for (position, met) in met.iter().enumerate() {
        let Some(rules) = projects.get(&met.place.project.id) else { continue };
        let seen = Seen {
            event: met.event,
            opened: met.happening == Some(Happening::Opened),
            regressed: met.happening == Some(Happening::Regressed),
            assigned_user_id: met.assigned_user_id,
            assigned_team_id: met.assigned_team_id,
        };
        let counted = |interval| counts.get(&(interval, met.issue_id)).copied().unwrap_or_default();
        for (index, ready) in rules.rules.iter().enumerate() {
            let key = (ready.rule.id, met.issue_id);
            if !claims.contains_key(&key)
                && !pauses.is_paused(key.0, key.1, now)
                && ready.applies(seen, counted)
            {
                claims.insert(key, (position, rules, index));
            }
        }
    }
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<_> = claims
        .iter()
        .map(|(&(rule_id, issue_id), (_, rules, index))| {
            let until = now + rules.rules[*index].rule.definition.pause();
            pauses.pause(rule_id, issue_id, until);
            (rule_id, issue_id, until)
        })
        .collect();
    let mut events = Vec::new();
    for key in alert_rules::claim(tx, &wanted, now).await? {
        let Some((position, rules, index)) = claims.get(&key) else { continue };
        let (met, rule) = (&met[*position], &rules.rules[*index].rule);
        events.extend(
            rule.definition.actions.iter().map(|action| {
                event::alert_triggered(rule, action, met.event, met.issue_id, met.place, links)
            }),
        );
    }
    Ok(events)
}

/// How often the issues were seen in the intervals that rules of their projects ask for: (interval, issue) → count.
async fn count(
    tx: &mut Tx,
    met: &[Met<'_>],
    projects: &HashMap<i64, Arc<ProjectRules>>,
    now: DateTime<Utc>,
) -> Result<HashMap<(i64, i64), i64>, DbError> {
    let mut new: BTreeMap<i64, BTreeMap<i64, i64>> = BTreeMap::new();
    for met in met {
        for interval in projects.get(&met.place.project.id).iter().flat_map(|rules| &rules.intervals) {
            *new.entry(*interval).or_default().entry(met.issue_id).or_default() += 1;
        }
    }
    let mut counts = HashMap::new();
    for (interval, issues) in new {
        record::count_issues(tx, interval, now.timestamp(), &issues).await?;
        let ids: Vec<i64> = issues.keys().copied().collect();
        let counted = record::counts(tx, interval, now.timestamp(), &ids).await?;
        counts.extend(counted.into_iter().map(|(issue_id, count)| ((interval, issue_id), count)));
    }
    Ok(counts)
}
