use std::time::Duration;

use patchbay_domain::{Caller, Role, Scope, ScopeSet, UserCaller};
use patchbay_proto::tracker::{
    AcceptInvitationRequest, AddMemberRequest, CreateOrganizationRequest, CreateUserRequest,
    DeclineInvitationRequest, GetInvitationRequest, GetUserRequest, Invitation, InviteMemberRequest,
    ListMembersRequest, Member, RemoveMemberRequest, get_user_request,
};
use patchbay_rpc::{request, request_as};
use tonic::{Response, Status};

use crate::service::{Service, caller, each, each_with, reason, refusal};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn invite(
    tracker: &Service,
    by: &Caller,
    to: &str,
    email: &str,
) -> Result<Response<Invitation>, Status> {
    let asked = InviteMemberRequest {
        organization: to.to_owned(),
        email: email.to_owned(),
        role: "member".to_owned(),
    };
    tracker.directory().invite_member(request_as(by, asked)).await
}

async fn accept(tracker: &Service, by: &Caller, to: &str, id: i64) -> Result<Response<Member>, Status> {
    let asked = AcceptInvitationRequest { organization: to.to_owned(), id };
    tracker.directory().accept_invitation(request_as(by, asked)).await
}

async fn pending(tracker: &Service) -> Vec<String> {
    let asked =
        ListMembersRequest { organization: "acme".into(), with_invitations: true, ..Default::default() };
    let list = tracker.directory().list_members(request(asked)).await.unwrap().into_inner();
    list.invitations.into_iter().map(|invitation| invitation.email).collect()
}

async fn memberships(tracker: &Service, user_id: i64) -> usize {
    let asked = GetUserRequest { user: Some(get_user_request::User::Id(user_id)) };
    tracker.directory().get_user(request(asked)).await.unwrap().into_inner().memberships.len()
}

#[tokio::test]
async fn the_invited_is_a_member_when_they_have_accepted_and_not_before() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let (_, owner) = tracker.member("acme", "olga@example.com", "owner").await;
        let ada = tracker.person("ada@example.com").await;
        let (by_ada, eve) = (caller(&ada), caller(&tracker.person("eve@example.com").await));
        let invited = invite(&tracker, &owner, "acme", "ADA@example.com").await.unwrap().into_inner();
        assert_eq!((invited.email.as_str(), invited.is_expired), ("ada@example.com", false));
        assert_eq!(memberships(&tracker, ada.id).await, 0);
        assert_eq!(pending(&tracker).await, ["ada@example.com"]);
        assert_eq!(reason(invite(&tracker, &owner, "acme", "ada@example.com").await), "ALREADY_INVITED");

        for other in [&eve, &owner, &Caller::Operator] {
            let answer = reason(accept(&tracker, other, "acme", invited.id).await);
            assert!(["MEMBER_NOT_FOUND", "PERMISSION_DENIED"].contains(&&*answer), "{other:?}: {answer}");
        }
        assert_eq!(reason(accept(&tracker, &by_ada, "acme", invited.id + 1).await), "PERMISSION_DENIED");
        assert_eq!(reason(accept(&tracker, &by_ada, "initech", invited.id).await), "PERMISSION_DENIED");
        let Caller::User(user) = &by_ada else { panic!("a user") };
        let token_scopes = Some(ScopeSet::of(&[Scope::EventRead]));
        let narrow = Caller::User(UserCaller { token_scopes, ..user.clone() });
        assert_eq!(reason(accept(&tracker, &narrow, "acme", invited.id).await), "PERMISSION_DENIED");

        let asked = GetInvitationRequest { organization: "acme".into(), id: invited.id };
        let read = tracker.directory().get_invitation(request_as(&by_ada, asked.clone())).await.unwrap();
        assert_eq!(read.into_inner(), invited);
        let by_eve = tracker.directory().get_invitation(request_as(&eve, asked)).await;
        assert_eq!(reason(by_eve), "PERMISSION_DENIED");

        let joined = accept(&tracker, &by_ada, "acme", invited.id).await.unwrap().into_inner();
        assert_eq!((joined.user.unwrap().id, joined.role.as_str()), (ada.id, "member"));
        assert_eq!(memberships(&tracker, ada.id).await, 1);
        assert_eq!(reason(accept(&tracker, &by_ada, "acme", invited.id).await), "PERMISSION_DENIED");
        assert!(pending(&tracker).await.is_empty());
        assert_eq!(reason(invite(&tracker, &owner, "acme", "ada@example.com").await), "ALREADY_A_MEMBER");
    })
    .await;
}

