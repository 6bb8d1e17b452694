//! In-memory cache of alert rules and pauses.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result};

use crate::domain::alert::rule::ReadyRule;
use crate::store::alert_rules;

/// A larger cache is cleared; rules and pauses are then read again on demand.
const MAX_PROJECTS: usize = 10_000;
const MAX_PAUSES: usize = 200_000;

/// The rules of one project.
#[derive(Debug, Default)]
pub(super) struct ProjectRules {
    pub(super) rules: Vec<ReadyRule>,
    /// Over how many seconds they count.
    pub(super) intervals: BTreeSet<i64>,
}

/// Rules by project, and pauses. An error is evaluated by the rules of its project only.
#[derive(Debug, Default)]
pub(super) struct Rules {
    projects: HashMap<i64, (i64, Arc<ProjectRules>)>,
    /// End of the pause of a rule for an issue. Pauses that are not cached are found in the database.
    pauses: HashMap<(i64, i64), DateTime<Utc>>,
}

impl Rules {
    /// The current rules of these projects. Changed rules are read again; deleted projects are left out.
    pub(super) async fn of(
        &mut self,
        db: &Db,
        project_ids: &[i64],
    ) -> Result<HashMap<i64, Arc<ProjectRules>>> {
        if self.projects.len() > MAX_PROJECTS {
            self.projects.clear();
        }
        let mut found = HashMap::new();
        for (project_id, version) in alert_rules::versions(db, project_ids).await? {
            let known = self.projects.get(&project_id).filter(|(known, _)| *known == version);
            let rules = match known {
                Some((_, rules)) => rules.clone(),
                None => {
                    let rules = Arc::new(load(db, project_id).await?);
                    // An edited rule starts without pauses, so all pauses are cleared.
                    self.pauses.clear();
                    self.projects.insert(project_id, (version, rules.clone()));
                    rules
                }
            };
            found.insert(project_id, rules);
        }
        Ok(found)
    }

    pub(super) fn is_paused(&self, rule_id: i64, issue_id: i64, now: DateTime<Utc>) -> bool {
        self.pauses.get(&(rule_id, issue_id)).is_some_and(|until| now < *until)
    }

    pub(super) fn pause(&mut self, rule_id: i64, issue_id: i64, until: DateTime<Utc>) {
        if self.pauses.len() > MAX_PAUSES {
            self.pauses.clear();
        }
        self.pauses.insert((rule_id, issue_id), until);
    }
}

async fn load(db: &Db, project_id: i64) -> Result<ProjectRules> {
    let stored = alert_rules::of_project(db, project_id).await?;
    let rules: Vec<_> = stored.into_iter().filter_map(ReadyRule::new).collect();
    let intervals = rules.iter().flat_map(ReadyRule::intervals).collect();
    Ok(ProjectRules { rules, intervals })
}
