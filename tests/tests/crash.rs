//! Nothing is lost when processes die in the middle of their work, and the ledger says so exactly.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "tells how many duplicates the crashes cost")]

use std::collections::{BTreeMap, HashSet};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use patchbay_db::{AssertSqlSafe, Db, DbConfig, Migrations};
use patchbay_domain::SecretString;
use patchbay_domain::ids::delivery_id;
use patchbay_proto::event_fanout::events_client::EventsClient;
use patchbay_proto::event_fanout::{ExplainRequest, Outcome, PublishRequest};
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{CreateProjectRequest, DeleteProjectRequest, NewEvent, RecordErrorRequest};
use patchbay_rpc::{Channel, Security, Target, request};
use patchbay_test_servers::{Durability, Postgres, RabbitMq, missing};
use patchbay_testkit::{Receiver, eventually};
use patchbay_tests::deployment::Backends;
use patchbay_tests::program::free_address;
use patchbay_tests::scenario::Services;
use patchbay_tests::{Deployment, Program};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;

const EVENTS: usize = 2_000;
const PUBLISHERS: usize = 16;

/// Retries and recovery within the patience of a test.
const SOON: [(&str, &str); 2] = [("RETRY_SCHEDULE", "1s,1s,2s,2s,5s,5s"), ("FANOUT_RECOVER_AFTER", "2s")];

