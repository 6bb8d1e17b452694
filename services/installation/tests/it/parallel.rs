use std::collections::HashSet;

use futures::future::join_all;
use patchbay_proto::installation::UninstallRequest;
use patchbay_rpc::request_as;

use crate::service::{each, public, reason};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_installs_at_once_make_one_installation() {
    each(|service| async move {
        let app = service.published_app().await;
        let mut events = service.events();
        let outsider = service.outsider();
        let installs = (0..20).map(|_| service.install(&outsider, &app, &service.other));
        let installed: Vec<_> =
            join_all(installs).await.into_iter().map(|answer| answer.unwrap().into_inner()).collect();
        let uuids: HashSet<_> = installed.iter().map(|installation| installation.uuid.clone()).collect();
        assert_eq!(uuids.len(), 1);
        let codes: HashSet<_> = installed.iter().map(|installation| installation.code.clone()).collect();
        assert_eq!(codes.len(), 1, "all are shown the grant of the one there is");
        assert!(codes.iter().all(Option::is_some));

        let uuid = uuids.into_iter().next().unwrap();
        assert_eq!(events.next().await.idempotency_key, format!("installation.created:{uuid}"));
        let other_app = service.app(public("Other")).await;
        let next = service.install(&service.manager(), &other_app, &service.acme).await.unwrap().into_inner();
        assert_eq!(events.next().await.idempotency_key, format!("installation.created:{}", next.uuid));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_uninstalls_at_once_one_removes_it() {
    each(|service| async move {
        let app = service.published_app().await;
        let mut events = service.events();
        let installation = service.installed(&app).await;
        let uninstalls = (0..10).map(|_| {
            let message = UninstallRequest { uuid: installation.uuid.clone() };
            let mut client = service.installations.clone();
            let caller = service.outsider();
            async move { reason(client.uninstall(request_as(&caller, message)).await) }
        });
        let mut outcomes = join_all(uninstalls).await;
        outcomes.sort();
        assert_eq!(outcomes[..9], vec!["INSTALLATION_NOT_FOUND"; 9]);
        assert_eq!(outcomes[9], "OK");
        assert_eq!(events.next().await.action, "created");
        assert_eq!(events.next().await.action, "deleted");
        service.installed(&app).await;
        assert_eq!(events.next().await.action, "created", "one deleted event was published");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_apps_of_one_name_at_once_one_gets_the_slug() {
    each(|service| async move {
        let manager = service.manager();
        let creations = (0..10).map(|_| {
            let (mut client, caller) = (service.apps.clone(), manager.clone());
            async move { reason(client.create_app(request_as(&caller, public("Same"))).await) }
        });
        let mut outcomes = join_all(creations).await;
        outcomes.sort();
        assert_eq!(outcomes[..9], vec!["INVALID_FIELD"; 9]);
        assert_eq!(outcomes[9], "OK");
    })
    .await;
}
