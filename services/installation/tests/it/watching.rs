use std::collections::BTreeMap;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use patchbay_domain::{Caller, Role, UserCaller};
use patchbay_proto::installation::installations_client::InstallationsClient;
use patchbay_proto::installation::{
    App, AppStatus, CreateAppRequest, DeliverySettings, Endpoint, Installation, InstallationStatus,
    MarkInstalledRequest, Subscription, UninstallRequest, WatchEndpointsRequest, WatchEndpointsResponse,
    WatchSubscriptionsRequest, WatchSubscriptionsResponse,
};
use patchbay_rpc::{request_as, stream_request};
use patchbay_testkit::eventually;
use tonic::{Request, Streaming};

use crate::callers::{app_of, membership, stranger, superuser};
use crate::service::{SOON, Service, each, install, public, reason};

/// The state that a watcher of subscriptions has built.
pub(crate) struct Watcher {
    stream: Streaming<WatchSubscriptionsResponse>,
    known: BTreeMap<String, Subscription>,
    version: i64,
    messages: usize,
}

impl Watcher {
    /// Begins and takes in the snapshot.
    pub(crate) async fn start(service: &Service) -> Self {
        let message = stream_request(WatchSubscriptionsRequest {});
        let stream = service.installations.clone().watch_subscriptions(message).await.unwrap().into_inner();
        let mut watcher = Self { stream, known: BTreeMap::new(), version: -1, messages: 0 };
        while watcher.version < 0 {
            watcher.next().await;
        }
        watcher
    }

    async fn next(&mut self) -> Vec<Subscription> {
        let next = tokio::time::timeout(SOON, self.stream.message()).await;
        let message = next.expect("there is news").unwrap().expect("the stream goes on");
        assert!(message.subscriptions.len() <= 500);
        match message.version {
            Some(version) => {
                assert!(version >= self.version, "versions only grow");
                self.version = version;
            }
            None => assert_eq!(self.version, -1, "after the snapshot each message says how far it goes"),
        }
        self.messages += 1;
        for subscription in &message.subscriptions {
            self.known.insert(subscription.installation_uuid.clone(), subscription.clone());
        }
        message.subscriptions
    }

    pub(crate) async fn until(&mut self, reached: impl Fn(&BTreeMap<String, Subscription>) -> bool) {
        while !reached(&self.known) {
            self.next().await;
        }
    }

    fn status(&self, installation: &Installation) -> InstallationStatus {
        self.known.get(&installation.uuid).map_or(InstallationStatus::Unspecified, Subscription::status)
    }
}

async fn uninstall(service: &Service, installation: &Installation) {
    let message = UninstallRequest { uuid: installation.uuid.clone() };
    service.installations.clone().uninstall(request_as(&superuser(), message)).await.unwrap();
}

