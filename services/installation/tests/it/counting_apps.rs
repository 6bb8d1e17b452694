//! How often apps are installed and used.

use std::time::Duration;

use patchbay_domain::{Caller, Role};
use patchbay_proto::installation::{
    CreateAppRequest, GetInteractionRequest, GetStatsRequest, ListStatsRequest, RecordInteractionRequest,
    UninstallRequest,
};
use patchbay_rpc::request_as;
use patchbay_rpc::timestamp::to_wire;

use crate::callers::{member, staff, stranger, superuser};
use crate::service::{each, now, public, reason};

#[tokio::test]
async fn installations_are_counted_by_the_hour() {
    each(|service| async move {
        let app = service.published_app().await;
        let first = service.installed(&app).await;
        service.clock.advance(Duration::from_secs(3600));
        service.install(&service.manager(), &app, &service.acme).await.unwrap();
        let message = UninstallRequest { uuid: first.uuid };
        service.installations.clone().uninstall(request_as(&service.outsider(), message)).await.unwrap();

        let stats = async |caller: &Caller| {
            let message = GetStatsRequest { app: app.slug.clone(), ..Default::default() };
            service.apps.clone().get_stats(request_as(caller, message)).await
        };
        let counted = stats(&member(&service.acme, Role::Member)).await.unwrap().into_inner();
        assert_eq!((counted.total_installs, counted.total_uninstalls), (2, 1));
        assert_eq!(counted.installs.len(), 25, "every hour of the last day");
        let counts = |series: &[patchbay_proto::installation::Count]| {
            series.iter().rev().take(3).map(|point| point.count).collect::<Vec<_>>()
        };
        assert_eq!(counts(&counted.installs), [1, 1, 0]);
        assert_eq!(counts(&counted.uninstalls), [1, 0, 0]);
        assert_eq!(counted.installs[23].at_seconds, now().timestamp() / 3600 * 3600);
        assert_eq!(reason(stats(&service.outsider()).await), "PERMISSION_DENIED");

        let message = GetStatsRequest {
            app: app.slug.clone(),
            since: Some(to_wire(now())),
            until: Some(to_wire(now() - Duration::from_secs(1))),
        };
        let answer = service.apps.clone().get_stats(request_as(&service.manager(), message)).await;
        assert_eq!(reason(answer), "INVALID_PERIOD");
    })
    .await;
}

#[tokio::test]
async fn all_apps_are_ranked_for_those_who_run_the_platform() {
    each(|service| async move {
        let popular = service.published_app().await;
        service.app(public("Lonely")).await;
        service.installed(&popular).await;
        for caller in [superuser(), staff()] {
            let answer =
                service.apps.clone().list_stats(request_as(&caller, ListStatsRequest::default())).await;
            let apps = answer.unwrap().into_inner().apps;
            let ranking: Vec<_> = apps.iter().map(|app| (app.slug.as_str(), app.installs)).collect();
            assert_eq!(ranking, [("webhooks-galore", 1), ("lonely", 0)]);
        }
        let answer = service
            .apps
            .clone()
            .list_stats(request_as(&service.manager(), ListStatsRequest::default()))
            .await;
        assert_eq!(reason(answer), "PERMISSION_DENIED");
    })
    .await;
}

#[tokio::test]
async fn interactions_are_counted_for_each_component() {
    each(|service| async move {
        let schema_json = r#"{"elements":[{"type":"stacktrace-link","uri":"/line"}]}"#.to_owned();
        let app = service.app(CreateAppRequest { schema_json, ..public("Hooks") }).await;
        let record = async |field: &str, component_type: &str| {
            let message = RecordInteractionRequest {
                app: app.slug.clone(),
                field: field.into(),
                component_type: component_type.into(),
            };
            service.apps.clone().record_interaction(request_as(&Caller::User(stranger()), message)).await
        };
        for (field, component, expected) in [
            ("sentry_app_viewed", "", "OK"),
            ("sentry_app_viewed", "", "OK"),
            ("sentry_app_component_interacted", "stacktrace-link", "OK"),
            ("sentry_app_component_interacted", "", "INVALID_INTERACTION"),
            ("something", "", "INVALID_INTERACTION"),
        ] {
            assert_eq!(reason(record(field, component).await), expected, "{field} {component}");
        }
        let read = async |caller: &Caller| {
            let message = GetInteractionRequest { app: app.slug.clone(), ..Default::default() };
            service.apps.clone().get_interaction(request_as(caller, message)).await
        };
        let counted = read(&service.manager()).await.unwrap().into_inner();
        assert_eq!(counted.views.last().unwrap().count, 2);
        assert_eq!(counted.components[0].r#type, "stacktrace-link");
        assert_eq!(counted.components[0].counts.last().unwrap().count, 1);
        assert_eq!(reason(read(&service.outsider()).await), "NOT_IN_OWNER_ORGANIZATION");
    })
    .await;
}
