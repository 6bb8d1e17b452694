use patchbay_domain::{Caller, Role, UserCaller};
use patchbay_proto::tracker::{
    AddMemberRequest, Features, GetMemberRequest, InviteMemberRequest, ListMembersRequest,
    ListOrganizationsRequest, ListUsersRequest, Member, RemoveMemberRequest, SetMemberRequest,
    UpdateOrganizationRequest, UpdateUserRequest,
};
use patchbay_rpc::{request, request_as};

use crate::service::{Service, each, reason, refusal, user};

fn set(caller: &Caller, user_id: i64, role: &str) -> tonic::Request<SetMemberRequest> {
    let asked = SetMemberRequest { organization: "acme".to_owned(), user_id, role: role.to_owned() };
    request_as(caller, asked)
}

fn ask(user_id: i64, caller: &Caller) -> tonic::Request<ListOrganizationsRequest> {
    request_as(caller, ListOrganizationsRequest { user_id, offset: 0, limit: 1 })
}

fn remove(caller: &Caller, user_id: i64) -> tonic::Request<RemoveMemberRequest> {
    request_as(caller, RemoveMemberRequest { organization: "acme".to_owned(), user_id })
}

fn add(caller: &Caller, email: &str, role: &str) -> tonic::Request<AddMemberRequest> {
    let (email, role) = (email.to_owned(), role.to_owned());
    request_as(
        caller,
        AddMemberRequest { organization: "acme".to_owned(), email, role, ..Default::default() },
    )
}

fn invite(caller: &Caller, email: &str, role: &str) -> tonic::Request<InviteMemberRequest> {
    let (email, role) = (email.to_owned(), role.to_owned());
    request_as(caller, InviteMemberRequest { organization: "acme".to_owned(), email, role })
}

async fn members(tracker: &Service, asked: ListMembersRequest) -> (Vec<Member>, bool) {
    let asked = ListMembersRequest { organization: "acme".to_owned(), ..asked };
    let list = tracker.directory().list_members(request(asked)).await.unwrap().into_inner();
    (list.members, list.has_more)
}

fn emails(members: &[Member]) -> Vec<String> {
    members.iter().map(|member| member.user.clone().unwrap().email).collect()
}

#[tokio::test]
async fn the_last_owner_stays_one() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let (ada, owner) = tracker.member("acme", "ada@example.com", "owner").await;
        let mut directory = tracker.directory();
        for caller in [&owner, &Caller::Operator] {
            assert_eq!(reason(directory.set_member(set(caller, ada, "manager")).await), "LAST_OWNER");
            let error = refusal(directory.remove_member(remove(caller, ada)).await);
            assert_eq!(error.message, "You cannot remove the only remaining owner of the organization.");
        }
        directory.set_member(set(&owner, ada, "owner")).await.unwrap();

        let (bob, _) = tracker.member("acme", "bob@example.com", "owner").await;
        let disabled = UpdateUserRequest { id: bob, is_disabled: Some(true), ..Default::default() };
        directory.update_user(request(disabled)).await.unwrap();
        let answer = directory.remove_member(remove(&owner, ada)).await;
        assert_eq!(reason(answer), "LAST_OWNER", "who cannot sign in is no owner to rely on");

        let enabled = UpdateUserRequest { id: bob, is_disabled: Some(false), ..Default::default() };
        directory.update_user(request(enabled)).await.unwrap();
        directory.remove_member(remove(&owner, ada)).await.unwrap();
        assert_eq!(emails(&members(&tracker, ListMembersRequest::default()).await.0), ["bob@example.com"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_owner_remains_if_all_leave_at_once() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let mut owners = Vec::new();
        for number in 0..6 {
            owners.push(tracker.member("acme", &format!("o{number}@example.com"), "owner").await);
        }
        let leaving = owners.iter().map(|(id, owner)| {
            let mut directory = tracker.directory();
            async move { reason(directory.remove_member(remove(owner, *id)).await) }
        });
        let mut reasons = futures::future::join_all(leaving).await;
        reasons.sort();
        assert_eq!(reasons, ["LAST_OWNER", "OK", "OK", "OK", "OK", "OK"]);
    })
    .await;
}