#[tokio::test]
async fn an_invitation_reveals_and_registers_no_user() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let (_, owner) = tracker.member("acme", "olga@example.com", "owner").await;
        tracker.person("known@example.com").await;
        let blank = |invitation: Invitation| Invitation { id: 0, email: String::new(), ..invitation };
        let known = invite(&tracker, &owner, "acme", "known@example.com").await.unwrap().into_inner();
        let unknown = invite(&tracker, &owner, "acme", "unknown@example.com").await.unwrap().into_inner();
        assert_eq!(blank(known), blank(unknown));
        let asked = |email: &str| {
            request(GetUserRequest { user: Some(get_user_request::User::Email(email.to_owned())) })
        };
        assert_eq!(
            reason(tracker.directory().get_user(asked("unknown@example.com")).await),
            "USER_NOT_FOUND"
        );

        let sign_in = |email: &str| {
            let email = email.to_owned();
            request(CreateUserRequest { name: "New".into(), email, only_invited: true, ..Default::default() })
        };
        tracker.directory().create_user(sign_in("Unknown@example.com")).await.unwrap();
        let refused = reason(tracker.directory().create_user(sign_in("uninvited@example.com")).await);
        assert_eq!(refused, "NOT_INVITED");
    })
    .await;
}

#[tokio::test]
async fn an_invitation_ends_by_being_declined_withdrawn_overtaken_or_left_alone() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let (_, owner) = tracker.member("acme", "olga@example.com", "owner").await;
        let (bob, manager) = tracker.member("acme", "bob@example.com", "manager").await;
        let ada = caller(&tracker.person("ada@example.com").await);
        let invited = |by: &Caller| {
            let (tracker, by) = (&tracker, by.clone());
            async move { invite(tracker, &by, "acme", "ada@example.com").await.unwrap().into_inner().id }
        };
        let mut directory = tracker.directory();

        let id = invited(&owner).await;
        let decline = DeclineInvitationRequest { organization: "acme".into(), id };
        assert_eq!(
            reason(directory.decline_invitation(request_as(&manager, decline.clone())).await),
            "MEMBER_NOT_FOUND"
        );
        directory.decline_invitation(request_as(&ada, decline)).await.unwrap();
        assert_eq!(reason(accept(&tracker, &ada, "acme", id).await), "PERMISSION_DENIED");

        let remove = |user_id| RemoveMemberRequest { organization: "acme".into(), user_id };
        let id = invited(&owner).await;
        assert_eq!(
            reason(directory.remove_member(request_as(&ada, remove(id))).await),
            "PERMISSION_DENIED",
            "the invited declines"
        );
        directory.remove_member(request_as(&manager, remove(id))).await.unwrap();
        assert_eq!(reason(accept(&tracker, &ada, "acme", id).await), "PERMISSION_DENIED");

        let id = invited(&manager).await;
        directory.remove_member(request_as(&owner, remove(bob))).await.unwrap();
        let answer = reason(accept(&tracker, &ada, "acme", id).await);
        assert_eq!(answer, "PERMISSION_DENIED", "who invited belongs to it no more");

        let id = invited(&owner).await;
        tracker.clock.advance(30 * DAY);
        assert_eq!(reason(accept(&tracker, &ada, "acme", id).await), "MEMBER_NOT_FOUND");
        let id = invited(&owner).await;
        let added = AddMemberRequest {
            organization: "acme".into(),
            email: "ada@example.com".into(),
            role: "admin".into(),
            ..Default::default()
        };
        directory.add_member(request(added)).await.unwrap();
        assert_eq!(reason(accept(&tracker, &ada, "acme", id).await), "PERMISSION_DENIED");
        assert!(pending(&tracker).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn invitations_come_behind_members_page_by_page() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let (_, owner) = tracker.member("acme", "m0@example.com", "owner").await;
        tracker.member("acme", "m1@example.com", "member").await;
        for email in ["i0@example.com", "i1@example.com", "i2@example.com"] {
            invite(&tracker, &owner, "acme", email).await.unwrap();
            tracker.clock.advance(Duration::from_secs(1));
        }
        let all = ["m0", "m1", "i0", "i1", "i2"];
        for limit in 1..=6 {
            for offset in 0..=6_usize {
                let asked = ListMembersRequest {
                    organization: "acme".into(),
                    with_invitations: true,
                    offset: offset as i32,
                    limit: limit as i32,
                    ..Default::default()
                };
                let list = tracker.directory().list_members(request(asked)).await.unwrap().into_inner();
                let members = list.members.into_iter().map(|member| member.user.unwrap().email);
                let invited = list.invitations.into_iter().map(|invitation| invitation.email);
                let found: Vec<_> = members.chain(invited).map(|email| email[..2].to_owned()).collect();
                let expected: Vec<_> = all.iter().skip(offset).take(limit).copied().collect();
                assert_eq!(
                    (found, list.has_more),
                    (expected.iter().map(|&name| name.to_owned()).collect(), offset + limit < 5),
                    "{offset} {limit}"
                );
            }
        }
        assert_eq!(pending(&tracker).await.len(), 3);
        let plain = ListMembersRequest { organization: "acme".into(), ..Default::default() };
        let plain = tracker.directory().list_members(request(plain)).await.unwrap().into_inner();
        assert_eq!((plain.members.len(), plain.invitations.len()), (2, 0), "services get the members");
    })
    .await;
}

