use patchbay_bus::{Message, Topic};
use patchbay_proto::tracker::issue_change::Change;
use patchbay_proto::tracker::{Issue, IssueChange, IssueDeleted};
use patchbay_provider::Ticket;
use prost::Message as _;
use serde_json::json;

use crate::service::{Service, each};

async fn deleted(service: &Service, issue: &Issue) {
    let change = IssueChange {
        issue_id: issue.id,
        change: Some(Change::Deleted(IssueDeleted {})),
        ..Default::default()
    };
    let message = Message::new("deleted", change.encode_to_vec());
    service.bus.publish(Topic::IssueChanges, message).await.unwrap().await.unwrap();
}

async fn rows(service: &Service) -> (i64, i64) {
    let links = service.db.query("select count(*) from issue_links").fetch_scalar().await.unwrap();
    let tickets = service.db.query("select count(*) from external_issues").fetch_scalar().await.unwrap();
    (links, tickets)
}

#[tokio::test]
async fn a_deleted_issue_takes_its_links_and_the_tickets_that_no_other_issue_has() {
    each(|service| async move {
        let integration = service.installed().await;
        let (first, second) = (service.issue("shop").await, service.issue("shop").await);
        for (issue, key) in [(&first, "S-1"), (&first, "S-2"), (&second, "S-1")] {
            let ticket =
                Ticket { key: key.to_owned(), title: "Printer on fire".to_owned(), ..Ticket::default() };
            service.slate.world().tickets.insert(key.to_owned(), ticket);
            let fields = json!({ "externalIssue": key });
            service.link(&service.member(), issue, &integration, fields).await.unwrap();
        }
        assert_eq!(rows(&service).await, (3, 2));

        deleted(&service, &first).await;
        // The in-process bus confirms a message when it is acknowledged, which is when its effect is durable.
        assert_eq!(rows(&service).await, (1, 1), "S-1 is still linked");
        deleted(&service, &first).await;
        deleted(&service, &second).await;
        assert_eq!(rows(&service).await, (0, 0));
    })
    .await;
}
