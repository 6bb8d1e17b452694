//! Mail about endpoints that fail too often (section 6.10).

use std::time::Duration;

use patchbay_domain::{Caller, Role, UserCaller};
use patchbay_proto::installation::{App, ReportOutageRequest};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::{AddMemberRequest, RemoveMemberRequest, UpdateUserRequest};
use patchbay_rpc::{request, request_as, timestamp};

use crate::callers::{membership, stranger};
use crate::service::{Service, each, now, public, reason, update};

fn sender() -> Caller {
    Caller::Service("webhook-sender".into())
}

async fn report(service: &Service, caller: &Caller, app: &App) -> String {
    report_because(service, caller, app, "status_503").await
}

async fn report_because(service: &Service, caller: &Caller, app: &App, failure: &str) -> String {
    let message = ReportOutageRequest {
        app: app.id.to_string(),
        since: Some(timestamp::to_wire(now())),
        failure: failure.into(),
    };
    reason(service.apps.clone().report_outage(request_as(caller, message)).await)
}

/// The recipients of all mails so far, of which there are `count`.
async fn recipients(service: &Service, count: usize) -> Vec<String> {
    service.mail.letters(count).await.into_iter().map(|letter| letter.recipient).collect()
}

/// A manager of Acme and an app that they registered.
async fn creator(service: &Service) -> (i64, App) {
    let message = AddMemberRequest {
        organization: "acme".into(),
        email: "carla@acme.example".into(),
        role: "manager".into(),
        ..Default::default()
    };
    let mut directory = DirectoryClient::new(service.peers.clone());
    let user_id = directory.add_member(request(message)).await.unwrap().into_inner().user.unwrap().id;
    let memberships = vec![membership(&service.acme, Role::Manager)];
    let caller = Caller::User(UserCaller { user_id, memberships, ..stranger() });
    let created = service.apps.clone().create_app(request_as(&caller, public("Hooks"))).await.unwrap();
    (user_id, created.into_inner().app.unwrap())
}

#[tokio::test]
async fn the_creator_of_an_app_is_told_once_a_day_that_its_endpoint_fails() {
    each(|service| async move {
        service.owner("olga@acme.example").await;
        let (_, app) = creator(&service).await;
        assert_eq!(report(&service, &sender(), &app).await, "OK");
        let letter = service.mail.letters(1).await.remove(0);
        assert_eq!(letter.recipient, "carla@acme.example");
        assert_eq!(letter.header("Subject"), "Webhooks of your Hooks integration are failing");
        let body = letter.body();
        for part in ["https://example.com/hook", "status_503", "2019-08-19T20:58:37Z", "/sentry-apps/hooks/"]
        {
            assert!(body.contains(part), "{part} in {body}");
        }
        service.clock.advance(Duration::from_secs(24 * 3600 - 1));
        assert_eq!(report_because(&service, &sender(), &app, "too early").await, "OK");
        service.clock.advance(Duration::from_secs(1));
        assert_eq!(report_because(&service, &sender(), &app, "a day later").await, "OK");
        let letter = service.mail.letters(2).await.remove(1);
        assert_eq!(letter.recipient, "carla@acme.example");
        assert!(letter.body().contains("a day later"), "{}", letter.body());
    })
    .await;
}

#[tokio::test]
async fn an_owner_is_told_when_the_creator_is_no_active_member() {
    each(|service| async move {
        service.owner("olga@acme.example").await;
        let (user_id, app) = creator(&service).await;
        let mut directory = DirectoryClient::new(service.peers.clone());
        let disable = UpdateUserRequest { id: user_id, is_disabled: Some(true), ..Default::default() };
        directory.update_user(request(disable)).await.unwrap();
        assert_eq!(report(&service, &sender(), &app).await, "OK");
        assert_eq!(recipients(&service, 1).await, ["olga@acme.example"]);

        let leave = RemoveMemberRequest { organization: "acme".into(), user_id };
        directory.remove_member(request(leave)).await.unwrap();
        service.clock.advance(Duration::from_secs(24 * 3600));
        assert_eq!(report(&service, &sender(), &app).await, "OK");
        assert_eq!(recipients(&service, 2).await, ["olga@acme.example"; 2]);
    })
    .await;
}

#[tokio::test]
async fn only_services_report_outages_and_only_of_apps_that_there_are() {
    each(|service| async move {
        let (_, app) = creator(&service).await;
        assert_eq!(report(&service, &service.manager(), &app).await, "PERMISSION_DENIED");
        assert_eq!(report(&service, &Caller::Anonymous, &app).await, "PERMISSION_DENIED");
        let unknown = App { id: i64::MAX, ..app };
        assert_eq!(report(&service, &sender(), &unknown).await, "APP_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn an_app_keeps_its_creator_when_it_changes() {
    each(|service| async move {
        service.owner("olga@acme.example").await;
        let (_, app) = creator(&service).await;
        let message = patchbay_proto::installation::UpdateAppRequest {
            webhook_url: Some("https://example.com/new".into()),
            ..update(&app)
        };
        service.apps.clone().update_app(request_as(&service.manager(), message)).await.unwrap();
        assert_eq!(report(&service, &sender(), &app).await, "OK");
        let letter = service.mail.letters(1).await.remove(0);
        assert_eq!(letter.recipient, "carla@acme.example");
        assert!(letter.body().contains("https://example.com/new"));
    })
    .await;
}
