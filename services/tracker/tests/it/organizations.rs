use patchbay_proto::tracker::{CreateOrganizationRequest, GetOrganizationRequest, ListOrganizationsRequest};
use patchbay_rpc::request;

use crate::service::{each, now, reason};

fn get(organization: impl ToString) -> tonic::Request<GetOrganizationRequest> {
    request(GetOrganizationRequest { organization: organization.to_string() })
}

fn create(name: &str, slug: &str) -> tonic::Request<CreateOrganizationRequest> {
    request(CreateOrganizationRequest { name: name.to_owned(), slug: slug.to_owned(), ..Default::default() })
}

#[tokio::test]
async fn an_organization_is_found_by_its_slug_and_by_its_number() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme Inc.").await;
        assert_eq!((acme.slug.as_str(), acme.name.as_str()), ("acme-inc", "Acme Inc."));
        let created_at = acme.created_at.unwrap();
        assert_eq!((created_at.seconds, created_at.nanos), (now().timestamp(), 391_000_000));

        let mut directory = tracker.directory();
        for named in [acme.slug.clone(), acme.id.to_string()] {
            assert_eq!(directory.get_organization(get(named)).await.unwrap().into_inner(), acme);
        }
        for unknown in ["initech", "99", "", "Acme Inc.", "acme\0"] {
            let answer = directory.get_organization(get(unknown)).await;
            assert_eq!(reason(answer), "ORGANIZATION_NOT_FOUND", "{unknown:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn organizations_are_listed_oldest_first() {
    each(|tracker| async move {
        let founded = [tracker.organization("Zeta").await, tracker.organization("Alpha").await];
        let list = tracker.directory().list_organizations(request(ListOrganizationsRequest::default())).await;
        assert_eq!(list.unwrap().into_inner().organizations, founded);
    })
    .await;
}

#[tokio::test]
async fn a_made_slug_gives_way_and_a_given_one_does_not() {
    each(|tracker| async move {
        let slugs = [
            tracker.organization("Acme").await.slug,
            tracker.organization("Acme").await.slug,
            tracker.organization("ACME!").await.slug,
            tracker.organization("2024").await.slug,
            tracker.organization("日本").await.slug,
        ];
        assert_eq!(slugs, ["acme", "acme-1", "acme-2", "2024-1", "organization"]);

        let mut directory = tracker.directory();
        let given = directory.create_organization(create("Any name", "acme-3")).await.unwrap();
        assert_eq!(given.into_inner().slug, "acme-3");
        assert_eq!(reason(directory.create_organization(create("Other", "acme")).await), "SLUG_TAKEN");
        assert_eq!(tracker.organization("Acme").await.slug, "acme-4");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn organizations_founded_at_once_under_one_name_get_different_slugs() {
    each(|tracker| async move {
        let founded = (0..16).map(|_| tracker.organization("Acme"));
        let mut slugs: Vec<_> =
            futures::future::join_all(founded).await.into_iter().map(|acme| acme.slug).collect();
        slugs.sort();
        slugs.dedup();
        assert_eq!(slugs.len(), 16, "{slugs:?}");
    })
    .await;
}