#[tokio::test]
async fn a_member_gives_and_takes_roles_up_to_their_own() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let (ada, _) = tracker.member("acme", "ada@example.com", "owner").await;
        let (bob, manager) = tracker.member("acme", "bob@example.com", "manager").await;
        let (eve, member) = tracker.member("acme", "eve@example.com", "member").await;
        let mut directory = tracker.directory();

        assert_eq!(reason(directory.set_member(set(&manager, eve, "owner")).await), "ROLE_TOO_HIGH");
        assert_eq!(reason(directory.set_member(set(&manager, bob, "owner")).await), "ROLE_TOO_HIGH");
        assert_eq!(reason(directory.set_member(set(&manager, ada, "member")).await), "ROLE_TOO_HIGH");
        assert_eq!(reason(directory.remove_member(remove(&manager, ada)).await), "ROLE_TOO_HIGH");
        assert_eq!(
            reason(directory.invite_member(invite(&manager, "x@example.com", "owner")).await),
            "ROLE_TOO_HIGH"
        );
        assert_eq!(
            reason(directory.invite_member(invite(&member, "x@example.com", "member")).await),
            "PERMISSION_DENIED"
        );
        assert_eq!(
            reason(directory.add_member(add(&manager, "x@example.com", "member")).await),
            "PERMISSION_DENIED",
            "people invite"
        );
        assert_eq!(reason(directory.set_member(set(&member, eve, "admin")).await), "PERMISSION_DENIED");
        assert_eq!(reason(directory.remove_member(remove(&member, bob)).await), "PERMISSION_DENIED");
        assert_eq!(reason(directory.set_member(set(&manager, 99, "member")).await), "USER_NOT_FOUND");

        directory.set_member(set(&manager, eve, "admin")).await.unwrap();
        directory.remove_member(remove(&member, eve)).await.unwrap();
        assert_eq!(reason(directory.set_member(set(&manager, eve, "member")).await), "MEMBER_NOT_FOUND");
        assert_eq!(reason(directory.remove_member(remove(&manager, eve)).await), "MEMBER_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn a_member_added_by_e_mail_is_found_or_registered() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let operator = Caller::Operator;
        let known = tracker.person("ada@example.com").await;
        let mut directory = tracker.directory();

        let added =
            directory.add_member(add(&operator, "ADA@example.com", "admin")).await.unwrap().into_inner();
        assert_eq!((added.user.unwrap().id, added.role.as_str()), (known.id, "admin"));
        let added =
            directory.add_member(add(&operator, "new@example.com", "member")).await.unwrap().into_inner();
        assert_eq!(added.user.unwrap().name, "new");

        let error = refusal(directory.add_member(add(&operator, "new@example.com", "admin")).await);
        assert_eq!(error.reason, "ALREADY_A_MEMBER");
        assert_eq!(error.fields[0].messages, ["The user new@example.com is already a member"]);
        assert_eq!(
            reason(directory.add_member(add(&operator, "no address", "admin")).await),
            "INVALID_FIELD"
        );
        assert_eq!(
            reason(directory.add_member(add(&operator, "y@example.com", "root")).await),
            "UNKNOWN_ROLE"
        );
    })
    .await;
}

#[tokio::test]
async fn members_are_listed_by_page_role_and_text() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        for (email, role) in
            [("c@example.com", "owner"), ("b_1@example.com", "member"), ("a@example.com", "manager")]
        {
            tracker.member("acme", email, role).await;
        }
        let all = ListMembersRequest::default;
        let (list, has_more) = members(&tracker, ListMembersRequest { limit: 2, ..all() }).await;
        assert_eq!((emails(&list), has_more), (vec!["c@example.com".into(), "b_1@example.com".into()], true));
        let (list, has_more) = members(&tracker, ListMembersRequest { limit: 2, offset: 2, ..all() }).await;
        assert_eq!((emails(&list), has_more), (vec!["a@example.com".into()], false));
        let (list, _) = members(&tracker, ListMembersRequest { min_role: "manager".into(), ..all() }).await;
        assert_eq!(emails(&list), ["c@example.com", "a@example.com"]);
        let (list, _) = members(&tracker, ListMembersRequest { query: "B_1@".into(), ..all() }).await;
        assert_eq!(emails(&list), ["b_1@example.com"]);
        let (list, _) = members(&tracker, ListMembersRequest { query: "%".into(), ..all() }).await;
        assert!(list.is_empty(), "a percent sign is only that");

        let mut directory = tracker.directory();
        let asked = ListMembersRequest { organization: "acme".into(), min_role: "root".into(), ..all() };
        assert_eq!(reason(directory.list_members(request(asked)).await), "UNKNOWN_ROLE");
        let stranger = user(&tracker.organization("Initech").await, Role::Owner);
        let asked = ListMembersRequest { organization: "acme".into(), ..all() };
        assert_eq!(reason(directory.list_members(request_as(&stranger, asked)).await), "PERMISSION_DENIED");
        let Caller::User(stranger) = stranger else { panic!("a user") };
        let staff = Caller::User(UserCaller { is_staff: true, ..stranger });
        let asked = GetMemberRequest { organization: acme.slug, user_id: 1 };
        directory.get_member(request_as(&staff, asked)).await.unwrap();
        assert_eq!(reason(directory.set_member(set(&staff, 1, "member")).await), "PERMISSION_DENIED");
    })
    .await;
}

