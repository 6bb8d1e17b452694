use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_db::{DbError, Tx};
use patchbay_domain::{Actor, Error};
use uuid::Uuid;

use super::alert;
use super::rules::ProjectRules;
use super::see::{Met, see};
use super::submission::{Place, Recorded, Submission};
use super::worker::Worker;
use crate::domain::comment::Author;
use crate::domain::counted_issue::CountedIssue;
use crate::domain::error_event::ErrorEvent;
use crate::domain::happening::Happening;
use crate::domain::{event, new_issue, project};
use crate::events;
use crate::store::issues::{self, FoundIssue};
use crate::store::record as sql;
use crate::store::{issue_words, projects};
use crate::tell::{Told, tell};

/// Why a group was not recorded.
#[derive(Debug)]
pub(super) enum Failure {
    Db(DbError),
    /// Issues went away between looking and locking.
    Overtaken,
    /// A project went away meanwhile.
    Gone,
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Db(error) => error.into(),
            Failure::Overtaken => {
                Error::unavailable("OVERLOADED", "Others record the same errors. Send them again.")
            }
            Failure::Gone => project::not_found(),
        }
    }
}

/// An error of the group and where it happened.
pub(super) type Incoming<'a> = (&'a Place, &'a ErrorEvent);

/// What has to be known, and taken, before the transaction begins.
struct Prepared {
    rules: HashMap<i64, Arc<ProjectRules>>,
    releases: HashMap<(i64, String), i64>,
    /// Numbers for issues to be opened.
    issue_ids: std::ops::Range<i64>,
    activity_id: i64,
    now: DateTime<Utc>,
}

impl Worker {
    /// Records a group; one answer for each error in order.
    pub(super) async fn write(&mut self, group: &[Submission]) -> Result<Vec<Recorded>, Failure> {
        let incoming: Vec<Incoming<'_>> = group
            .iter()
            .flat_map(|waiting| waiting.events.iter().map(|event| (&waiting.place, event)))
            .collect();
        let prepared = self.prepare(&incoming).await?;
        let now = prepared.now;

        let mut tx = self.db.begin().await?;
        let ids: Vec<Uuid> = incoming.iter().map(|(_, event)| event.event_id).collect();
        let known = sql::known_events(&mut tx, &ids, now).await?;
        let fresh = first_of_each(&incoming, &known);
        let opened = open(&mut tx, &fresh, &prepared).await?;
        let mut seen: HashMap<Uuid, CountedIssue> =
            sql::lock_seen(&mut tx, &fingerprints(&fresh)).await?.into_iter().collect();
        if fresh.iter().any(|(_, event)| !seen.contains_key(&event.fingerprint)) {
            return Err(Failure::Overtaken);
        }
        add_users(&mut tx, &fresh, &mut seen).await?;
        let met = see(&fresh, &mut seen, &opened, &prepared.releases, now);

        let changed: Vec<&CountedIssue> = seen.values().collect();
        sql::update_seen(&mut tx, &changed).await?;
        keep(&mut tx, &met, now).await?;
        count(&mut tx, &met, now).await?;
        self.tell_happenings(&mut tx, &met, &prepared).await?;
        let alerts = alert::alert(&mut tx, &met, &prepared.rules, &mut self.rules, &self.links, now).await?;
        let told = met
            .iter()
            .filter(|met| met.place.tells_apps)
            .map(|met| event::error_created(met.event, met.issue_id, met.place, &self.links));
        tx.outbox_all(told.chain(alerts).map(events::message)).await?;
        tx.commit().await?;
        self.counted.notify_one();
        Ok(answers(&incoming, &known, &met))
    }

    async fn prepare(&mut self, incoming: &[Incoming<'_>]) -> Result<Prepared, Failure> {
        let project_ids: BTreeSet<i64> = incoming.iter().map(|(place, _)| place.project.id).collect();
        let project_ids: Vec<i64> = project_ids.into_iter().collect();
        let rules = self.rules.of(&self.db, &project_ids).await?;
        if rules.len() < project_ids.len() {
            return Err(Failure::Gone);
        }
        let now = self.clock.now();
        let releases: BTreeSet<(i64, &str)> = incoming
            .iter()
            .filter_map(|(place, event)| Some((place.project.id, event.release.as_deref()?)))
            .collect();
        let releases = match releases.is_empty() {
            true => Vec::new(),
            false => sql::ensure_releases(&self.db, &releases, now).await?,
        };
        let fingerprints = fingerprints(incoming);
        let known = sql::known_fingerprints(&self.db, &fingerprints).await?;
        let missing = fingerprints.len().saturating_sub(known.len());
        let first = match u32::try_from(missing).unwrap_or(u32::MAX) {
            0 => 0,
            missing => self.db.allocate_ids("issue", missing).await?,
        };
        Ok(Prepared {
            rules,
            releases: releases.into_iter().map(|(project, version, id)| ((project, version), id)).collect(),
            issue_ids: first..first + i64::try_from(missing).unwrap_or_default(),
            activity_id: self.activity_ids.take(&self.db, incoming.len()).await?,
            now,
        })
    }

    /// Issues that were opened, regressed or escalated: few, so each is read in full.
    async fn tell_happenings(
        &self,
        tx: &mut Tx,
        met: &[Met<'_>],
        prepared: &Prepared,
    ) -> Result<(), DbError> {
        let happened: Vec<(i64, &Happening)> =
            met.iter().filter_map(|met| Some((met.issue_id, met.happening.as_ref()?))).collect();
        if happened.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = happened.iter().map(|(id, _)| *id).collect();
        let found: HashMap<i64, FoundIssue> =
            issues::lock_all(tx, &ids).await?.into_iter().map(|found| (found.issue.id, found)).collect();
        let told: Vec<Told<'_>> = happened
            .iter()
            .filter_map(|(id, happening)| {
                let scene = found.get(id)?.scene(&self.links);
                Some(Told { scene, happening, author: Author::System, actor: &Actor::System })
            })
            .collect();
        tell(tx, &told, prepared.activity_id, prepared.now).await
    }
}

/// The errors that are not known yet, each once.
fn first_of_each<'a>(incoming: &[Incoming<'a>], known: &HashMap<(i64, Uuid), i64>) -> Vec<Incoming<'a>> {
    let mut met = HashSet::with_capacity(incoming.len());
    incoming
        .iter()
        .filter(|(place, event)| {
            let key = (place.project.id, event.event_id);
            !known.contains_key(&key) && met.insert(key)
        })
        .copied()
        .collect()
}

