//! An organization whose events go to several apps, and the comparison of all ledgers at the end.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::time::Duration;

use anyhow::ensure;
use patchbay_db::Db;
use patchbay_domain::ids::delivery_id;
use patchbay_rpc::Channel;
use tokio::time::Instant;
use uuid::Uuid;

use crate::endpoint::Endpoint;
use crate::ledger::{Account, explained, recorded};
use crate::product::{Plan, Product};
use crate::scenario::{Organization, Services};

/// The allowed share of duplicate webhooks, in percent.
const DUPLICATES_PERCENT: usize = 1;

/// The channels and tables that the tests use.
#[derive(Clone, Debug)]
pub struct Access {
    pub services: Services,
    pub events: Channel,
    /// The tables of event-fanout.
    pub fanout: Db,
    /// The tables of webhook-sender.
    pub sender: Db,
}

/// An organization with its apps, which are all installed and subscribe to errors.
#[derive(Debug)]
pub struct Scene {
    access: Access,
    organization: Organization,
    apps: Vec<App>,
}

/// The expected outcome of the webhooks of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Each was delivered.
    All,
    /// Each was delivered or given up.
    Ended,
    /// Each is accounted for; some may be pending.
    Accounted,
}

#[derive(Debug)]
struct App {
    name: &'static str,
    installation: Uuid,
    endpoint: Endpoint,
    expected: Expected,
}

/// The final ledgers.
#[derive(Clone, Debug, Default)]
pub struct Closed {
    /// By app.
    pub accounts: BTreeMap<&'static str, Account>,
    /// Webhooks that an app received more than once.
    pub duplicates: usize,
}

impl Scene {
    /// Makes the organization.
    ///
    /// # Errors
    /// An error of the services.
    pub async fn new(access: Access) -> anyhow::Result<Self> {
        let organization = access.services.organization("Acme").await?;
        Ok(Self { access, organization, apps: Vec::new() })
    }

    /// Installs an app at the endpoint and waits until the endpoint receives the webhook about it.
    ///
    /// # Errors
    /// An error of the services.
    pub async fn app(
        &mut self,
        name: &'static str,
        expected: Expected,
        endpoint: Endpoint,
    ) -> anyhow::Result<()> {
        let url = endpoint.url();
        self.app_at(name, expected, endpoint, &url).await
    }

    /// As [`Scene::app`], with another URL that leads to the endpoint.
    ///
    /// # Errors
    /// An error of the services.
    pub async fn app_at(
        &mut self,
        name: &'static str,
        expected: Expected,
        endpoint: Endpoint,
        url: &str,
    ) -> anyhow::Result<()> {
        let services = &self.access.services;
        let app = services.app(&self.organization, name, url).await?;
        let installation = services.install(&self.organization, &app).await?.parse()?;
        let deadline = Instant::now() + Duration::from_secs(30);
        while !endpoint.is_greeted() {
            ensure!(Instant::now() < deadline, "{name} is not told that it is installed");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.apps.push(App { name, installation, endpoint, expected });
        Ok(())
    }

    /// Starts to publish events.
    pub fn publish(&self, count: usize, per_second: u32) -> Product {
        let (events, organization_id) = (self.access.events.clone(), self.organization.id);
        Product::start(Plan { events, organization_id, count, per_second })
    }

    /// The endpoint of an app.
    ///
    /// # Panics
    /// There is no such app.
    pub fn endpoint(&self, name: &str) -> &Endpoint {
        &self.apps.iter().find(|app| app.name == name).expect("an app of the scene").endpoint
    }

    /// Waits until everything is as expected: the results of Explain, the tables and the endpoints agree,
    /// each accepted event is accounted for once at each app, and there are few duplicates.
    ///
    /// # Errors
    /// The last difference, if it takes longer than `patience`.
    pub async fn closes(&self, accepted: &HashSet<Uuid>, patience: Duration) -> anyhow::Result<Closed> {
        let deadline = Instant::now() + patience;
        loop {
            match self.compare(accepted).await {
                Ok(closed) => return Ok(closed),
                Err(difference) if Instant::now() > deadline => {
                    return Err(difference.context(format!("the books are not closed after {patience:?}")));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }

    async fn compare(&self, accepted: &HashSet<Uuid>) -> anyhow::Result<Closed> {
        let explained = explained(&self.access.events, accepted).await?;
        let recorded = recorded(&self.access.fanout, &self.access.sender, accepted).await?;
        ensure!(explained == recorded.ledger, "Explain says {explained:?}, the tables {:?}", recorded.ledger);
        ensure!(explained.len() == self.apps.len(), "{} apps are owed something", explained.len());
        let mut closed = Closed::default();
        for app in &self.apps {
            let account = explained.get(&app.installation).copied().unwrap_or_default();
            let name = app.name;
            ensure!(account.owed == accepted.len(), "{name}: not every event matched: {account:?}");
            ensure!(account.is_exact(), "{name}: {account:?} does not add up");
            let is_as_expected = match app.expected {
                Expected::All => account.delivered == account.owed,
                Expected::Ended => account.pending == 0,
                Expected::Accounted => true,
            };
            ensure!(is_as_expected, "{name}: {account:?}");

            let owed: HashSet<Uuid> =
                accepted.iter().map(|event| delivery_id(*event, app.installation)).collect();
            let delivered: HashSet<Uuid> = owed.intersection(&recorded.delivered).copied().collect();
            let mut taken = app.endpoint.taken();
            taken.retain(|id, _| owed.contains(id));
            ensure!(
                delivered.iter().all(|id| taken.contains_key(id)),
                "{name}: what counts as delivered was not taken"
            );
            let others = app.endpoint.taken().len() - taken.len();
            ensure!(others == 0, "{name}: {others} webhooks of unpublished events");
            closed.duplicates += taken.values().map(|times| *times as usize - 1).sum::<usize>();
            closed.accounts.insert(name, account);
        }
        Ok(closed)
    }
}

impl Closed {
    /// # Errors
    /// There are too many duplicates.
    pub fn with_few_duplicates(self) -> anyhow::Result<Self> {
        let owed: usize = self.accounts.values().map(|account| account.owed).sum();
        let duplicates = self.duplicates;
        ensure!(duplicates * 100 < owed * DUPLICATES_PERCENT, "{duplicates} of {owed} webhooks came twice");
        Ok(self)
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, Account { owed, delivered, pending, dead, dropped }) in &self.accounts {
            writeln!(
                f,
                "{name}: {owed} = {delivered} delivered + {pending} pending + {dead} dead + {dropped} dropped"
            )?;
        }
        write!(f, "{} came twice", self.duplicates)
    }
}