#[tokio::test]
async fn people_see_their_own_organizations_and_superusers_all() {
    each(|tracker| async move {
        tracker.organization("Initech").await;
        tracker.organization("Acme").await;
        let (ada, owner) = tracker.member("acme", "ada@example.com", "owner").await;
        let mut directory = tracker.directory();

        let own = directory.list_organizations(ask(ada, &owner)).await.unwrap().into_inner();
        assert_eq!((own.organizations[0].slug.as_str(), own.has_more), ("acme", false));
        assert_eq!(reason(directory.list_organizations(ask(0, &owner)).await), "PERMISSION_DENIED");
        assert_eq!(reason(directory.list_organizations(ask(ada + 1, &owner)).await), "PERMISSION_DENIED");
        let Caller::User(owner) = owner else { panic!("a user") };
        let root = Caller::User(UserCaller { is_superuser: true, ..owner });
        let all = directory.list_organizations(ask(0, &root)).await.unwrap().into_inner();
        assert_eq!((all.organizations.len(), all.has_more), (1, true));
    })
    .await;
}

#[tokio::test]
async fn an_organization_begins_with_the_default_features_and_its_managers_change_it() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        assert_eq!(acme.features, patchbay_domain::feature::DEFAULT);
        assert!(!acme.enhanced_privacy);

        let mut directory = tracker.directory();
        let asked = UpdateOrganizationRequest {
            organization: "acme".into(),
            name: Some("Acme Inc.".into()),
            enhanced_privacy: Some(true),
            features: None,
            open_membership: None,
        };
        let by = |role| user(&acme, role);
        assert_eq!(
            reason(directory.update_organization(request_as(&by(Role::Admin), asked.clone())).await),
            "PERMISSION_DENIED"
        );
        let changed = directory.update_organization(request_as(&by(Role::Manager), asked)).await.unwrap();
        let changed = changed.into_inner();
        assert_eq!((changed.name.as_str(), changed.enhanced_privacy), ("Acme Inc.", true));
        assert_eq!(changed.slug, "acme", "others hold the slug");

        let features = |names: &[&str]| UpdateOrganizationRequest {
            organization: "acme".into(),
            features: Some(Features { names: names.iter().map(|&name| name.to_owned()).collect() }),
            ..Default::default()
        };
        let answer = directory.update_organization(request_as(&by(Role::Owner), features(&["b", "a"]))).await;
        assert_eq!(reason(answer), "PERMISSION_DENIED", "features are given, not taken");
        let changed =
            directory.update_organization(request(features(&["b", "a"]))).await.unwrap().into_inner();
        assert_eq!((changed.features, changed.name.as_str()), (vec!["a".into(), "b".into()], "Acme Inc."));
        assert_eq!(reason(directory.update_organization(request(features(&["A b"]))).await), "INVALID_FIELD");
    })
    .await;
}

#[tokio::test]
async fn users_are_listed_changed_and_kept_out() {
    each(|tracker| async move {
        let ada = tracker.person("ada@example.com").await;
        let bob = tracker.person("bob@example.com").await;
        let mut directory = tracker.directory();
        let list = directory.list_users(request(ListUsersRequest::default())).await.unwrap().into_inner();
        assert_eq!(list.users, [ada.clone(), bob.clone()]);
        let asked = ListUsersRequest { query: "BOB@".into(), ..Default::default() };
        assert_eq!(
            directory.list_users(request(asked)).await.unwrap().into_inner().users,
            std::slice::from_ref(&bob)
        );

        let asked = UpdateUserRequest {
            id: bob.id,
            email: Some("Robert@example.com".into()),
            is_staff: Some(true),
            is_disabled: Some(true),
            ..Default::default()
        };
        let changed = directory.update_user(request(asked)).await.unwrap().into_inner();
        assert_eq!((changed.email.as_str(), changed.name.as_str()), ("robert@example.com", "Ada"));
        assert!(changed.is_staff && changed.is_disabled && !changed.is_superuser);
        let taken = UpdateUserRequest { id: bob.id, email: Some(ada.email), ..Default::default() };
        assert_eq!(reason(directory.update_user(request(taken)).await), "EMAIL_TAKEN");
        let unknown = UpdateUserRequest { id: 99, ..Default::default() };
        assert_eq!(reason(directory.update_user(request(unknown)).await), "USER_NOT_FOUND");
    })
    .await;
}