#[tokio::test]
async fn invitations_are_bounded() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        let owner = crate::service::user(&acme, Role::Owner);
        tracker.person("ada@example.com").await;
        for number in 0..100 {
            invite(&tracker, &Caller::Operator, "acme", &format!("p{number}@example.com")).await.unwrap();
        }
        let error = refusal(invite(&tracker, &owner, "acme", "one@example.com").await);
        assert_eq!((error.reason.as_ref(), error.fields.len()), ("TOO_MANY_INVITATIONS", 1));
        tracker.clock.advance(30 * DAY);
        invite(&tracker, &Caller::Operator, "acme", "one@example.com").await.unwrap();
        assert_eq!(pending(&tracker).await, ["one@example.com"], "expired ones make room");

        for number in 0..19 {
            let slug = tracker.organization(&format!("Host {number}")).await.slug;
            invite(&tracker, &Caller::Operator, &slug, "one@example.com").await.unwrap();
        }
        tracker.organization("Last").await;
        let answer = invite(&tracker, &Caller::Operator, "last", "one@example.com").await;
        assert_eq!(reason(answer), "TOO_MANY_INVITATIONS");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_user_creates_and_joins_no_more_organizations_than_configured() {
    each_with(&[("ORGANIZATIONS_PER_USER", "3")], |tracker| async move {
        tracker.organization("Acme").await;
        let ada = tracker.person("ada@example.com").await;
        let by_ada = caller(&ada);
        let invited =
            invite(&tracker, &Caller::Operator, "acme", "ada@example.com").await.unwrap().into_inner();
        let founding = (0..8).map(|number| {
            let asked = CreateOrganizationRequest { name: format!("Own {number}"), ..Default::default() };
            let (mut directory, asked) = (tracker.directory(), request_as(&by_ada, asked));
            async move { reason(directory.create_organization(asked).await) }
        });
        let mut reasons = futures::future::join_all(founding).await;
        reasons.sort();
        assert_eq!(reasons[..3], ["OK", "OK", "OK"]);
        assert!(reasons[3..].iter().all(|reason| reason == "TOO_MANY_ORGANIZATIONS"), "{reasons:?}");
        let answer = accept(&tracker, &by_ada, "acme", invited.id).await;
        assert_eq!(reason(answer), "TOO_MANY_ORGANIZATIONS");
        assert_eq!(
            pending(&tracker).await,
            ["ada@example.com"],
            "they can accept once they have left another"
        );

        let added = AddMemberRequest {
            organization: "acme".into(),
            email: "ada@example.com".into(),
            role: "member".into(),
            ..Default::default()
        };
        tracker.directory().add_member(request(added)).await.unwrap();
        assert_eq!(memberships(&tracker, ada.id).await, 4, "the operator adds them all the same");
    })
    .await;
}
