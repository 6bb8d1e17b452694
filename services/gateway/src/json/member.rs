//! A person in an organization.

use patchbay_proto::tracker::{Invitation, Member};
use serde::Serialize;
use utoipa::ToSchema;

use super::time;
use super::user::UserJson;

/// A member, with the id of the user, or a pending invitation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Member)]
pub(crate) struct MemberJson {
    id: String,
    email: String,
    name: String,
    /// Null for an invitation: the organization must not learn whether the address belongs to a user.
    user: Option<UserJson>,
    org_role: String,
    /// The same as `orgRole`, under its older name.
    role: String,
    role_name: String,
    pending: bool,
    expired: bool,
    date_created: Option<String>,
    invite_status: &'static str,
    inviter_name: Option<String>,
}

impl From<Member> for MemberJson {
    fn from(member: Member) -> Self {
        let user = member.user.unwrap_or_default();
        Self {
            id: user.id.to_string(),
            email: user.email.clone(),
            name: user.name.clone(),
            role_name: capitalized(&member.role),
            org_role: member.role.clone(),
            role: member.role,
            user: Some(user.into()),
            pending: false,
            expired: false,
            date_created: member.joined_at.as_ref().and_then(time::iso),
            invite_status: "approved",
            inviter_name: None,
        }
    }
}

impl From<Invitation> for MemberJson {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id.to_string(),
            email: invitation.email.clone(),
            name: invitation.email,
            user: None,
            role_name: capitalized(&invitation.role),
            org_role: invitation.role.clone(),
            role: invitation.role,
            pending: true,
            expired: invitation.is_expired,
            date_created: invitation.created_at.as_ref().and_then(time::iso),
            invite_status: "approved",
            inviter_name: Some(invitation.inviter_name).filter(|name| !name.is_empty()),
        }
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use patchbay_proto::tracker::User;
    use prost_types::Timestamp;

    use super::*;

    #[test]
    fn a_member_has_sentrys_keys() {
        let moment = Timestamp { seconds: 1_786_849_394, nanos: 870_000_000 };
        let user = User {
            id: 3,
            name: "Ada".into(),
            email: "ada@example.com".into(),
            created_at: Some(moment),
            ..User::default()
        };
        let member = Member { user: Some(user), role: "manager".into(), joined_at: Some(moment) };
        let expected = concat!(
            r#"{"id":"3","email":"ada@example.com","name":"Ada","#,
            r#""user":{"id":"3","name":"Ada","username":"ada@example.com","email":"ada@example.com","isActive":true,"#,
            r#""isSuperuser":false,"isStaff":false,"dateJoined":"2026-08-16T03:03:14.870Z"},"#,
            r#""orgRole":"manager","role":"manager","roleName":"Manager","pending":false,"expired":false,"#,
            r#""dateCreated":"2026-08-16T03:03:14.870Z","inviteStatus":"approved","inviterName":null}"#,
        );
        assert_eq!(serde_json::to_string(&MemberJson::from(member)).unwrap(), expected);
    }

    #[test]
    fn an_invitation_tells_nothing_of_the_person_behind_the_address() {
        let moment = Timestamp { seconds: 1_786_849_394, nanos: 870_000_000 };
        let invitation = Invitation {
            id: 4,
            email: "ada@example.com".into(),
            role: "manager".into(),
            inviter_name: "Eve".into(),
            created_at: Some(moment),
            ..Invitation::default()
        };
        let expected = concat!(
            r#"{"id":"4","email":"ada@example.com","name":"ada@example.com","user":null,"#,
            r#""orgRole":"manager","role":"manager","roleName":"Manager","pending":true,"expired":false,"#,
            r#""dateCreated":"2026-08-16T03:03:14.870Z","inviteStatus":"approved","inviterName":"Eve"}"#,
        );
        assert_eq!(serde_json::to_string(&MemberJson::from(invitation)).unwrap(), expected);
    }
}