fn fingerprints(incoming: &[Incoming<'_>]) -> Vec<Uuid> {
    let distinct: BTreeSet<Uuid> = incoming.iter().map(|(_, event)| event.fingerprint).collect();
    distinct.into_iter().collect()
}

/// Opens an issue for each kind of error that has none. Kinds another replica opened meanwhile are left to it.
async fn open(tx: &mut Tx, fresh: &[Incoming<'_>], prepared: &Prepared) -> Result<HashSet<Uuid>, Failure> {
    if prepared.issue_ids.is_empty() {
        return Ok(HashSet::new());
    }
    let known: HashSet<Uuid> = sql::lock_seen(tx, &fingerprints(fresh))
        .await?
        .into_iter()
        .map(|(fingerprint, _)| fingerprint)
        .collect();
    let mut firsts: BTreeMap<(i64, Uuid), Incoming<'_>> = BTreeMap::new();
    for (place, event) in fresh.iter().filter(|(_, event)| !known.contains(&event.fingerprint)) {
        firsts.entry((place.project.id, event.fingerprint)).or_insert((place, event));
    }
    let mut wanted: BTreeMap<i64, i64> = BTreeMap::new();
    firsts.keys().for_each(|(project_id, _)| *wanted.entry(*project_id).or_default() += 1);
    let mut numbers = HashMap::new();
    for (project_id, count) in wanted {
        let first = projects::next_issue_numbers(tx, project_id, count).await?.ok_or(Failure::Gone)?;
        numbers.insert(project_id, first);
    }
    let mut ids = prepared.issue_ids.clone();
    let mut new = Vec::with_capacity(firsts.len());
    for ((project_id, fingerprint), (place, event)) in firsts {
        let (Some(id), Some(number)) = (ids.next(), numbers.get_mut(&project_id)) else {
            return Err(Failure::Overtaken);
        };
        new.push((new_issue::of_error(event, id, *number, &place.project), Some(fingerprint)));
        *number += 1;
    }
    let inserted: HashSet<i64> = issues::insert_all(tx, &new).await?.into_iter().collect();
    let opened = || new.iter().filter(|(issue, _)| inserted.contains(&issue.id));
    issue_words::insert(tx, opened().map(|(issue, _)| issue)).await?;
    Ok(opened().filter_map(|(_, fingerprint)| *fingerprint).collect())
}

async fn add_users(
    tx: &mut Tx,
    fresh: &[Incoming<'_>],
    seen: &mut HashMap<Uuid, CountedIssue>,
) -> Result<(), DbError> {
    let users: BTreeSet<(i64, Uuid)> = fresh
        .iter()
        .filter_map(|(_, event)| Some((seen.get(&event.fingerprint)?.id, event.user_key?)))
        .collect();
    let mut new: HashMap<i64, i64> = HashMap::new();
    for issue_id in sql::add_users(tx, &users).await? {
        *new.entry(issue_id).or_default() += 1;
    }
    for issue in seen.values_mut() {
        issue.user_count += new.get(&issue.id).copied().unwrap_or_default();
    }
    Ok(())
}

async fn keep(tx: &mut Tx, met: &[Met<'_>], now: DateTime<Utc>) -> Result<(), DbError> {
    let kept = met.iter().map(|met| sql::KeptEvent {
        issue_id: met.issue_id,
        project_id: met.place.project.id,
        event_id: met.event.event_id,
        number: met.number,
        received_at: now,
        document: &met.event.document,
    });
    sql::insert_events(tx, kept).await
}

async fn count(tx: &mut Tx, met: &[Met<'_>], now: DateTime<Utc>) -> Result<(), DbError> {
    let mut projects: BTreeMap<i64, i64> = BTreeMap::new();
    met.iter().for_each(|met| *projects.entry(met.place.project.id).or_default() += 1);
    sql::count_projects(tx, now.timestamp(), &projects).await
}

fn answers(incoming: &[Incoming<'_>], known: &HashMap<(i64, Uuid), i64>, met: &[Met<'_>]) -> Vec<Recorded> {
    let met: HashMap<(i64, Uuid), &Met<'_>> =
        met.iter().map(|met| ((met.place.project.id, met.event.event_id), met)).collect();
    let mut answered = HashSet::new();
    let answer = |(place, event): &Incoming<'_>| {
        let (event_id, key) = (event.event_id, (place.project.id, event.event_id));
        match (known.get(&key), met.get(&key)) {
            (None, Some(met)) if answered.insert(key) => {
                let opened = met.happening == Some(Happening::Opened);
                Recorded { event_id, issue_id: met.issue_id, opened, duplicate: false }
            }
            (known, met) => {
                let issue_id = known.copied().or(met.map(|met| met.issue_id)).unwrap_or_default();
                Recorded { event_id, issue_id, opened: false, duplicate: true }
            }
        }
    };
    incoming.iter().map(answer).collect()
}
