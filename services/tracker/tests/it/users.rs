use patchbay_proto::tracker::get_user_request::User as Asked;
use patchbay_proto::tracker::{
    CreateUserRequest, GetUserRequest, ListUsersRequest, Membership, SetMemberRequest, UpdateUserRequest,
    User,
};
use patchbay_rpc::request;

use crate::service::{Service, each, reason};

fn create(email: &str) -> tonic::Request<CreateUserRequest> {
    request(CreateUserRequest { name: "Ada".to_owned(), email: email.to_owned(), ..Default::default() })
}

fn get(user: Asked) -> tonic::Request<GetUserRequest> {
    request(GetUserRequest { user: Some(user) })
}

fn set(organization: &str, user_id: i64, role: &str) -> tonic::Request<SetMemberRequest> {
    let (organization, role) = (organization.to_owned(), role.to_owned());
    request(SetMemberRequest { organization, user_id, role })
}

async fn ada(tracker: &Service) -> User {
    tracker.directory().create_user(create("Ada@Example.com")).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_user_is_found_by_number_and_by_e_mail_in_any_case() {
    each(|tracker| async move {
        let ada = ada(&tracker).await;
        assert_eq!(ada.email, "ada@example.com");
        let mut directory = tracker.directory();
        for asked in [Asked::Id(ada.id), Asked::Email("ADA@example.com".to_owned())] {
            assert_eq!(directory.get_user(get(asked)).await.unwrap().into_inner(), ada);
        }
        let unknown = [
            "eve@example.com",
            "no address",
            "ada@example.com\0",
            "ada@example.com\u{a0}",
            "\u{3000}ada@example.com",
            "ada@example.com\u{2028}",
        ];
        let unknown = unknown.map(|email| Asked::Email(email.to_owned()));
        for asked in unknown.into_iter().chain([Asked::Id(99), Asked::Id(-1)]) {
            assert_eq!(reason(directory.get_user(get(asked)).await), "USER_NOT_FOUND");
        }
        let answer = directory.get_user(request(GetUserRequest { user: None })).await;
        assert_eq!(reason(answer), "USER_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn an_e_mail_address_belongs_to_one_user() {
    each(|tracker| async move {
        ada(&tracker).await;
        let answer = tracker.directory().create_user(create("ada@EXAMPLE.com")).await;
        assert_eq!(reason(answer), "EMAIL_TAKEN");
    })
    .await;
}

#[tokio::test]
async fn an_address_beyond_ascii_is_unknown_and_cannot_be_registered() {
    each(|tracker| async move {
        let kate = tracker.directory().create_user(create("Kate@korp.io")).await.unwrap().into_inner();
        for email in
            ["\u{212a}ate@korp.io", "kate@\u{212a}orp.io", "kate@korp.\u{130}o", "kate@korp.io\u{a0}"]
        {
            let asked = get(Asked::Email(email.to_owned()));
            assert_eq!(reason(tracker.directory().get_user(asked).await), "USER_NOT_FOUND", "{email:?}");
            assert_eq!(
                reason(tracker.directory().create_user(create(email)).await),
                "INVALID_FIELD",
                "{email:?}"
            );
            let email = Some(email.to_owned());
            let asked = request(UpdateUserRequest { id: kate.id, email, ..Default::default() });
            assert_eq!(reason(tracker.directory().update_user(asked).await), "INVALID_FIELD");
        }
    })
    .await;
}

#[tokio::test]
async fn people_are_looked_for_in_any_case_of_ascii_letters_on_both_engines() {
    each(|tracker| async move {
        for (name, email) in [("Änne K", "anne"), ("änne \u{212a}", "bert"), ("ÄNNE 100%", "carl")] {
            let (name, email) = (name.to_owned(), format!("{email}@example.com"));
            let asked = CreateUserRequest { name, email, ..Default::default() };
            tracker.directory().create_user(request(asked)).await.unwrap();
        }
        for (query, expected) in [
            ("k", vec!["anne"]),
            ("NNE", vec!["anne", "bert", "carl"]),
            ("än", vec!["bert"]),
            ("Än", vec!["anne", "carl"]),
            ("\u{212a}", vec!["bert"]),
            ("0%", vec!["carl"]),
            ("BERT@", vec!["bert"]),
            ("_", vec![]),
        ] {
            let asked = ListUsersRequest { query: query.to_owned(), ..Default::default() };
            let found = tracker.directory().list_users(request(asked)).await.unwrap().into_inner().users;
            let found: Vec<_> = found.iter().map(|user| user.email.split('@').next().unwrap()).collect();
            assert_eq!(found, expected, "{query:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn superuser_and_staff_flags_are_stored() {
    each(|tracker| async move {
        let mut directory = tracker.directory();
        for (is_superuser, is_staff) in [(true, false), (false, true)] {
            let email = format!("{is_superuser}@example.com");
            let asked = CreateUserRequest {
                name: "Root".to_owned(),
                email,
                is_superuser,
                is_staff,
                ..Default::default()
            };
            let id = directory.create_user(request(asked)).await.unwrap().into_inner().id;
            let found = directory.get_user(get(Asked::Id(id))).await.unwrap().into_inner();
            assert_eq!((found.is_superuser, found.is_staff), (is_superuser, is_staff));
        }
    })
    .await;
}

#[tokio::test]
async fn a_member_has_one_role_in_each_organization_and_it_can_change() {
    each(|tracker| async move {
        let ada = ada(&tracker).await;
        let acme = tracker.organization("Acme").await;
        let initech = tracker.organization("Initech").await;
        let mut directory = tracker.directory();
        directory.set_member(set(&acme.slug, ada.id, "member")).await.unwrap();
        directory.set_member(set(&initech.id.to_string(), ada.id, "owner")).await.unwrap();
        let changed = directory.set_member(set("acme", ada.id, "manager")).await.unwrap().into_inner();

        let membership = |id, slug: &str, role: &str| Membership {
            organization_id: id,
            organization_slug: slug.to_owned(),
            role: role.to_owned(),
        };
        let expected = [membership(acme.id, "acme", "manager"), membership(initech.id, "initech", "owner")];
        assert_eq!(changed.memberships, expected);
        let found = directory.get_user(get(Asked::Id(ada.id))).await.unwrap().into_inner();
        assert_eq!(found, changed);
    })
    .await;
}

#[tokio::test]
async fn membership_takes_an_organization_a_user_and_a_role() {
    each(|tracker| async move {
        let ada = ada(&tracker).await;
        tracker.organization("Acme").await;
        let mut directory = tracker.directory();
        for (organization, user, role, expected) in [
            ("initech", ada.id, "owner", "ORGANIZATION_NOT_FOUND"),
            ("acme", ada.id + 1, "owner", "USER_NOT_FOUND"),
            ("acme", ada.id, "Owner", "UNKNOWN_ROLE"),
            ("acme", ada.id, "", "UNKNOWN_ROLE"),
        ] {
            assert_eq!(reason(directory.set_member(set(organization, user, role)).await), expected);
        }
    })
    .await;
}
