//! A webhook that cannot be sent as it came, or recorded: it is set aside alone, seen, and can be sent again.

use std::time::Duration;

use bytes::Bytes;
use patchbay_bus::{Bus, BusConfig, Queue};
use patchbay_domain::Caller;
use patchbay_proto::webhook_sender::{
    Delivery, DeliveryStatus, ListPoisonMessagesRequest, ListPoisonMessagesResponse, ResendRequest,
};
use patchbay_testkit::audit::AuditTrail;
use patchbay_testkit::bus::each_bus_with;
use patchbay_testkit::database::each_engine;
use patchbay_testkit::receiver::Answer;
use patchbay_testkit::{Receiver, eventually};
use patchbay_webhook_sender::MIGRATIONS;
use uuid::Uuid;

use crate::running::{Running, SOON};

async fn poison(running: &Running) -> ListPoisonMessagesResponse {
    let request = patchbay_rpc::request_as(&Caller::Operator, ListPoisonMessagesRequest::default());
    running.webhooks.clone().list_poison_messages(request).await.unwrap().into_inner()
}

/// Sends the webhook again by hand and waits until it arrives.
async fn arrives_when_sent_again(running: &Running, webhook: &Delivery) {
    let delivery_id = Uuid::from_slice(&webhook.delivery_id).unwrap().to_string();
    let request = patchbay_rpc::request(ResendRequest { delivery_id });
    running.webhooks.clone().resend(request).await.unwrap();
    running.until(webhook, DeliveryStatus::Delivered).await;
}

