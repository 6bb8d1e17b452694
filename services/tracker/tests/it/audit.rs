use std::time::Duration;

use patchbay_audit::Entry;
use patchbay_bus::{Message, Queue, Topic};
use patchbay_db::OutboxMessage;
use patchbay_domain::{AuditEvent, Caller, Role, Scope};
use patchbay_proto::tracker::{
    AuditActorKind, AuditEntry, ListEntriesRequest, RemoveMemberRequest, UpdateOrganizationRequest,
};
use patchbay_rpc::{for_client_at, request, request_as, timestamp};
use patchbay_testkit::eventually;

use crate::service::{SOON, Service, app, each, now, reason, user};

fn of_acme() -> ListEntriesRequest {
    ListEntriesRequest { organization: "acme".to_owned(), ..Default::default() }
}

async fn list(tracker: &Service, asked: ListEntriesRequest) -> Vec<AuditEntry> {
    tracker.audit().list_entries(request(asked)).await.unwrap().into_inner().entries
}

/// The audit log of acme, newest first, when it has `count` entries.
async fn log(tracker: &Service, count: usize) -> Vec<AuditEntry> {
    eventually(SOON, "the entries are stored", async || {
        Some(list(tracker, of_acme()).await).filter(|entries| entries.len() >= count)
    })
    .await
}

fn message(outbox: OutboxMessage) -> Message {
    Message { key: outbox.key, body: outbox.body, headers: outbox.headers }
}

#[tokio::test]
async fn every_change_has_an_audit_entry_with_its_author() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let (ada, owner) = tracker.member("acme", "ada@example.com", "owner").await;
        let (bob, _) = tracker.member("acme", "bob@example.com", "member").await;
        let mut directory = tracker.directory();
        let renamed = UpdateOrganizationRequest {
            organization: "acme".into(),
            name: Some("Acme Inc.".into()),
            ..Default::default()
        };
        for _ in 0..2 {
            directory.update_organization(request_as(&owner, renamed.clone())).await.unwrap();
        }
        let removed = RemoveMemberRequest { organization: "acme".into(), user_id: bob };
        directory.remove_member(request_as(&owner, removed)).await.unwrap();

        let entries = log(&tracker, 5).await;
        let published: Vec<_> = entries.iter().map(|entry| entry.event.as_str()).collect();
        let expected = ["MEMBER_REMOVE", "ORG_EDIT", "MEMBER_ADD", "MEMBER_ADD", "ORG_ADD"];
        assert_eq!(published, expected, "ineffective changes have no entry");
        let actor = entries[0].actor.clone().unwrap();
        assert_eq!((actor.kind(), actor.id, actor.label.as_str()), (AuditActorKind::User, ada, "Ada"));
        assert_eq!(entries[0].target_id, bob.to_string());
        assert_eq!(entries[1].data_json, br#"{"name":"Acme Inc."}"#);
        assert!(entries.windows(2).all(|pair| pair[0].number > pair[1].number));
        let page = tracker.audit().list_entries(request(of_acme())).await.unwrap().into_inner();
        let mut named: Vec<_> = page.users.iter().map(|user| user.id).collect();
        named.sort_unstable();
        assert_eq!(named, [ada, bob]);
    })
    .await;
}

#[tokio::test]
async fn where_the_client_is_goes_with_the_call_into_the_log() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let rename = async |name: &str| {
            let asked = UpdateOrganizationRequest {
                organization: "acme".into(),
                name: Some(name.to_owned()),
                ..Default::default()
            };
            tracker.directory().update_organization(request(asked)).await.unwrap();
        };
        for address in ["192.0.2.7", "2001:db8::1:7"] {
            for_client_at(address.parse().ok(), rename(address)).await;
        }
        let entries = log(&tracker, 3).await;
        let addresses: Vec<_> = entries.iter().map(|entry| entry.client_address.as_str()).collect();
        assert_eq!(addresses, ["2001:db8::1:7", "192.0.2.7", ""]);
    })
    .await;
}

