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
use crate::running::{Running, SOON, each, install, public, reason};

/// What one who watches subscriptions knows.
pub(crate) struct Watcher {
    stream: Streaming<WatchSubscriptionsResponse>,
    known: BTreeMap<String, Subscription>,
    version: i64,
    messages: usize,
}

impl Watcher {
    /// Begins and takes in the snapshot.
    pub(crate) async fn start(running: &Running) -> Self {
        let asked = stream_request(WatchSubscriptionsRequest {});
        let stream = running.installations.clone().watch_subscriptions(asked).await.unwrap().into_inner();
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

async fn uninstall(running: &Running, installation: &Installation) {
    let asked = UninstallRequest { uuid: installation.uuid.clone() };
    running.installations.clone().uninstall(request_as(&superuser(), asked)).await.unwrap();
}

#[tokio::test]
async fn a_watcher_gets_what_there_is_and_then_every_change() {
    each(|running| async move {
        let app = running.published_app().await;
        let before = running.installed(&app).await;
        let mut watcher = Watcher::start(&running).await;
        let expected = Subscription {
            installation_uuid: before.uuid.clone(),
            status: InstallationStatus::Pending.into(),
            organization_id: running.other.id,
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

        let after = running.install(&running.manager(), &app, &running.acme).await.unwrap().into_inner();
        watcher.until(|known| known.contains_key(&after.uuid)).await;
        let asked = MarkInstalledRequest { uuid: before.uuid.clone() };
        running.installations.clone().mark_installed(request_as(&app_of(&before), asked)).await.unwrap();
        watcher.until(|known| known[&before.uuid].status() == InstallationStatus::Installed).await;
        uninstall(&running, &before).await;
        watcher.until(|known| known[&before.uuid].status() == InstallationStatus::PendingDeletion).await;
        assert_eq!(watcher.status(&after), InstallationStatus::Pending);

        let late = Watcher::start(&running).await;
        assert_eq!(late.known.keys().collect::<Vec<_>>(), [&after.uuid], "what is gone is not in a snapshot");
        assert_eq!(late.version, watcher.version);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_an_app_announces_its_installations_again() {
    each(|running| async move {
        let app = running.published_app().await;
        let other_app = running.app(public("Other")).await;
        let one = running.installed(&app).await;
        let two = running.install(&running.manager(), &app, &running.acme).await.unwrap().into_inner();
        running.install(&running.manager(), &other_app, &running.acme).await.unwrap();
        let mut watcher = Watcher::start(&running).await;
        running.set_status(&app, AppStatus::Unpublished).await;
        let announced: Vec<_> = watcher.next().await.into_iter().map(|s| s.installation_uuid).collect();
        assert_eq!(announced, [one.uuid, two.uuid]);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_something_else_tells_how_far_one_has_seen() {
    each(|running| async move {
        let mut watcher = Watcher::start(&running).await;
        let before = watcher.version;
        running.app(public("Hooks")).await;
        assert!(watcher.next().await.is_empty());
        assert_eq!(watcher.version, before + 1);
    })
    .await;
}

#[tokio::test]
async fn a_change_through_another_replica_is_seen_within_a_second() {
    each(|running| async move {
        let app = running.published_app().await;
        let mut watcher = Watcher::start(&running).await;
        let mut elsewhere = InstallationsClient::new(running.replica().await);
        let asked = install(&app, &running.other);
        let installation =
            elsewhere.install(request_as(&running.outsider(), asked)).await.unwrap().into_inner();
        // Time that moves before the watcher waits moves for nothing: it goes on until the change is seen.
        eventually(SOON, "the change is seen", async || {
            running.hand.advance(Duration::from_secs(1));
            watcher.next().now_or_never();
            watcher.known.contains_key(&installation.uuid).then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn more_than_a_page_is_handed_out_in_pages() {
    each(|running| async move {
        let app = running.published_app().await;
        let installation = running.installed(&app).await;
        let insert = "insert into installations
             (id, uuid, app_id, organization_id, organization_slug, status, created_at, version)
             select $1, $2, app_id, $3, 'many', 'installed', created_at, version from installations where id = 1";
        let mut tx = running.db.begin().await.unwrap();
        for id in 1_000..2_200_i64 {
            tx.query(insert).bind(id).bind(uuid::Uuid::new_v4()).bind(id).execute().await.unwrap();
        }
        tx.commit().await.unwrap();

        let mut watcher = Watcher::start(&running).await;
        assert_eq!(watcher.known.len(), 1_201);
        assert_eq!(watcher.messages, 3);

        // All of them get one version: a page ends in its middle.
        running.set_status(&app, AppStatus::Unpublished).await;
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
    each(|running| async move {
        let app = running.published_app().await;
        let mut watcher = Watcher::start(&running).await;
        let organizations =
            join_all((0..30).map(|number| running.organization(format!("Org {number}")))).await;
        let work = organizations.into_iter().enumerate().map(|(id, organization)| {
            let memberships = vec![membership(&organization, Role::Owner)];
            let caller = Caller::User(UserCaller { memberships, ..stranger() });
            let (running, app) = (&running, &app);
            async move {
                let made = running.install(&caller, app, &organization).await.unwrap().into_inner();
                let removed = id % 3 == 0;
                if removed {
                    uninstall(running, &made).await;
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

async fn endpoints(running: &Running) -> Streaming<WatchEndpointsResponse> {
    let asked = stream_request(WatchEndpointsRequest {});
    running.apps.clone().watch_endpoints(asked).await.unwrap().into_inner()
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
    each(|running| async move {
        let hooks =
            |name| CreateAppRequest { webhook_headers: vec!["X-Api-Key: hunter2".into()], ..public(name) };
        let app = running.app(hooks("Hooks")).await;
        let mut stream = endpoints(&running).await;
        let snapshot = next(&mut stream).await;
        assert_eq!(snapshot.endpoints, [endpoint(&app, AppStatus::Unpublished)]);
        assert_eq!(snapshot.version, Some(1));

        let second = running.app(hooks("More Hooks")).await;
        let change = next(&mut stream).await;
        assert_eq!(
            (change.endpoints, change.version),
            (vec![endpoint(&second, AppStatus::Unpublished)], Some(2))
        );
        running.set_status(&app, AppStatus::Published).await;
        let change = next(&mut stream).await;
        assert_eq!((change.endpoints, change.version), (vec![endpoint(&app, AppStatus::Published)], Some(3)));
    })
    .await;
}

#[tokio::test]
async fn a_status_that_stays_is_no_change() {
    each(|running| async move {
        let app = running.published_app().await;
        let mut stream = endpoints(&running).await;
        assert_eq!(next(&mut stream).await.version, Some(2));
        running.set_status(&app, AppStatus::Published).await;
        running.app(public("Next")).await;
        let change = next(&mut stream).await;
        assert_eq!((change.endpoints.len(), change.version), (1, Some(3)));
    })
    .await;
}

#[tokio::test]
async fn services_alone_may_watch() {
    each(|running| async move {
        for caller in [Caller::Anonymous, superuser(), Caller::Operator] {
            let asked: Request<_> = request_as(&caller, WatchEndpointsRequest {});
            assert_eq!(reason(running.apps.clone().watch_endpoints(asked).await), "PERMISSION_DENIED");
            let asked = request_as(&caller, WatchSubscriptionsRequest {});
            assert_eq!(
                reason(running.installations.clone().watch_subscriptions(asked).await),
                "PERMISSION_DENIED"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_stop_ends_the_streams() {
    each(|running| async move {
        let mut watcher = Watcher::start(&running).await;
        running.service.request();
        let end = tokio::time::timeout(SOON, watcher.stream.message()).await.expect("the stream ends");
        assert!(!matches!(end, Ok(Some(_))), "{end:?}");
    })
    .await;
}
