//! Clocks that are set.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use patchbay_testkit::{eventually, while_time_passes};

use crate::requests::{issue_created, subscription};
use crate::started::{DEADLINE, event_ids, next_batch, started};

#[tokio::test]
async fn what_was_not_handed_over_is_handed_over_again_also_when_the_clock_was_set_back() {
    let started = started(vec![subscription(1)]).await;
    let accepted = started.publish(issue_created()).await.unwrap();
    let mut sender = started.sender();
    sender.next().await.unwrap().reject();
    let in_flight = &started.metrics.in_flight;
    eventually(DEADLINE, "it is let go", async || (in_flight.get() == 0).then_some(())).await;
    started.time.set(TimeDelta::hours(-1));
    // 600 seconds at most, so it does not wait until the clock has made up for the hour.
    let next = next_batch(&mut sender);
    let batch = while_time_passes(&started.time, Duration::from_secs(1), "the event comes again", next).await;
    assert!(batch.replay);
    started.marked(&accepted.event_id).await;
}

#[tokio::test]
async fn what_is_being_handed_over_is_left_alone_although_the_clock_was_set_on_by_a_day() {
    let started = started(vec![subscription(1)]).await;
    let slow = started.publish(issue_created()).await.unwrap();
    let mut sender = started.sender();
    let held = sender.next().await.unwrap();
    started.time.set(TimeDelta::days(1));
    for _ in 0..3 {
        started.time.advance(Duration::from_secs(2));
        let other = started.publish(issue_created()).await.unwrap();
        let batch = next_batch(&mut sender).await;
        assert_eq!(event_ids(&batch.deliveries), BTreeSet::from([other.event_id]), "and nothing again");
    }
    assert_eq!(started.metrics.recovered.get(), 0);
    held.ack();
    started.marked(&slow.event_id).await;
}
