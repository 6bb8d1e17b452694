use patchbay_domain::Scope::{
    self, MemberAdmin, MemberInvite, MemberRead, MemberWrite, OrgAdmin, OrgIntegrations, OrgRead, OrgWrite,
};

use crate::access::{USERS, one_of};
use crate::field::Kind::{Choice, Flag, Integer, Text};
use crate::field::{Field, optional, required};
use crate::json::audit_entry::AuditLogJson;
use crate::json::member::MemberJson;
use crate::json::organization::OrganizationJson;
use crate::json::user::UserJson;
use crate::operation::{delete, get, post, put};
use crate::routes::{
    Group, accept_invitation, add_member, create_organization, decline_invitation, get_member,
    get_organization, get_own_user, list_audit_logs, list_members, list_organizations, remove_member,
    update_member, update_organization,
};

const READERS: &[Scope] = &[OrgRead, OrgIntegrations, OrgWrite, OrgAdmin];
const WRITERS: &[Scope] = &[OrgWrite, OrgAdmin];
const MEMBER_READERS: &[Scope] = &[MemberRead, MemberInvite, MemberWrite, MemberAdmin];
const MEMBER_ADDERS: &[Scope] = &[MemberInvite, MemberWrite, MemberAdmin];
const MEMBER_WRITERS: &[Scope] = &[MemberWrite, MemberAdmin];
const MEMBER_REMOVERS: &[Scope] = &[MemberAdmin];

const ALL: &str = "/api/0/organizations/";
const ONE: &str = "/api/0/organizations/{organization}/";
const MEMBERS: &str = "/api/0/organizations/{organization}/members/";
const MEMBER: &str = "/api/0/organizations/{organization}/members/{member}/";

const ACCEPT: &str = "/api/0/organizations/{organization}/members/{member}/accept/";
const DECLINE: &str = "/api/0/organizations/{organization}/members/{member}/decline/";

const ROLE: Field = optional("orgRole", Choice(&["member", "admin", "manager", "owner"]));
const OLDER_ROLE: Field = optional("role", Choice(&["member", "admin", "manager", "owner"]));

pub(in crate::routes) fn group() -> Group {
    let operations = vec![
        get("list_organizations", ALL, list_organizations::list_organizations)
            .does("List the organizations that the caller belongs to")
            .by(USERS.and_apps())
            .asks(&[optional("show", Choice(&["all"]))])
            .paged()
            .lists::<OrganizationJson>(),
        post("create_organization", ALL, create_organization::create_organization)
            .does("Found an organization, as its owner")
            .by(USERS)
            .takes(&[required("name", Text), optional("slug", Text)])
            .answers::<OrganizationJson>(201)
            .refuses(409),
        get("get_organization", ONE, get_organization::get_organization)
            .does("Read an organization")
            .by(one_of(READERS).and_apps())
            .answers::<OrganizationJson>(200),
        put("update_organization", ONE, update_organization::update_organization)
            .does("Change an organization")
            .by(one_of(WRITERS).and_apps())
            .takes(&[optional("name", Text), optional("enhancedPrivacy", Flag)])
            .answers::<OrganizationJson>(200),
        get("list_members", MEMBERS, list_members::list_members)
            .does("List the members of an organization, and who is invited")
            .by(one_of(MEMBER_READERS).and_apps())
            .asks(&[optional("query", Text)])
            .paged()
            .lists::<MemberJson>(),
        post("add_member", MEMBERS, add_member::add_member)
            .does("Invite somebody by e-mail address; they become a member when they accept")
            .by(one_of(MEMBER_ADDERS))
            .takes(&[required("email", Text), ROLE, OLDER_ROLE])
            .answers::<MemberJson>(201),
        get("get_member", MEMBER, get_member::get_member)
            .does("Read a member, or somebody who is invited")
            .by(one_of(MEMBER_READERS).and_apps())
            .answers::<MemberJson>(200),
        put("update_member", MEMBER, update_member::update_member)
            .does("Give a member another role")
            .by(one_of(MEMBER_WRITERS))
            .takes(&[ROLE, OLDER_ROLE])
            .answers::<MemberJson>(200),
        delete("remove_member", MEMBER, remove_member::remove_member)
            .does("End a membership, or withdraw an invitation; members may end their own membership")
            .by(one_of(MEMBER_REMOVERS))
            .answers_nothing(204),
        post("accept_invitation", ACCEPT, accept_invitation::accept_invitation)
            .does("Accept an invitation, as the one who is invited")
            .by(USERS)
            .answers::<MemberJson>(200),
        post("decline_invitation", DECLINE, decline_invitation::decline_invitation)
            .does("Decline an invitation, as the one who is invited")
            .by(USERS)
            .answers_nothing(204),
        get(
            "list_audit_logs",
            "/api/0/organizations/{organization}/audit-logs/",
            list_audit_logs::list_audit_logs,
        )
        .does("Read what was changed in an organization, by whom and when")
        .by(one_of(WRITERS))
        .asks(&[
            optional("event", Text),
            optional("actor", Integer),
            optional("start", Text),
            optional("end", Text),
        ])
        .paged()
        .answers::<AuditLogJson>(200),
        get("get_own_user", "/api/0/users/me/", get_own_user::get_own_user)
            .does("Tell who is asking")
            .by(USERS)
            .answers::<UserJson>(200),
    ];
    Group { name: "Organizations", about: "Organizations, their members and what they did.", operations }
}
