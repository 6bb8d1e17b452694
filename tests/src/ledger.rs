//! The ledger: `accepted × matches = delivered + pending + dead + dropped`, computed from the API of Patchbay
//! and from its tables.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Context, bail, ensure};
use futures::{StreamExt, TryStreamExt};
use patchbay_db::Db;
use patchbay_proto::event_fanout::events_client::EventsClient;
use patchbay_proto::event_fanout::{Decision, ExplainRequest, Outcome};
use patchbay_rpc::{Channel, request};
use uuid::Uuid;

/// Concurrent requests.
const AT_ONCE: usize = 16;

/// The outcomes of events for one installation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Events that match.
    pub owed: usize,
    /// Delivered events.
    pub delivered: usize,
    /// Pending events.
    pub pending: usize,
    /// Events that were given up.
    pub dead: usize,
    /// Events that were dropped because the installation is gone.
    pub dropped: usize,
}

impl Account {
    /// Whether each event is accounted for exactly once.
    pub fn is_exact(&self) -> bool {
        self.owed == self.delivered + self.pending + self.dead + self.dropped
    }
}

/// The accounts of all installations.
pub type Ledger = BTreeMap<Uuid, Account>;

/// The ledger according to the tables.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// The accounts.
    pub ledger: Ledger,
    /// The ids of the delivered webhooks.
    pub delivered: HashSet<Uuid>,
}

/// The ledger according to `Events.Explain`.
///
/// # Errors
/// A service cannot be called, or gives no reason.
pub async fn explained(events: &Channel, accepted: &HashSet<Uuid>) -> anyhow::Result<Ledger> {
    let explain = |event: Uuid| {
        let mut events = EventsClient::new(events.clone());
        async move {
            let asked = request(ExplainRequest { event_id: event.to_string(), organization_id: 0 });
            anyhow::Ok(events.explain(asked).await?.into_inner().decisions)
        }
    };
    let answers = futures::stream::iter(accepted.iter().copied().map(explain)).buffer_unordered(AT_ONCE);
    let decisions: Vec<Vec<Decision>> = answers.try_collect().await?;
    let mut ledger = Ledger::new();
    for decision in decisions.into_iter().flatten() {
        let account = ledger.entry(decision.installation_uuid.parse()?).or_default();
        let count = match decision.outcome() {
            Outcome::Delivered => &mut account.delivered,
            Outcome::Pending | Outcome::Held => &mut account.pending,
            Outcome::Dead => &mut account.dead,
            Outcome::Dropped => &mut account.dropped,
            _ => continue,
        };
        *count += 1;
        account.owed += 1;
        let has_ended_badly = matches!(decision.outcome(), Outcome::Dead | Outcome::Dropped);
        ensure!(!has_ended_badly || !decision.detail.is_empty(), "no reason is given: {decision:?}");
    }
    Ok(ledger)
}

/// The ledger according to the tables of event-fanout (the matches) and of webhook-sender (the outcomes).
///
/// # Errors
/// The tables cannot be read, or contain a webhook without a match.
pub async fn recorded(fanout: &Db, sender: &Db, accepted: &HashSet<Uuid>) -> anyhow::Result<Tables> {
    let mut tables = Tables::default();
    for (installation, event_ids) in fanout
        .query(
            "select installation_id, event_ids from sequence_runs
             union all select installation_id, recent from sequences",
        )
        .fetch_all::<(Uuid, Vec<u8>)>()
        .await?
    {
        for id in event_ids.chunks_exact(16) {
            if accepted.contains(&Uuid::from_slice(id)?) {
                let account = tables.ledger.entry(installation).or_default();
                account.owed += 1;
                account.pending += 1;
            }
        }
    }
    // A webhook that was delivered at the first attempt has an attempt but no delivery row.
    let attempts = sender
        .query("select event_id, delivery_id, installation_id from attempts where delivered")
        .fetch_all::<(Uuid, Uuid, Uuid)>()
        .await?;
    let states = sender
        .query("select event_id, delivery_id, installation_id, status from deliveries")
        .fetch_all::<(Uuid, Uuid, Uuid, i32)>()
        .await?;
    let mut ends: HashMap<Uuid, (Uuid, i32)> = HashMap::new();
    let attempts =
        attempts.into_iter().map(|(event, delivery, installation)| (event, delivery, installation, 2));
    for (event, delivery, installation, status) in attempts.chain(states) {
        if accepted.contains(&event) {
            ends.insert(delivery, (installation, status));
        }
    }
    for (delivery, (installation, status)) in ends {
        let account = tables.ledger.get_mut(&installation).context("a webhook that is not owed")?;
        let count = match status {
            1 | 5 => continue,
            2 => {
                tables.delivered.insert(delivery);
                &mut account.delivered
            }
            3 => &mut account.dead,
            4 => &mut account.dropped,
            unknown => bail!("unknown status {unknown}"),
        };
        *count += 1;
        account.pending = account.pending.checked_sub(1).context("more ended than was owed")?;
    }
    Ok(tables)
}
