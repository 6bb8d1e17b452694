use patchbay_domain::{Caller, Role};
use patchbay_proto::installation::{
    ClearProjectFilterRequest, GetProjectFilterRequest, Installation, SetProjectFilterRequest,
    UninstallRequest,
};
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{CreateProjectRequest, Organization, Project};
use patchbay_rpc::{request, request_as};

use crate::callers::{app_of, member};
use crate::service::{Service, each, reason, refusal};
use crate::watching::Watcher;

async fn project(service: &Service, organization: &Organization, name: &str) -> Project {
    let filter = CreateProjectRequest {
        organization: organization.slug.clone(),
        name: name.to_owned(),
        ..Default::default()
    };
    ProjectsClient::new(service.peers.clone()).create_project(request(filter)).await.unwrap().into_inner()
}

fn by_slug(installation: &Installation, slugs: &[&str]) -> SetProjectFilterRequest {
    let project_slugs = slugs.iter().map(|&slug| slug.to_owned()).collect();
    SetProjectFilterRequest { uuid: installation.uuid.clone(), project_slugs, ..Default::default() }
}

fn by_id(installation: &Installation, project_ids: Vec<i64>) -> SetProjectFilterRequest {
    SetProjectFilterRequest { uuid: installation.uuid.clone(), project_ids, ..Default::default() }
}

/// Section 2.7.
#[tokio::test]
async fn a_filter_is_set_by_slug_or_number_replaced_and_cleared() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        let web = project(&service, &service.other, "Web").await;
        let api = project(&service, &service.other, "API").await;
        let caller = service.outsider();
        let mut client = service.installations.clone();
        let mut watcher = Watcher::start(&service).await;
        let uuid = installation.uuid.clone();

        let set =
            client.set_project_filter(request_as(&caller, by_slug(&installation, &["web", "api"]))).await;
        let ids: Vec<_> = set.unwrap().into_inner().projects.iter().map(|project| project.id).collect();
        assert_eq!(ids, [web.id, api.id], "in the order of their numbers");
        watcher.until(|known| known[&uuid].project_ids == [web.id, api.id]).await;

        client
            .set_project_filter(request_as(&app_of(&installation), by_id(&installation, vec![api.id])))
            .await
            .unwrap();
        watcher.until(|known| known[&uuid].project_ids == [api.id]).await;
        let filter = GetProjectFilterRequest { uuid: uuid.clone() };
        let found =
            client.get_project_filter(request_as(&caller, filter)).await.unwrap().into_inner().projects;
        assert_eq!((found[0].id, found[0].slug.as_str(), found.len()), (api.id, "api", 1));

        let filter = ClearProjectFilterRequest { uuid: uuid.clone() };
        client.clear_project_filter(request_as(&caller, filter)).await.unwrap();
        watcher.until(|known| known[&uuid].project_ids.is_empty()).await;
    })
    .await;
}

#[tokio::test]
async fn projects_of_other_organizations_are_not_there() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        let own = project(&service, &service.other, "Web").await;
        let foreign = project(&service, &service.acme, "Foreign").await;
        let caller = service.outsider();
        for (filter, name) in [
            (by_slug(&installation, &["web", "foreign"]), "foreign".to_owned()),
            (by_slug(&installation, &["nothing"]), "nothing".to_owned()),
            (by_id(&installation, vec![own.id, foreign.id]), foreign.id.to_string()),
        ] {
            let answer = service.installations.clone().set_project_filter(request_as(&caller, filter)).await;
            let error = refusal(answer);
            assert_eq!(error.fields[0].field, "projects");
            let message = format!("Project '{name}' does not exist or is not accessible");
            assert_eq!(error.fields[0].messages, [message]);
        }
        let filter = GetProjectFilterRequest { uuid: installation.uuid };
        let kept =
            service.installations.clone().get_project_filter(request_as(&caller, filter)).await.unwrap();
        assert!(kept.into_inner().projects.is_empty(), "a refused filter changes nothing");
    })
    .await;
}

#[tokio::test]
async fn who_may_set_a_filter_and_that_it_ends_with_the_installation() {
    each(|service| async move {
        let app = service.published_app().await;
        let installation = service.installed(&app).await;
        let of_acme = service.install(&service.manager(), &app, &service.acme).await.unwrap().into_inner();
        let other_app = service.app(crate::service::public("Other App")).await;
        let of_other_app =
            service.install(&service.manager(), &other_app, &service.acme).await.unwrap().into_inner();
        project(&service, &service.other, "Web").await;
        for (caller, expected) in [
            (Caller::Anonymous, "NO_CREDENTIALS"),
            (service.manager(), "ORGANIZATION_NOT_VALID"),
            (member(&service.other, Role::Member), "PERMISSION_DENIED"),
            (app_of(&of_other_app), "PERMISSION_DENIED"),
            (app_of(&of_acme), "PERMISSION_DENIED"),
            (app_of(&installation), "OK"),
            (member(&service.other, Role::Admin), "OK"),
        ] {
            let filter = by_slug(&installation, &["web"]);
            let answer = service.installations.clone().set_project_filter(request_as(&caller, filter)).await;
            assert_eq!(reason(answer), expected, "{caller:?}");
        }
        let filter = UninstallRequest { uuid: installation.uuid.clone() };
        service.installations.clone().uninstall(request_as(&service.outsider(), filter)).await.unwrap();
        let again = service.installed(&app).await;
        let filter = GetProjectFilterRequest { uuid: again.uuid };
        let found =
            service.installations.clone().get_project_filter(request_as(&service.outsider(), filter)).await;
        assert!(found.unwrap().into_inner().projects.is_empty());
    })
    .await;
}