/// Whether the servers are installed; `cargo xtask test` sees to it that they are.
fn servers_installed() -> bool {
    let missing = missing();
    let required = std::env::var("PATCHBAY_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(missing.is_empty() || !required, "{missing:?} not installed");
    missing.is_empty() && required
}

/// Publishes one event until it is accepted, as a product would. The key makes every repetition the same event.
async fn publish(channel: Channel, organization_id: i64, number: usize) -> Uuid {
    let mut events = EventsClient::new(channel);
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let event = PublishRequest {
            organization_id,
            resource: "error".to_owned(),
            action: "created".to_owned(),
            data_json: format!(r#"{{"error":{{"number":{number}}}}}"#).into(),
            idempotency_key: format!("crash-{number}"),
            ..Default::default()
        };
        match events.publish(request(event)).await {
            Ok(accepted) => return accepted.into_inner().event_id.parse().unwrap(),
            Err(refusal) => assert!(Instant::now() < deadline, "event {number} is not accepted: {refusal}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A product that publishes events all the while, whatever happens to Patchbay.
struct Product {
    accepted: Arc<AtomicUsize>,
    publishers: Vec<JoinHandle<Vec<Uuid>>>,
}

impl Product {
    fn start(channel: &Channel, organization_id: i64) -> Self {
        let accepted = Arc::new(AtomicUsize::new(0));
        let publisher = |publisher: usize| {
            let (channel, accepted) = (channel.clone(), accepted.clone());
            tokio::spawn(async move {
                let mut ids = Vec::new();
                for number in (publisher..EVENTS).step_by(PUBLISHERS) {
                    ids.push(publish(channel.clone(), organization_id, number).await);
                    accepted.fetch_add(1, Ordering::Relaxed);
                }
                ids
            })
        };
        let publishers = (0..PUBLISHERS).map(publisher).collect();
        Self { accepted, publishers }
    }

    /// Waits until this share of all events, in percent, has been accepted.
    async fn reaches(&self, percent: usize) {
        eventually(Duration::from_secs(120), "enough events are accepted", async || {
            (self.accepted.load(Ordering::Relaxed) >= EVENTS * percent / 100).then_some(())
        })
        .await;
    }

    /// The ids of all events, once all have been accepted.
    async fn event_ids(self) -> HashSet<Uuid> {
        let mut ids = HashSet::new();
        for publisher in self.publishers {
            ids.extend(publisher.await.unwrap());
        }
        assert_eq!(ids.len(), EVENTS, "each key was accepted once");
        ids
    }
}

/// Exactly the accepted events arrive, and the records say the same: accepted = delivered; nothing pending, dead or dropped.
async fn nothing_is_lost(
    receiver: &Receiver,
    events: &Channel,
    event_ids: &HashSet<Uuid>,
    installation: Uuid,
) {
    let webhooks = eventually(Duration::from_secs(180), "every event arrives", async || {
        let webhooks: Vec<String> = receiver
            .received()
            .iter()
            .filter(|webhook| webhook.header("sentry-hook-resource") == Some("error"))
            .map(|webhook| webhook.header("webhook-id").unwrap().to_owned())
            .collect();
        let distinct: HashSet<&String> = webhooks.iter().collect();
        (distinct.len() >= EVENTS).then_some(webhooks)
    })
    .await;
    let expected: HashSet<String> =
        event_ids.iter().map(|event| delivery_id(*event, installation).to_string()).collect();
    let distinct: HashSet<String> = webhooks.iter().cloned().collect();
    assert_eq!(distinct, expected, "exactly the accepted events arrived");
    eprintln!("{} webhooks for {EVENTS} events: {} duplicates", webhooks.len(), webhooks.len() - EVENTS);

    let outcomes = eventually(Duration::from_secs(120), "the ledger closes", async || {
        let outcomes = ledger(events, event_ids).await?;
        (outcomes.get(&Outcome::Delivered) == Some(&EVENTS)).then_some(outcomes)
    })
    .await;
    assert_eq!(outcomes, BTreeMap::from([(Outcome::Delivered, EVENTS)]));
}

/// An app that takes every webhook, installed; its first webhook has arrived.
async fn installed_app(services: &Services, receiver: &Receiver) -> (i64, Uuid) {
    let organization = services.organization("Acme").await.unwrap();
    let app = services.app(&organization, "Counter", &receiver.url("/webhook")).await.unwrap();
    let installation = services.install(&organization, &app).await.unwrap().parse().unwrap();
    receiver.wait_for(1, Duration::from_secs(30)).await;
    (organization.id, installation)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_accepted_event_is_delivered_although_fanout_sender_and_broker_are_killed() {
    if !servers_installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // The user that runs postgres has to get through.
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let postgres = Postgres::start(&folder.path().join("postgres"), Durability::Full).unwrap();
    let mut rabbitmq = RabbitMq::start(&folder.path().join("rabbitmq")).unwrap();
    let backends = Backends { postgres: postgres.url(), amqp: rabbitmq.url(), bus_prefix: String::new() };
    let mut deployment = Deployment::start(backends, folder.path(), &SOON).await.unwrap();
    let services =
        Services { tracker: deployment.channel("tracker"), installation: deployment.channel("installation") };
    let receiver = Receiver::start().await;
    let (organization_id, installation) = installed_app(&services, &receiver).await;

    let events = deployment.channel("event-fanout");
    let product = Product::start(&events, organization_id);
    product.reaches(20).await;
    deployment.program("event-fanout").kill().unwrap();
    deployment.program("event-fanout").start().unwrap();
    product.reaches(40).await;
    deployment.program("webhook-sender").kill().unwrap();
    deployment.program("webhook-sender").start().unwrap();
    product.reaches(60).await;
    rabbitmq.kill();
    rabbitmq.restart().unwrap();
    product.reaches(80).await;
    deployment.program("webhook-sender").kill().unwrap();
    deployment.program("event-fanout").kill().unwrap();
    deployment.program("webhook-sender").start().unwrap();
    deployment.program("event-fanout").start().unwrap();

    nothing_is_lost(&receiver, &events, &product.event_ids().await, installation).await;
}

/// The process that is everything, with its data below `folder`, and where it is called.
async fn all_in_one(folder: &Path) -> (Program, Channel) {
    let grpc = free_address().unwrap();
    let own = [
        ("DATA_DIR", folder.join("data").display().to_string()),
        ("HTTP_LISTEN", free_address().unwrap().to_string()),
        ("GRPC_LISTEN", grpc.to_string()),
        ("SERVICE_SECRET", "a secret of tests".to_owned()),
    ];
    let soon = SOON.map(|(name, value)| (name, value.to_owned()));
    let variables =
        own.into_iter().chain(soon).map(|(name, value)| (format!("PATCHBAY_{name}"), value)).collect();
    let mut patchbay = Program::new("patchbay", &["up"], folder, variables).unwrap();
    patchbay.start().unwrap();
    patchbay.ready().await.unwrap();
    let security = Security::secret(SecretString::new("a secret of tests"));
    (patchbay, Target::Url(format!("http://{grpc}")).channel(&security).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_accepted_event_is_delivered_although_the_all_in_one_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut patchbay, channel) = all_in_one(folder.path()).await;
    let services = Services { tracker: channel.clone(), installation: channel.clone() };
    let receiver = Receiver::start().await;
    let (organization_id, installation) = installed_app(&services, &receiver).await;

    let product = Product::start(&channel, organization_id);
    for percent in [20, 50, 80] {
        product.reaches(percent).await;
        patchbay.kill().unwrap();
        patchbay.start().unwrap();
    }
    nothing_is_lost(&receiver, &channel, &product.event_ids().await, installation).await;
}

/// A project of `acme` with so many issues; its number.
async fn project(channel: &Channel, name: &str, issues: usize) -> i64 {
    let wanted =
        CreateProjectRequest { organization: "acme".into(), name: name.into(), ..Default::default() };
    let project =
        ProjectsClient::new(channel.clone()).create_project(request(wanted)).await.unwrap().into_inner();
    for first in (0..issues).step_by(1000) {
        let error = |n: usize| format!(r#"{{"message":"boom {n}","user":{{"id":{n}}},"release":"1"}}"#);
        let events = (first..issues.min(first + 1000)).map(|n| NewEvent { event_json: error(n).into() });
        let (organization, project) = ("acme".to_owned(), project.slug.clone());
        let errors = RecordErrorRequest { organization, project, events: events.collect() };
        IssuesClient::new(channel.clone()).record_error(request(errors)).await.unwrap();
    }
    project.id
}

/// Tables with this column.
async fn tables_with(db: &Db, column: &str) -> Vec<String> {
    db.query(
        "select t.name from sqlite_schema t, pragma_table_info(t.name) c where t.type = 'table' and c.name = $1",
    )
    .bind(column)
    .fetch_scalars()
    .await
    .unwrap()
}

async fn count(db: &Db, text: String) -> i64 {
    db.query(AssertSqlSafe(text)).fetch_scalar().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_being_removed_is_gone_to_the_last_row_although_the_process_is_killed_meanwhile() {
    static NONE_OF_OURS: Migrations = Migrations::new(&[]);
    const ISSUES: usize = 5_000;
    let folder = tempfile::tempdir().unwrap();
    let (mut patchbay, channel) = all_in_one(folder.path()).await;
    let services = Services { tracker: channel.clone(), installation: channel.clone() };
    services.organization("Acme").await.unwrap();
    let doomed = project(&channel, "Doomed", ISSUES).await;
    let other = project(&channel, "Other", 50).await;

    let config = DbConfig::new(format!("sqlite:{}", folder.path().join("data").display()));
    let db = Db::connect(&config, "tracker", &NONE_OF_OURS).await.unwrap();
    let of_projects = tables_with(&db, "project_id").await;
    let of_issues = tables_with(&db, "issue_id").await;
    let of_project = async |id: i64| {
        let mut rows = BTreeMap::new();
        for table in &of_projects {
            rows.insert(
                table.clone(),
                count(&db, format!("select count(*) from {table} where project_id = {id}")).await,
            );
        }
        rows
    };
    let kept = of_project(other).await;
    let issues =
        async || count(&db, format!("select count(*) from issues where project_id = {doomed}")).await;

    let delete = DeleteProjectRequest { organization: "acme".into(), project: "doomed".into() };
    ProjectsClient::new(channel.clone()).delete_project(request(delete)).await.unwrap();
    let mut killed_at = Vec::new();
    for most in [4_999, 2_500] {
        eventually(Duration::from_secs(120), "it is being removed", async || {
            (issues().await <= most).then_some(())
        })
        .await;
        patchbay.kill().unwrap();
        killed_at.push(issues().await);
        patchbay.start().unwrap();
    }
    assert!(killed_at.iter().all(|left| *left > 0), "it was killed in the middle of it: {killed_at:?}");
    eventually(Duration::from_secs(120), "nothing is left", async || {
        let is_there = count(&db, format!("select count(*) from projects where id = {doomed}")).await;
        (is_there == 0).then_some(())
    })
    .await;
    assert!(of_project(doomed).await.values().all(|rows| *rows == 0), "{:?}", of_project(doomed).await);
    for table in of_issues {
        let orphans =
            count(&db, format!("select count(*) from {table} where issue_id not in (select id from issues)"))
                .await;
        assert_eq!(orphans, 0, "{table}");
    }
    assert_eq!(of_project(other).await, kept, "nothing of another project is touched");
    db.close().await;
}

/// How many events have which outcome; `None` while a service cannot be asked.
async fn ledger(channel: &Channel, event_ids: &HashSet<Uuid>) -> Option<BTreeMap<Outcome, usize>> {
    let mut events = EventsClient::new(channel.clone());
    let mut outcomes = BTreeMap::new();
    for event in event_ids {
        let asked = request(ExplainRequest { event_id: event.to_string(), organization_id: 0 });
        let explained = events.explain(asked).await.ok()?.into_inner();
        for decision in explained.decisions {
            *outcomes.entry(decision.outcome()).or_default() += 1;
        }
    }
    Some(outcomes)
}
