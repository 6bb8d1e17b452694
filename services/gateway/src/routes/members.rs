//! Members of organizations, and invitations.

mod accept_invitation;
mod add_member;
mod decline_invitation;
mod get_member;
mod list_members;
mod remove_member;
mod role;
mod update_member;

use patchbay_domain::Scope;

use crate::api::operation::Group;

const MEMBER_READERS: &[Scope] =
    &[Scope::MemberRead, Scope::MemberInvite, Scope::MemberWrite, Scope::MemberAdmin];
const MEMBER_ADDERS: &[Scope] = &[Scope::MemberInvite, Scope::MemberWrite, Scope::MemberAdmin];
const MEMBER_WRITERS: &[Scope] = &[Scope::MemberWrite, Scope::MemberAdmin];
const MEMBER_REMOVERS: &[Scope] = &[Scope::MemberAdmin];

pub(super) fn group() -> Group {
    let operations = vec![
        list_members::operation(),
        add_member::operation(),
        get_member::operation(),
        update_member::operation(),
        remove_member::operation(),
        accept_invitation::operation(),
        decline_invitation::operation(),
    ];
    Group { name: "Members", about: "Members of organizations, and invitations.", operations }
}
