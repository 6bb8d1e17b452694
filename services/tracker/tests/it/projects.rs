use patchbay_proto::tracker::{CreateProjectRequest, GetProjectRequest};
use patchbay_rpc::request;

use crate::service::{each, reason};

fn get(organization: &str, project: &str) -> tonic::Request<GetProjectRequest> {
    request(GetProjectRequest { organization: organization.to_owned(), project: project.to_owned() })
}

#[tokio::test]
async fn a_project_is_found_in_its_organization_only() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        let initech = tracker.organization("Initech").await;
        let project = tracker.project("acme", "Front End").await;
        assert_eq!((project.slug.as_str(), project.platform.as_str()), ("front-end", "javascript"));
        assert_eq!(project.organization_id, acme.id);

        let mut projects = tracker.projects();
        let (id, organization_id) = (project.id.to_string(), acme.id.to_string());
        for (organization, named) in
            [("acme", "front-end"), ("acme", id.as_str()), (organization_id.as_str(), "front-end")]
        {
            let found = projects.get_project(get(organization, named)).await.unwrap().into_inner();
            assert_eq!(found, project);
        }
        for (organization, named) in [
            ("acme", "back-end"),
            ("acme", ""),
            (initech.slug.as_str(), "front-end"),
            ("initech", id.as_str()),
            ("unknown", "front-end"),
        ] {
            let answer = projects.get_project(get(organization, named)).await;
            assert_eq!(reason(answer), "PROJECT_NOT_FOUND", "{organization}/{named}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_slug_is_taken_in_one_organization_at_a_time() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.organization("Initech").await;
        let slugs = [
            tracker.project("acme", "Front End").await.slug,
            tracker.project("initech", "Front End").await.slug,
            tracker.project("acme", "front end").await.slug,
            tracker.project("acme", "7").await.slug,
        ];
        assert_eq!(slugs, ["front-end", "front-end", "front-end-1", "7-1"]);

        let mut asked = CreateProjectRequest {
            organization: "acme".to_owned(),
            name: "Any".to_owned(),
            slug: "front-end".to_owned(),
            ..Default::default()
        };
        let mut projects = tracker.projects();
        assert_eq!(reason(projects.create_project(request(asked.clone())).await), "SLUG_TAKEN");
        asked.organization = "unknown".to_owned();
        assert_eq!(reason(projects.create_project(request(asked)).await), "ORGANIZATION_NOT_FOUND");
    })
    .await;
}
