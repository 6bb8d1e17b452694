//! Users, their memberships and their teams.

use patchbay_domain::{Caller, Membership, Role, UserCaller};
use patchbay_proto::tracker::{
    CreateTeamRequest, CreateUserRequest, Organization, SetMemberRequest, SetTeamMemberRequest, User,
};

use super::{Seeder, as_operator};

const PEOPLE: [(&str, Role); 8] = [
    ("Olga Owner", Role::Owner),
    ("Manuel Manager", Role::Manager),
    ("Ada Admin", Role::Admin),
    ("Arno Admin", Role::Admin),
    ("Mei Member", Role::Member),
    ("Milan Member", Role::Member),
    ("Mona Member", Role::Member),
    ("Musa Member", Role::Member),
];
pub(super) const TEAMS: [&str; 3] = ["web", "checkout", "logistics"];

impl Seeder<'_> {
    pub(super) async fn people(&self, organization: &Organization) -> anyhow::Result<Vec<User>> {
        let mut people = Vec::with_capacity(PEOPLE.len());
        for (name, role) in PEOPLE {
            let address = name.to_ascii_lowercase().replace(' ', ".");
            let email = format!("{address}@{}.example", organization.slug);
            let request = CreateUserRequest { name: name.to_owned(), email, ..Default::default() };
            let user = self.directory_client().create_user(as_operator(request)).await?.into_inner();
            let member = SetMemberRequest {
                organization: organization.slug.clone(),
                user_id: user.id,
                role: role.as_str().to_owned(),
            };
            people.push(self.directory_client().set_member(as_operator(member)).await?.into_inner());
        }
        Ok(people)
    }

    pub(super) async fn teams(&mut self, organization: &Organization, people: &[User]) -> anyhow::Result<()> {
        for (position, slug) in TEAMS.into_iter().enumerate() {
            let request = CreateTeamRequest {
                organization: organization.slug.clone(),
                slug: slug.to_owned(),
                ..Default::default()
            };
            self.projects_client().create_team(as_operator(request)).await?;
            // The owner and the manager are in every team, everyone else in one.
            let members = people.iter().enumerate().filter(|(n, _)| *n < 2 || n % TEAMS.len() == position);
            for (_, user) in members {
                let member = SetTeamMemberRequest {
                    organization: organization.slug.clone(),
                    team: slug.to_owned(),
                    user_id: user.id,
                    is_member: true,
                };
                self.projects_client().set_team_member(as_operator(member)).await?;
            }
        }
        Ok(())
    }
}

/// The caller of requests that this user makes.
pub(super) fn caller(user: &User) -> Caller {
    let membership = |membership: &patchbay_proto::tracker::Membership| {
        Some(Membership {
            organization_id: membership.organization_id,
            organization_slug: membership.organization_slug.clone(),
            role: membership.role.parse().ok()?,
        })
    };
    Caller::User(UserCaller {
        user_id: user.id,
        name: user.name.clone(),
        email: user.email.clone(),
        is_superuser: false,
        is_staff: false,
        memberships: user.memberships.iter().filter_map(membership).collect(),
        token_scopes: None,
    })
}
