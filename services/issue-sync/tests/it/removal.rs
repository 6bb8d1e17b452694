use patchbay_domain::Role;
use patchbay_proto::issue_sync::DeleteIntegrationRequest;
use patchbay_provider::{Failure, Kind, Ticket};
use patchbay_rpc::request_as;
use patchbay_testkit::eventually;
use serde_json::json;

use crate::service::{SOON, Service, each, reason, user};

const TABLES: [&str; 6] =
    ["integrations", "organization_integrations", "identities", "external_issues", "issue_links", "health"];

async fn rows(service: &Service) -> i64 {
    let mut rows = 0;
    for table in TABLES {
        let text = patchbay_db::AssertSqlSafe(format!("select count(*) from {table}"));
        rows += service.db.query(text).fetch_scalar::<i64>().await.unwrap();
    }
    rows
}

fn remove(service: &Service, id: i64) -> DeleteIntegrationRequest {
    DeleteIntegrationRequest { organization: service.acme.slug.clone(), id }
}

#[tokio::test]
async fn everything_goes_with_the_last_organization_even_if_the_tracker_is_down() {
    each(|service| async move {
        for is_down in [false, true] {
            let (integration, issue) = (service.installed().await, service.issue("shop").await);
            service
                .slate
                .world()
                .tickets
                .insert("OPS-7".to_owned(), Ticket { key: "OPS-7".to_owned(), ..Ticket::default() });
            service
                .link(&service.member(), &issue, &integration, json!({"externalIssue": "OPS-7"}))
                .await
                .unwrap();
            let mut client = service.integrations.clone();
            let message = remove(&service, integration.id);
            let denied = client.delete_integration(request_as(&service.member(), message.clone())).await;
            assert_eq!(reason(denied), "PERMISSION_DENIED");
            if is_down {
                service.slate.world().fails =
                    Some(Failure::new(Kind::Unreachable, "Unable to reach host: slate.test"));
            }
            client.delete_integration(request_as(&service.manager(), message)).await.unwrap();
            eventually(SOON, "everything is gone", async || (rows(&service).await == 0).then_some(())).await;
            assert_eq!(service.slate.world().webhooks.len(), usize::from(is_down));
        }
        let events = ["INTEGRATION_ADD", "INTEGRATION_REMOVE", "INTEGRATION_ADD", "INTEGRATION_REMOVE"];
        service.audit.expect(&events).await;
    })
    .await;
}

#[tokio::test]
async fn another_organization_keeps_the_account() {
    each(|service| async move {
        // One person manages both organizations.
        let manager = service.manager();
        let integration = service.installed().await;
        let there = user(900, &service.other, Role::Manager);
        let same = service.installed_in(&there, &service.other).await;
        assert_eq!(integration.id, same.id);
        let mut client = service.integrations.clone();
        client.delete_integration(request_as(&manager, remove(&service, integration.id))).await.unwrap();
        eventually(SOON, "one use is left", async || {
            let uses: i64 = service
                .db
                .query("select count(*) from organization_integrations")
                .fetch_scalar()
                .await
                .unwrap();
            (uses == 1).then_some(())
        })
        .await;
        let left: i64 = service.db.query("select count(*) from integrations").fetch_scalar().await.unwrap();
        assert_eq!(left, 1);
        assert!(!service.slate.world().webhooks.is_empty(), "the webhook stays");
    })
    .await;
}
