use patchbay_domain::{Caller, Role, Scope};
use patchbay_proto::tracker::{
    CreateProjectRequest, GetIssueRequest, GetOrganizationRequest, GetProjectRequest,
};
use patchbay_rpc::{request_as, status};

use crate::service::{app, each, issue, reason, refusal, user};

#[tokio::test]
async fn issues_are_read_and_written_by_scope() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        let initech = tracker.organization("Initech").await;
        tracker.project("acme", "Front End").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;

        let cases = [
            (user(&acme, Role::Member), "OK", "OK"),
            (app(&acme, &[Scope::EventRead]), "OK", "PERMISSION_DENIED"),
            (app(&acme, &[Scope::EventWrite]), "OK", "OK"),
            (app(&acme, &[Scope::EventAdmin]), "OK", "OK"),
            (app(&acme, &[Scope::ProjectAdmin]), "PERMISSION_DENIED", "PERMISSION_DENIED"),
            (user(&initech, Role::Owner), "ISSUE_NOT_FOUND", "PERMISSION_DENIED"),
            (app(&initech, Scope::ALL), "ISSUE_NOT_FOUND", "PERMISSION_DENIED"),
            (Caller::Anonymous, "ISSUE_NOT_FOUND", "PERMISSION_DENIED"),
            (Caller::Operator, "OK", "OK"),
        ];
        let mut issues = tracker.issues();
        for (caller, read, write) in cases {
            let asked = GetIssueRequest { id, organization: String::new(), ..Default::default() };
            assert_eq!(reason(issues.get_issue(request_as(&caller, asked)).await), read, "{caller:?}");
            let asked = issue("acme", "front-end", "boom");
            assert_eq!(reason(issues.create_issue(request_as(&caller, asked)).await), write, "{caller:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_foreign_issue_and_an_absent_one_look_the_same() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let initech = tracker.organization("Initech").await;
        tracker.project("acme", "Front End").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;

        let caller = app(&initech, Scope::ALL);
        let mut refusals = Vec::new();
        for id in [id, id + 1] {
            let asked = GetIssueRequest { id, organization: String::new(), ..Default::default() };
            refusals.push(refusal(tracker.issues().get_issue(request_as(&caller, asked)).await));
        }
        assert_eq!(refusals[0], refusals[1]);
        assert_eq!(refusals[0].message, "The requested resource does not exist");
        assert_eq!(status::http_status(refusals[0].kind), 404);
    })
    .await;
}

#[tokio::test]
async fn naming_a_foreign_organization_is_refused_whether_the_issue_exists_or_not() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let initech = tracker.organization("Initech").await;
        tracker.project("acme", "Front End").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        for caller in [app(&initech, Scope::ALL), user(&initech, Role::Owner), Caller::Anonymous] {
            for id in [id, id + 1] {
                let asked = GetIssueRequest { id, organization: "acme".to_owned(), ..Default::default() };
                let answer = tracker.issues().get_issue(request_as(&caller, asked)).await;
                assert_eq!(reason(answer), "PERMISSION_DENIED", "{caller:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn projects_are_read_and_written_by_scope_and_never_created_by_apps() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        let initech = tracker.organization("Initech").await;
        tracker.project("acme", "Front End").await;

        let cases = [
            (user(&acme, Role::Member), "OK", "PERMISSION_DENIED"),
            (user(&acme, Role::Admin), "OK", "OK"),
            (user(&acme, Role::Owner), "OK", "OK"),
            (app(&acme, &[Scope::ProjectRead]), "OK", "PERMISSION_DENIED"),
            (app(&acme, &[Scope::ProjectAdmin]), "OK", "PERMISSION_DENIED"),
            (app(&acme, &[Scope::EventAdmin]), "PERMISSION_DENIED", "PERMISSION_DENIED"),
            (user(&initech, Role::Owner), "PERMISSION_DENIED", "PERMISSION_DENIED"),
            (Caller::Anonymous, "PERMISSION_DENIED", "PERMISSION_DENIED"),
        ];
        let mut projects = tracker.projects();
        for (caller, read, write) in cases {
            let asked =
                GetProjectRequest { organization: acme.slug.clone(), project: "front-end".to_owned() };
            assert_eq!(reason(projects.get_project(request_as(&caller, asked)).await), read, "{caller:?}");
            let asked = CreateProjectRequest {
                organization: acme.slug.clone(),
                name: "Another".to_owned(),
                ..Default::default()
            };
            assert_eq!(
                reason(projects.create_project(request_as(&caller, asked)).await),
                write,
                "{caller:?}"
            );
        }
    })
    .await;
}

/// An empty request: permissions are checked before fields.
fn nothing<M: Default>(caller: &Caller) -> tonic::Request<M> {
    request_as(caller, M::default())
}

#[tokio::test]
async fn users_are_listed_to_services_and_operators_only() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        let mut directory = tracker.directory();
        for caller in [Caller::Anonymous, user(&acme, Role::Owner), app(&acme, Scope::ALL)] {
            let reasons = [
                reason(directory.list_organizations(nothing(&caller)).await),
                reason(directory.create_user(nothing(&caller)).await),
                reason(directory.get_user(nothing(&caller)).await),
                reason(directory.list_users(nothing(&caller)).await),
                reason(directory.update_user(nothing(&caller)).await),
            ];
            assert_eq!(reasons, ["PERMISSION_DENIED"; 5], "{caller:?}");
        }
        for caller in [Caller::Anonymous, app(&acme, Scope::ALL)] {
            assert_eq!(reason(directory.create_organization(nothing(&caller)).await), "PERMISSION_DENIED");
        }
        for caller in [Caller::Operator, Caller::Service("gateway".to_owned())] {
            let asked = GetOrganizationRequest { organization: "acme".to_owned() };
            directory.get_organization(request_as(&caller, asked)).await.unwrap();
        }
    })
    .await;
}