#[tokio::test]
async fn an_entry_that_comes_twice_is_kept_once_and_one_that_cannot_be_read_is_set_aside() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        let entry = Entry::new(AuditEvent::SentryAppInstall, acme.id, &Caller::Operator, now()).target(
            "installation",
            "a8e5d37a",
            "ACME",
        );
        let message = message(entry.into_message());
        for _ in 0..3 {
            tracker.bus.publish(Topic::Audit, message.clone()).await.unwrap().await.unwrap();
        }
        let broken = tracker.bus.publish(Topic::Audit, Message::new("ORG_EDIT", "\u{1}nonsense")).await;
        broken.unwrap().await.unwrap_err();
        assert_eq!(tracker.bus.dead_letters(Queue::Tracker, 10).await.unwrap().len(), 1);

        let published: Vec<_> = log(&tracker, 2).await.into_iter().map(|entry| entry.event).collect();
        assert_eq!(published.len(), 2);
        assert!(
            published.contains(&"SENTRY_APP_INSTALL".to_owned()) && published.contains(&"ORG_ADD".to_owned())
        );
    })
    .await;
}

#[tokio::test]
async fn the_log_is_searched_by_event_person_and_time_and_read_in_pages() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        let ada = user(&acme, Role::Owner);
        let hour = chrono::TimeDelta::hours(1);
        for (event, caller, age) in [
            (AuditEvent::SentryAppAdd, &ada, 3),
            (AuditEvent::SentryAppEdit, &Caller::Operator, 2),
            (AuditEvent::SentryAppEdit, &ada, 1),
        ] {
            let entry = Entry::new(event, acme.id, caller, now() - hour * age);
            let published = tracker.bus.publish(Topic::Audit, message(entry.into_message())).await;
            published.unwrap().await.unwrap();
        }
        log(&tracker, 4).await;
        let events = async |asked| -> Vec<String> {
            list(&tracker, asked).await.into_iter().map(|entry| entry.event).collect()
        };
        let edits = ["SENTRY_APP_EDIT", "SENTRY_APP_EDIT"];
        for name in ["SENTRY_APP_EDIT", "sentry-app.edit"] {
            assert_eq!(events(ListEntriesRequest { event: name.into(), ..of_acme() }).await, edits);
        }
        let by_ada = ListEntriesRequest { actor_user_id: 1, ..of_acme() };
        assert_eq!(events(by_ada).await, ["SENTRY_APP_EDIT", "SENTRY_APP_ADD"]);
        let between = ListEntriesRequest {
            since: Some(timestamp::to_wire(now() - hour * 2)),
            until: Some(timestamp::to_wire(now())),
            ..of_acme()
        };
        assert_eq!(events(between).await, edits);
        let page = ListEntriesRequest { offset: 3, limit: 1, ..of_acme() };
        assert_eq!(events(page).await, ["SENTRY_APP_ADD"]);
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_is_for_managers_and_owners() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        let initech = tracker.organization("Initech").await;
        for (caller, expected) in [
            (user(&acme, Role::Owner), "OK"),
            (user(&acme, Role::Manager), "OK"),
            (user(&acme, Role::Admin), "PERMISSION_DENIED"),
            (user(&acme, Role::Member), "PERMISSION_DENIED"),
            (app(&acme, Scope::ALL), "PERMISSION_DENIED"),
            (user(&initech, Role::Owner), "PERMISSION_DENIED"),
            (Caller::Anonymous, "PERMISSION_DENIED"),
            (Caller::Operator, "OK"),
        ] {
            let answer = tracker.audit().list_entries(request_as(&caller, of_acme())).await;
            assert_eq!(reason(answer), expected, "{caller:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn old_entries_are_forgotten() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        log(&tracker, 1).await;
        let ancient = now() - chrono::TimeDelta::days(731);
        let entry = Entry::new(AuditEvent::OrgEdit, acme.id, &Caller::Operator, ancient);
        let published = tracker.bus.publish(Topic::Audit, message(entry.into_message())).await;
        published.unwrap().await.unwrap();
        assert_eq!(log(&tracker, 2).await.len(), 2);

        tracker.clock.advance(Duration::from_secs(3600));
        eventually(SOON, "the old entry is forgotten", async || {
            let left = list(&tracker, of_acme()).await;
            (left.len() == 1 && left[0].event == "ORG_ADD").then_some(())
        })
        .await;
    })
    .await;
}
