use patchbay_domain::{Error, ErrorKind};
use patchbay_proto::tracker::{
    CreateIssueRequest, CreateOrganizationRequest, CreateProjectRequest, CreateUserRequest,
};
use patchbay_rpc::request;

use crate::service::{each, issue, refusal};

/// The invalid fields of an `INVALID_FIELD` refusal.
#[track_caller]
fn wrong_fields(refusal: Error) -> Vec<String> {
    assert_eq!((refusal.kind, refusal.reason.as_ref()), (ErrorKind::Invalid, "INVALID_FIELD"), "{refusal}");
    refusal.fields.into_iter().map(|violation| violation.field).collect()
}

#[tokio::test]
async fn names_slugs_and_addresses_are_checked() {
    each(|tracker| async move {
        let long = "x".repeat(65);
        let mut directory = tracker.directory();
        for (name, slug, wrong) in [
            ("", "", vec!["name"]),
            (long.as_str(), "", vec!["name"]),
            ("a\0b", "", vec!["name"]),
            ("Acme", "42", vec!["slug"]),
            ("Acme", "a b", vec!["slug"]),
            ("\n", &long, vec!["name", "slug"]),
        ] {
            let asked = CreateOrganizationRequest {
                name: name.to_owned(),
                slug: slug.to_owned(),
                ..Default::default()
            };
            let answer = directory.create_organization(request(asked)).await;
            assert_eq!(wrong_fields(refusal(answer)), wrong, "{name:?} {slug:?}");
        }
        for (name, email, wrong) in [
            ("", "ada@example.com", vec!["name"]),
            (&"x".repeat(201), "ada@example.com", vec!["name"]),
            ("Ada", "ada", vec!["email"]),
            ("Ada\u{7}", "", vec!["name", "email"]),
        ] {
            let (name, email) = (name.to_owned(), email.to_owned());
            let asked = CreateUserRequest { name, email, ..Default::default() };
            let answer = directory.create_user(request(asked)).await;
            assert_eq!(wrong_fields(refusal(answer)), wrong);
        }
    })
    .await;
}

#[tokio::test]
async fn a_project_that_cannot_be_is_refused() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let asked = CreateProjectRequest {
            organization: "acme".to_owned(),
            name: " ".to_owned(),
            slug: "Front End".to_owned(),
            platform: "java\0script".to_owned(),
            team: String::new(),
        };
        let answer = tracker.projects().create_project(request(asked)).await;
        assert_eq!(wrong_fields(refusal(answer)), ["name", "slug", "platform"]);
    })
    .await;
}

#[tokio::test]
async fn an_issue_that_cannot_be_is_refused() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let good = issue("acme", "front-end", "boom");
        let deep = format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
        let wide = format!(r#"{{"a":"{}"}}"#, "x".repeat(70_000));
        let cases = [
            (CreateIssueRequest { title: String::new(), ..good.clone() }, "title"),
            (CreateIssueRequest { title: "x".repeat(256), ..good.clone() }, "title"),
            (CreateIssueRequest { title: "two\nlines".to_owned(), ..good.clone() }, "title"),
            (CreateIssueRequest { culprit: "x".repeat(201), ..good.clone() }, "culprit"),
            (CreateIssueRequest { level: "loud".to_owned(), ..good.clone() }, "level"),
            (CreateIssueRequest { platform: "a\0".to_owned(), ..good.clone() }, "platform"),
            (CreateIssueRequest { metadata_json: "{".into(), ..good.clone() }, "metadata_json"),
            (CreateIssueRequest { metadata_json: "[]".into(), ..good.clone() }, "metadata_json"),
            (CreateIssueRequest { metadata_json: deep.into(), ..good.clone() }, "metadata_json"),
            (CreateIssueRequest { metadata_json: wide.into(), ..good.clone() }, "metadata_json"),
            (
                CreateIssueRequest { metadata_json: b"{\"a\":\"\xff\"}".as_slice().into(), ..good },
                "metadata_json",
            ),
        ];
        for (asked, wrong) in cases {
            let answer = tracker.issues().create_issue(request(asked)).await;
            assert_eq!(wrong_fields(refusal(answer)), [wrong]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_away_is_said_to_be_away() {
    each(|tracker| async move {
        tracker.db.close().await;
        let asked = CreateOrganizationRequest { name: "Acme".to_owned(), ..Default::default() };
        let error = refusal(tracker.directory().create_organization(request(asked)).await);
        assert_eq!((error.kind, error.reason.as_ref()), (ErrorKind::Unavailable, "STORAGE_UNAVAILABLE"));
    })
    .await;
}
