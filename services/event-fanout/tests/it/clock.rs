//! Clocks that are set.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use patchbay_testkit::{eventually, while_time_passes};

use crate::requests::{issue_created, subscription};
use crate::service::{SOON, event_ids, next_batch, run};

#[tokio::test]
async fn what_was_not_handed_over_is_handed_over_again_also_when_the_clock_was_set_back() {
    let service = run(vec![subscription(1)]).await;
    let accepted = service.publish(issue_created()).await.unwrap();
    let mut sender = service.sender();
    sender.next().await.unwrap().reject();
    let in_flight = &service.metrics.in_flight;
    eventually(SOON, "it is let go", async || (in_flight.get() == 0).then_some(())).await;
    service.clock.set(TimeDelta::hours(-1));
    // 600 seconds at most, so it does not wait until the clock has made up for the hour.
    let next = next_batch(&mut sender);
    let batch =
        while_time_passes(&service.clock, Duration::from_secs(1), "the event comes again", next).await;
    assert!(batch.replay);
    service.marked(&accepted.event_id).await;
}

#[tokio::test]
async fn what_is_being_handed_over_is_left_alone_although_the_clock_was_set_on_by_a_day() {
    let service = run(vec![subscription(1)]).await;
    let slow = service.publish(issue_created()).await.unwrap();
    let mut sender = service.sender();
    let held = sender.next().await.unwrap();
    service.clock.set(TimeDelta::days(1));
    for _ in 0..3 {
        service.clock.advance(Duration::from_secs(2));
        let other = service.publish(issue_created()).await.unwrap();
        let batch = next_batch(&mut sender).await;
        assert_eq!(event_ids(&batch.deliveries), BTreeSet::from([other.event_id]), "and nothing again");
    }
    assert_eq!(service.metrics.recovered.get(), 0);
    held.ack();
    service.marked(&slow.event_id).await;
}
