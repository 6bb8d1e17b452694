use patchbay_bus::{Bus, BusConfig};
use patchbay_db::DbConfig;
use patchbay_proto::installation::{InstallationStatus, Subscription};
use uuid::Uuid;

use crate::peers::{known, part};
use crate::requests::{installation, issue_created, subscription};
use crate::service::{Service, config, database, deliveries, run, start};

/// Who gets an event now.
async fn receivers(service: &Service, count: usize) -> Vec<Uuid> {
    service.publish(issue_created()).await.unwrap();
    let delivered = deliveries(&mut service.sender(), count).await;
    delivered.iter().map(|one| Uuid::from_slice(&one.installation_id).unwrap()).collect()
}

#[tokio::test]
async fn the_service_is_ready_once_the_first_snapshot_is_complete() {
    let db = database(&DbConfig::new("sqlite::memory:")).await;
    let mut service = start(db, Bus::in_process(&BusConfig::default()), 0, config()).await;
    let stream = service.next_stream().await;
    stream.send(part(vec![subscription(1)])).unwrap();
    assert!(!service.readiness.report(false).await.ready);
    stream.send(known(5, vec![subscription(2)])).unwrap();
    service.version(5).await;
    assert!(service.readiness.report(false).await.ready);
    assert_eq!(receivers(&service, 2).await, [installation(1), installation(2)]);
}

#[tokio::test]
async fn changes_take_effect_in_their_order() {
    let service = run(vec![subscription(1), subscription(2)]).await;
    let stream = service.stream.clone().unwrap();
    let removed = Subscription { status: InstallationStatus::PendingDeletion.into(), ..subscription(1) };
    stream.send(known(2, vec![removed, subscription(3)])).unwrap();
    service.version(2).await;
    assert_eq!(receivers(&service, 2).await, [installation(2), installation(3)]);
    stream.send(known(3, vec![Subscription { events: vec![], ..subscription(3) }])).unwrap();
    service.version(3).await;
    assert_eq!(receivers(&service, 1).await, [installation(2)]);
}

#[tokio::test]
async fn a_lost_stream_is_opened_again_and_the_old_index_serves_until_the_new_snapshot_is_complete() {
    let mut service = run(vec![subscription(1), subscription(2)]).await;
    service.stream = None;
    let stream = service.next_stream().await;
    stream.send(part(vec![subscription(3)])).unwrap();
    assert_eq!(receivers(&service, 2).await, [installation(1), installation(2)]);
    assert!(service.readiness.report(false).await.ready);
    stream.send(known(9, vec![subscription(2)])).unwrap();
    service.version(9).await;
    assert_eq!(receivers(&service, 2).await, [installation(2), installation(3)]);
}
