//! Hands over again the groups that were accepted and not marked in time: after a crash, while the bus was unavailable, or when memory was
//! full. Doing it twice is harmless, because the sender recognises deliveries.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use patchbay_bus::Bus;
use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use patchbay_runtime::Stop;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::accept::Memory;
use crate::catalogue::Catalogue;
use crate::domain::decision::{Decision, match_all};
use crate::domain::event::Event;
use crate::handover::in_flight::InFlight;
use crate::handover::ready::Ready;
use crate::metrics::FanoutMetrics;
use crate::store::{self, GrantCodes, Group};
use crate::subscriptions::Subscriptions;

/// Pause after a round in which nothing was due.
const PAUSE: Duration = Duration::from_secs(1);
/// Duration of a claim. If the bus is slower and another replica claims the same groups, the sender only has more duplicates to
/// recognise.
const CLAIM: TimeDelta = TimeDelta::seconds(30);
/// Groups claimed at once.
const BATCH: u32 = 64;
/// Bytes read at once.
const CHUNK_BYTES: i64 = 4 * 1024 * 1024;

pub(crate) struct Recover {
    pub(crate) db: Db,
    pub(crate) bus: Bus,
    pub(crate) clock: Clock,
    pub(crate) recover_after: Duration,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) catalogue: Catalogue,
    pub(crate) in_flight: InFlight,
    pub(crate) memory: Memory,
    pub(crate) ready: mpsc::Sender<Ready>,
    pub(crate) metrics: FanoutMetrics,
}

impl Recover {
    /// Runs until a stop is requested.
    pub(crate) async fn run(self, stop: Stop) {
        tokio::select! {
            () = self.rounds() => {}
            () = stop.requested() => {}
        }
    }