#[tokio::test]
async fn a_webhook_that_cannot_be_sent_as_it_came_is_given_up_alone_and_its_neighbours_arrive() {
    each_engine(&MIGRATIONS, |db| async move {
        let bus = Bus::in_process(&BusConfig::default());
        let _trail = AuditTrail::follow(&bus);
        let (mut running, receiver) = (Running::stopped_on(db, bus, &[]), Receiver::start().await);
        running.start_again().await;
        let installation = running.app(1, &receiver).await;
        let mut webhooks: Vec<_> = (0..10).map(|_| running.webhook(1, installation)).collect();
        webhooks[3].ordering_key = "a\0b".into();
        webhooks[5].traceparent = "\0".into();
        webhooks[7].accepted_at_micros = i64::MAX;
        let unfit =
            [(3, "malformed_ordering_key"), (5, "malformed_traceparent"), (7, "malformed_accepted_at")];
        // Confirmed: it never comes again.
        running.publish(&webhooks).await.await.unwrap();
        for (position, webhook) in webhooks.iter().enumerate() {
            match unfit.iter().find(|(at, _)| *at == position) {
                None => drop(running.until(webhook, DeliveryStatus::Delivered).await),
                Some((_, reason)) => {
                    assert_eq!(running.until(webhook, DeliveryStatus::Dead).await.reason, *reason);
                }
            }
        }
        assert_eq!(receiver.received().len(), 7);
        for (position, _) in unfit {
            arrives_when_sent_again(&running, &webhooks[position]).await;
        }
        assert!(poison(&running).await.messages.is_empty());
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_event_fanout_accepts_is_stored_and_sent_however_odd_it_is() {
    each_engine(&MIGRATIONS, |db| async move {
        let bus = Bus::in_process(&BusConfig::default());
        let (mut running, receiver) = (Running::stopped_on(db, bus, &[]), Receiver::start().await);
        running.start_again().await;
        let installation = running.app(1, &receiver).await;
        let bodies = [
            r#"{"data":{"\u0000":"\u0000 \ud83d\ude00 \ud800"}}"#.to_owned(),
            "{\"data\":\"\u{2028}\u{feff}\u{ffff}🔑\"}".to_owned(),
            format!(r#"{{"data":"{}"}}"#, "é".repeat(500_000)),
            String::new(),
        ];
        for body in bodies {
            let webhook = Delivery {
                body: Bytes::from(body),
                ordering_key: "ключ 🔑 \u{202e}\u{fffd}".repeat(10),
                organization_id: i64::MAX,
                sequence: i64::MAX,
                traceparent: format!("00-{:032x}-{:016x}-00", 1, 2),
                ..running.webhook(1, installation)
            };
            receiver.respond_next([500]);
            running.deliver(&webhook).await;
            assert_eq!(running.until(&webhook, DeliveryStatus::Pending).await.attempts, 1);
            running.hand.advance(Duration::from_secs(7));
            running.until(&webhook, DeliveryStatus::Delivered).await;
        }
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_delivery_that_does_not_say_what_it_is_becomes_a_dead_letter_and_its_neighbours_arrive() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    let mut webhooks: Vec<_> = (0..3).map(|_| running.webhook(1, installation)).collect();
    webhooks[1].delivery_id = Bytes::from_static(b"short");
    running.publish(&webhooks).await.await.unwrap_err();
    for position in [0, 2] {
        running.until(&webhooks[position], DeliveryStatus::Delivered).await;
    }
    running.hand.advance(Duration::from_secs(60));
    let listed = poison(&running).await;
    assert_eq!(listed.messages.len(), 1, "it stays to be looked at");
    assert_eq!((listed.messages[0].reason.as_str(), receiver.received().len()), ("rejected", 2));
}

#[tokio::test]
async fn the_webhooks_of_a_message_that_the_bus_gave_up_are_seen_as_dead_and_can_be_sent_again() {
    let limit = BusConfig { delivery_limit: 1, ..BusConfig::default() };
    each_bus_with(limit, |bus| async move {
        let _trail = AuditTrail::follow(&bus);
        let mut running = Running::stopped(&[]).await;
        running.bus = bus.clone();
        let receiver = Receiver::start().await;
        let installation = running.app(1, &receiver).await;
        let webhooks = [running.webhook(1, installation), running.webhook(1, installation)];
        let confirm = running.publish(&webhooks).await;
        let mut consumer = bus.consume(Queue::WebhookSender, 1);
        for _ in 0..2 {
            consumer.next().await.unwrap().retry();
        }
        drop((consumer, confirm));
        eventually(SOON, "the message is a dead letter", async || {
            (!bus.dead_letters(Queue::WebhookSender, 1).await.unwrap().is_empty()).then_some(())
        })
        .await;
        running.start_again().await;
        for webhook in &webhooks {
            let dead = eventually(SOON, "the webhook is seen as dead", async || {
                running.hand.advance(Duration::from_secs(10));
                running.state(webhook).await.filter(|state| state.status() == DeliveryStatus::Dead)
            });
            assert_eq!(dead.await.reason, "bus_delivery_limit");
        }
        eventually(SOON, "the bus keeps nothing of it", async || {
            poison(&running).await.messages.is_empty().then_some(())
        })
        .await;
        assert!(receiver.received().is_empty());
        for webhook in &webhooks {
            arrives_when_sent_again(&running, webhook).await;
        }
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_row_that_storage_refuses_does_not_keep_the_others_from_being_recorded() {
    each_engine(&MIGRATIONS, |db| async move {
        // Stands for anything that the engine does not take of what an app answered.
        let refuse = db.query_per_engine(
            "alter table attempts add constraint unfit check (response_body is distinct from 'unfit')",
            "create trigger unfit before insert on attempts when new.response_body = 'unfit'
             begin select raise(abort, 'unfit'); end",
        );
        refuse.execute().await.unwrap();
        let bus = Bus::in_process(&BusConfig::default());
        let (mut running, receiver) = (Running::stopped_on(db, bus, &[]), Receiver::start().await);
        running.start_again().await;
        let installation = running.app(1, &receiver).await;
        receiver.answer_next([Answer::status(500).body("unfit")]);
        let webhooks: Vec<_> = (0..5).map(|_| running.webhook(1, installation)).collect();
        running.publish(&webhooks).await.await.unwrap();
        let mut states = Vec::new();
        for webhook in &webhooks {
            states.push(running.state(webhook).await.unwrap().status());
        }
        let delivered = states.iter().filter(|status| **status == DeliveryStatus::Delivered).count();
        let pending = states.iter().filter(|status| **status == DeliveryStatus::Pending).count();
        assert_eq!((delivered, pending), (4, 1));
        assert_eq!(running.requests(1).await.len(), 5, "the attempt is in the log without the answer");
        running.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_sender_that_records_nothing_is_not_ready_and_ready_again_when_it_does() {
    let settings = [("DELIVERY_STALL_AFTER", "100ms"), ("WEBHOOK_TIMEOUT", "500ms")];
    let (running, receiver) = (Running::with(&settings).await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    let is_ready = async |expected: bool| {
        eventually(SOON, "readiness follows", async || {
            let report = running.readiness.report(false).await;
            (report.checks["webhook-sender-progress"].ok == expected).then_some(())
        })
        .await;
    };
    is_ready(true).await;
    // No other connection can write while this transaction is open.
    let writing = running.db.begin().await.unwrap();
    let confirm = running.publish(std::slice::from_ref(&webhook)).await;
    is_ready(false).await;
    drop(writing);
    confirm.await.unwrap();
    is_ready(true).await;
}

#[tokio::test]
async fn an_endpoint_that_is_kept_waiting_does_not_make_the_sender_unready() {
    let settings =
        [("DELIVERY_STALL_AFTER", "1s"), ("WEBHOOK_TIMEOUT", "500ms"), ("BREAKER_MIN_FAILURES", "1")];
    let (running, receiver) = (Running::with(&settings).await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    receiver.respond_next([500; 100]);
    for _ in 0..3 {
        running.publish(&[running.webhook(1, installation)]).await.await.unwrap();
    }
    for _ in 0..30 {
        running.hand.advance(Duration::from_secs(10));
        let report = running.readiness.report(false).await;
        assert!(report.checks["webhook-sender-progress"].ok, "{report:?}");
    }
}