#[tokio::test]
async fn a_watcher_gets_what_there_is_and_then_every_change() {
    each(|service| async move {
        let app = service.published_app().await;
        let before = service.installed(&app).await;
        let mut watcher = Watcher::start(&service).await;
        let expected = Subscription {
            installation_uuid: before.uuid.clone(),
            status: InstallationStatus::Pending.into(),
            organization_id: service.other.id,
            app_id: app.id,
            app_uuid: app.uuid.clone(),
            app_slug: app.slug.clone(),
            app_name: app.name.clone(),
            events: app.events.clone(),
            scopes: app.scopes.clone(),
            project_ids: vec![],
            has_webhook: true,
            suspended_reason: String::new(),
        };
        assert_eq!(watcher.known.values().collect::<Vec<_>>(), [&expected]);

        let after = service.install(&service.manager(), &app, &service.acme).await.unwrap().into_inner();
        watcher.until(|known| known.contains_key(&after.uuid)).await;
        let message = MarkInstalledRequest { uuid: before.uuid.clone() };
        service.installations.clone().mark_installed(request_as(&app_of(&before), message)).await.unwrap();
        watcher.until(|known| known[&before.uuid].status() == InstallationStatus::Installed).await;
        uninstall(&service, &before).await;
        watcher.until(|known| known[&before.uuid].status() == InstallationStatus::PendingDeletion).await;
        assert_eq!(watcher.status(&after), InstallationStatus::Pending);

        let late = Watcher::start(&service).await;
        assert_eq!(
            late.known.keys().collect::<Vec<_>>(),
            [&after.uuid],
            "a snapshot has no removed installations"
        );
        assert_eq!(late.version, watcher.version);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_an_app_announces_its_installations_again() {
    each(|service| async move {
        let app = service.published_app().await;
        let other_app = service.app(public("Other")).await;
        let one = service.installed(&app).await;
        let two = service.install(&service.manager(), &app, &service.acme).await.unwrap().into_inner();
        service.install(&service.manager(), &other_app, &service.acme).await.unwrap();
        let mut watcher = Watcher::start(&service).await;
        service.set_status(&app, AppStatus::Unpublished).await;
        let announced: Vec<_> = watcher.next().await.into_iter().map(|s| s.installation_uuid).collect();
        assert_eq!(announced, [one.uuid, two.uuid]);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_other_rows_streams_the_new_version() {
    each(|service| async move {
        let mut watcher = Watcher::start(&service).await;
        let before = watcher.version;
        service.app(public("Hooks")).await;
        assert!(watcher.next().await.is_empty());
        assert_eq!(watcher.version, before + 1);
    })
    .await;
}

#[tokio::test]
async fn a_change_through_another_replica_is_seen_within_a_second() {
    each(|service| async move {
        let app = service.published_app().await;
        let mut watcher = Watcher::start(&service).await;
        let mut elsewhere = InstallationsClient::new(service.replica().await);
        let message = install(&app, &service.other);
        let installation =
            elsewhere.install(request_as(&service.outsider(), message)).await.unwrap().into_inner();
        // Advancing the clock has no effect before the watcher waits, so repeat it until the change arrives.
        eventually(SOON, "the change is seen", async || {
            service.clock.advance(Duration::from_secs(1));
            watcher.next().now_or_never();
            watcher.known.contains_key(&installation.uuid).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn more_than_a_page_is_handed_out_in_pages() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        let insert = "insert into installations
             (id, uuid, app_id, organization_id, organization_slug, status, created_at, version)
             select $1, $2, app_id, $3, 'many', 'installed', created_at, version from installations where id = 1";
        let mut tx = service.db.begin().await.unwrap();
        for id in 1_000..2_200_i64 {
            tx.query(insert).bind(id).bind(uuid::Uuid::new_v4()).bind(id).execute().await.unwrap();
        }
        tx.commit().await.unwrap();

        let mut watcher = Watcher::start(&service).await;
        assert_eq!(watcher.known.len(), 1_201);
        assert_eq!(watcher.messages, 3);

        // All of them get one version: a page ends in its middle.
        service.set_status(&app, AppStatus::Unpublished).await;
        let before = watcher.version;
        watcher.known.clear();
        watcher.next().await;
        assert_eq!((watcher.known.len(), watcher.version), (500, before), "the version is not complete yet");
        watcher.until(|known| known.len() == 1_201).await;
        assert_eq!(watcher.version, before + 1);
        assert!(watcher.known.contains_key(&installation.uuid));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_change_is_missed_while_many_happen_at_once() {
    each(|service| async move {
        let app = service.published_app().await;
        let mut watcher = Watcher::start(&service).await;
        let organizations =
            join_all((0..30).map(|number| service.organization(format!("Org {number}")))).await;
        let work = organizations.into_iter().enumerate().map(|(id, organization)| {
            let memberships = vec![membership(&organization, Role::Owner)];
            let caller = Caller::User(UserCaller { memberships, ..stranger() });
            let (service, app) = (&service, &app);
            async move {
                let made = service.install(&caller, app, &organization).await.unwrap().into_inner();
                let removed = id % 3 == 0;
                if removed {
                    uninstall(service, &made).await;
                }
                (made, removed)
            }
        });
        let (made, ()) = tokio::join!(
            join_all(work),
            watcher.until(|known| {
                let gone = |s: &&Subscription| s.status() == InstallationStatus::PendingDeletion;
                known.len() == 30 && known.values().filter(gone).count() == 10
            })
        );
        for (installation, removed) in made {
            let expected =
                if removed { InstallationStatus::PendingDeletion } else { InstallationStatus::Pending };
            assert_eq!(watcher.status(&installation), expected);
        }
    })
    .await;
}

async fn endpoints(service: &Service) -> Streaming<WatchEndpointsResponse> {
    let message = stream_request(WatchEndpointsRequest {});
    service.apps.clone().watch_endpoints(message).await.unwrap().into_inner()
}

async fn next(stream: &mut Streaming<WatchEndpointsResponse>) -> WatchEndpointsResponse {
    let next = tokio::time::timeout(SOON, stream.message()).await;
    next.expect("there is news").unwrap().expect("the stream goes on")
}

fn endpoint(app: &App, status: AppStatus) -> Endpoint {
    Endpoint {
        app_id: app.id,
        app_uuid: app.uuid.clone(),
        app_slug: app.slug.clone(),
        app_name: app.name.clone(),
        status: status.into(),
        owner_organization_id: app.owner_view.as_ref().unwrap().organization_id,
        webhook_url: app.webhook_url.clone().unwrap_or_default(),
        client_secrets: vec![app.owner_view.clone().unwrap().client_secret.unwrap()],
        webhook_headers: vec!["X-Api-Key: hunter2".into()],
        is_disabled: false,
        delivery: Some(DeliverySettings::default()),
        client_certificate: None,
    }
}

#[tokio::test]
async fn endpoints_come_with_their_secrets_and_again_when_they_change() {
    each(|service| async move {
        let hooks =
            |name| CreateAppRequest { webhook_headers: vec!["X-Api-Key: hunter2".into()], ..public(name) };
        let app = service.app(hooks("Hooks")).await;
        let mut stream = endpoints(&service).await;
        let snapshot = next(&mut stream).await;
        assert_eq!(snapshot.endpoints, [endpoint(&app, AppStatus::Unpublished)]);
        assert_eq!(snapshot.version, Some(1));

        let second = service.app(hooks("More Hooks")).await;
        let change = next(&mut stream).await;
        assert_eq!(
            (change.endpoints, change.version),
            (vec![endpoint(&second, AppStatus::Unpublished)], Some(2))
        );
        service.set_status(&app, AppStatus::Published).await;
        let change = next(&mut stream).await;
        assert_eq!((change.endpoints, change.version), (vec![endpoint(&app, AppStatus::Published)], Some(3)));
    })
    .await;
}

#[tokio::test]
async fn a_status_that_stays_is_no_change() {
    each(|service| async move {
        let app = service.published_app().await;
        let mut stream = endpoints(&service).await;
        assert_eq!(next(&mut stream).await.version, Some(2));
        service.set_status(&app, AppStatus::Published).await;
        service.app(public("Next")).await;
        let change = next(&mut stream).await;
        assert_eq!((change.endpoints.len(), change.version), (1, Some(3)));
    })
    .await;
}

#[tokio::test]
async fn services_alone_may_watch() {
    each(|service| async move {
        for caller in [Caller::Anonymous, superuser(), Caller::Operator] {
            let message: Request<_> = request_as(&caller, WatchEndpointsRequest {});
            assert_eq!(reason(service.apps.clone().watch_endpoints(message).await), "PERMISSION_DENIED");
            let message = request_as(&caller, WatchSubscriptionsRequest {});
            assert_eq!(
                reason(service.installations.clone().watch_subscriptions(message).await),
                "PERMISSION_DENIED"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_stop_ends_the_streams() {
    each(|service| async move {
        let mut watcher = Watcher::start(&service).await;
        service.own_stop.request();
        let end = tokio::time::timeout(SOON, watcher.stream.message()).await.expect("the stream ends");
        assert!(!matches!(end, Ok(Some(_))), "{end:?}");
    })
    .await;
}