    async fn rounds(&self) {
        self.subscriptions.ready().await;
        loop {
            let found_many = self.round().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "unmarked events could not be claimed; the next attempt is in 1 s");
                false
            });
            // A full batch means that there are probably more, and the hand-over limits the pace.
            if !found_many {
                patchbay_runtime::sleep(&self.clock, PAUSE).await;
            }
        }
    }

    /// Claims groups that are due and hands them over. Returns whether the batch was full.
    async fn round(&self) -> Result<bool, DbError> {
        if self.bus.healthy().is_err() {
            return Ok(false);
        }
        let now = self.clock.now();
        let recover_after = TimeDelta::from_std(self.recover_after).unwrap_or(TimeDelta::days(1));
        let horizon = now + CLAIM.max(recover_after) * 2;
        let claimed = store::claim_unmarked(&self.db, now, now + CLAIM, horizon, BATCH).await?;
        let found_many = claimed.len() == BATCH as usize;
        let mut groups: Vec<Group> =
            claimed.into_iter().filter(|group| !self.in_flight.contains(group.id)).collect();
        // A group may have been marked since the claim. Its mark was written before it left `in_flight`.
        let ids: Vec<Uuid> = groups.iter().map(|group| group.id).collect();
        let unmarked = store::still_unmarked(&self.db, &ids).await?;
        groups.retain(|group| unmarked.contains(&group.id));
        self.hand_over_groups(&groups).await?;
        Ok(found_many)
    }

    async fn hand_over_groups(&self, groups: &[Group]) -> Result<(), DbError> {
        let ids: Vec<Uuid> = groups.iter().flat_map(|group| group.events.iter().copied()).collect();
        let sizes = store::event_sizes(&self.db, &ids).await?;
        let codes: GrantCodes = groups.iter().flat_map(|group| group.grant_codes.clone()).collect();
        let mut group_of = HashMap::new();
        let mut gone = Vec::new();
        for group in groups {
            let kept = group.events.iter().filter(|id| sizes.contains_key(id));
            let before = group_of.len();
            group_of.extend(kept.map(|id| (*id, group.id)));
            match group_of.len() - before {
                0 => gone.push(group.id),
                events => self.in_flight.begin(group.id, events),
            }
        }
        store::mark_fanned_out(&self.db, &gone).await?;
        let mut sizes: Vec<(Uuid, i64)> = sizes.into_iter().collect();
        sizes.sort_unstable();
        let mut chunks = chunks(sizes).into_iter();
        while let Some(ids) = chunks.next() {
            if let Err(error) = self.hand_over_events(&ids, &group_of, &codes).await {
                let left = ids.into_iter().chain(chunks.flatten());
                self.release(left, &group_of);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Releases events that were not handed over. Their groups are due again when the claim ends.
    fn release(&self, ids: impl IntoIterator<Item = Uuid>, group_of: &HashMap<Uuid, Uuid>) {
        let groups: Vec<Uuid> = ids.into_iter().filter_map(|id| group_of.get(&id).copied()).collect();
        self.in_flight.failed(&groups);
    }

    /// Hands over all of these events, or none if an error is returned.
    async fn hand_over_events(
        &self,
        ids: &[Uuid],
        group_of: &HashMap<Uuid, Uuid>,
        codes: &GrantCodes,
    ) -> Result<(), DbError> {
        let custom_types = self.catalogue.read().clone();
        let events = store::load_events(&self.db, &custom_types, ids).await?;
        let (decided, undecided): (Vec<_>, Vec<_>) =
            events.into_iter().partition(|(_, decisions)| decisions.is_some());
        let mut events: Vec<(Event, Vec<Decision>)> =
            decided.into_iter().filter_map(|(event, decisions)| Some((event, decisions?))).collect();
        events.extend(self.decide(undecided.into_iter().map(|(event, _)| event).collect()).await?);
        events.sort_by_key(|(event, _)| event.id);
        tracing::info!(events = events.len(), "unmarked events are handed over again");
        let mut left: HashSet<Uuid> = ids.iter().copied().collect();
        for (mut event, decisions) in events {
            store::complete(&mut event, codes);
            let Some(group_id) = group_of.get(&event.id).copied() else { continue };
            let memory = self.memory.take(event.kib()).await;
            let id = event.id;
            let ready = Ready::new(Arc::new(event), group_id, decisions, true, memory);
            if self.ready.send(ready).await.is_err() {
                break;
            }
            left.remove(&id);
            self.metrics.recovered.inc();
        }
        self.release(left, group_of);
        Ok(())
    }

    /// Decides about events that were accepted before subscriptions were known. Returns none if another replica has decided about one of
    /// them, because that replica hands them over.
    async fn decide(&self, events: Vec<Event>) -> Result<Vec<(Event, Vec<Decision>)>, DbError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let mut decided: Vec<_> = {
            let index = self.subscriptions.read();
            let decide = |event: Event| (match_all(&index, &event), event);
            events.into_iter().map(decide).map(|(decisions, event)| (event, decisions)).collect()
        };
        let is_ours = store::decide_later(&self.db, &mut decided).await?;
        Ok(if is_ours { decided } else { Vec::new() })
    }
}

/// Divides events into chunks of bounded bytes, each to be read at once.
fn chunks(claimed: Vec<(Uuid, i64)>) -> Vec<Vec<Uuid>> {
    let mut chunks: Vec<Vec<Uuid>> = Vec::new();
    let mut bytes_left = 0;
    for (id, bytes) in claimed {
        match chunks.last_mut() {
            Some(chunk) if bytes <= bytes_left => chunk.push(id),
            _ => {
                chunks.push(vec![id]);
                bytes_left = CHUNK_BYTES;
            }
        }
        bytes_left -= bytes;
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_bounded_by_bytes_and_lose_nothing() {
        let half = CHUNK_BYTES / 2;
        let claimed: Vec<_> = [half, half, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 0]
            .iter()
            .zip(0..)
            .map(|(bytes, id)| (Uuid::from_u128(id), *bytes))
            .collect();
        let lengths: Vec<_> = chunks(claimed.clone()).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 1, 1, 1, 1]);
        assert_eq!(chunks(claimed.clone()).concat(), claimed.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        assert!(chunks(Vec::new()).is_empty());
    }
}
