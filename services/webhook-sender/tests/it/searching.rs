use patchbay_bus::{Bus, BusConfig};
use patchbay_proto::webhook_sender::*;
use patchbay_testkit::Receiver;
use patchbay_testkit::database::each_engine;
use patchbay_testkit::receiver::Answer;
use patchbay_webhook_sender::MIGRATIONS;

use crate::running::Running;

#[tokio::test]
async fn the_log_is_searched_by_all_that_is_known_of_a_request() {
    each_engine(&MIGRATIONS, |db| async move {
        let mut running = Running::stopped_on(db, Bus::in_process(&BusConfig::default()), &[]);
        running.start_again().await;
        let receiver = Receiver::start().await;
        let (one, two) = (running.app(1, &receiver).await, running.app(1, &receiver).await);
        receiver.answer_next([
            Answer::status(200).body("fine"),
            Answer::status(500).header("Sentry-Hook-Error", "abc").header("Sentry-Hook-Project", "9"),
            Answer::status(404).body("lost"),
        ]);
        let webhooks = [running.webhook(1, one), running.webhook(1, two), running.webhook(1, one)];
        for (sequence, webhook) in (1..).zip(&webhooks) {
            let body = format!(r#"{{"data":{{"word":"needle{sequence}"}}}}"#).into();
            let webhook = Delivery { sequence, body, ..webhook.clone() };
            running.deliver(&webhook).await;
        }
        let list = async |wanted: ListRequestsRequest| {
            let wanted = ListRequestsRequest { app: "1".into(), ..wanted };
            let listed = running.webhooks.clone().list_requests(patchbay_rpc::request(wanted)).await;
            listed.unwrap().into_inner()
        };
        let sequences = async |wanted: ListRequestsRequest| {
            let mut sequences: Vec<_> =
                list(wanted).await.requests.iter().map(|request| request.sequence).collect();
            sequences.sort_unstable();
            sequences
        };
        let any = ListRequestsRequest::default;
        let cases = [
            (any(), vec![1, 2, 3]),
            (ListRequestsRequest { installation_uuid: one.to_string(), ..any() }, vec![1, 3]),
            (
                ListRequestsRequest { min_response_code: Some(400), max_response_code: Some(499), ..any() },
                vec![3],
            ),
            (ListRequestsRequest { errors_only: true, ..any() }, vec![2, 3]),
            (ListRequestsRequest { text: "needle1".into(), ..any() }, vec![1]),
            (ListRequestsRequest { text: "needle2".into(), ..any() }, vec![2]),
            (ListRequestsRequest { text: "fine".into(), ..any() }, vec![1]),
            (ListRequestsRequest { text: "Needle1".into(), ..any() }, vec![]),
            (ListRequestsRequest { event_type: "issue.resolved".into(), ..any() }, vec![]),
            (ListRequestsRequest { event_type: "issue.created".into(), ..any() }, vec![1, 2, 3]),
        ];
        for (wanted, expected) in cases {
            assert_eq!(sequences(wanted.clone()).await, expected, "{wanted:?}");
        }
        let whole = list(ListRequestsRequest { with_bodies: true, ..any() }).await;
        let first = whole.requests.iter().find(|request| request.sequence == 1).unwrap();
        assert_eq!(first.request_body, r#"{"data":{"word":"needle1"}}"#);
        assert_eq!((first.response_body.as_str(), &first.app_error), ("fine", &None));
        let second = whole.requests.iter().find(|request| request.sequence == 2).unwrap();
        let named = AppError { error_id: "abc".into(), project_id: "9".into() };
        assert_eq!(second.app_error, Some(named));
        // Sentry's own list shows no bodies of what went well.
        let plain = list(any()).await;
        assert!(plain.requests.iter().all(|it| it.request_body.is_empty() == (it.sequence == 1)));

        let mut paged = Vec::new();
        let mut page = String::new();
        loop {
            let answer = list(ListRequestsRequest { limit: 1, page, ..any() }).await;
            paged.extend(answer.requests.iter().map(|request| request.delivery_id.clone()));
            page = answer.next_page;
            if page.is_empty() {
                break;
            }
        }
        let all: Vec<_> = plain.requests.iter().map(|request| request.delivery_id.clone()).collect();
        assert_eq!(paged, all);
        running.stop().await;
    })
    .await;
}
