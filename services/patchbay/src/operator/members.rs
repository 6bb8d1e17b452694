//! `patchbay members`.

use clap::{Subcommand, ValueEnum};
use patchbay_proto::tracker::{ListMembersRequest, Member, RemoveMemberRequest, SetMemberRequest};
use serde_json::{Value, json};

use super::connection::Connection;
use super::output::Output;
use super::{answered, as_operator, found, people};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Set a member's role; a user who is not a member becomes one.
    Set {
        /// Slug or id of the organization.
        organization: String,
        /// E-mail address of the user.
        email: String,
        /// New role.
        role: RoleName,
    },
    /// List the members of an organization, the earliest first.
    List {
        /// Slug or id of the organization.
        organization: String,
    },
    /// Remove a member. Does nothing if the user is not a member.
    Remove {
        /// Slug or id of the organization.
        organization: String,
        /// E-mail address of the user.
        email: String,
    },
}

/// The roles, in ascending order of permissions.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RoleName {
    Member,
    Admin,
    Manager,
    Owner,
}

impl RoleName {
    fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Owner => "owner",
        }
    }
}

pub(super) async fn run(connection: &Connection, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::Set { organization, email, role } => {
            let role = role.as_str();
            let user_id = people::known(connection, &email).await?.id;
            let request =
                SetMemberRequest { organization: organization.clone(), user_id, role: role.to_owned() };
            let user = answered(connection.directory().set_member(as_operator(request)).await)?;
            Ok(Output::new(people::json(&user), format!("{} is {role} of {organization}", user.email)))
        }
        Command::List { organization } => list(connection, organization).await,
        Command::Remove { organization, email } => {
            let user = people::known(connection, &email).await?;
            let request = RemoveMemberRequest { organization: organization.clone(), user_id: user.id };
            // "Not found" also means that there is no such organization.
            let removed = found(connection.directory().remove_member(as_operator(request)).await)?.is_some();
            let text = if removed { "is no longer a member of" } else { "was not a member of" };
            let json = json!({ "email": user.email, "organization": organization, "removed": removed });
            Ok(Output::new(json, format!("{} {text} {organization}", user.email)))
        }
    }
}

async fn list(connection: &Connection, organization: String) -> anyhow::Result<Output> {
    let mut rows = Vec::new();
    loop {
        let request = ListMembersRequest {
            organization: organization.clone(),
            offset: i32::try_from(rows.len())?,
            ..Default::default()
        };
        let page = answered(connection.directory().list_members(as_operator(request)).await)?;
        rows.extend(page.members.iter().map(json));
        if !page.has_more {
            return Ok(Output::table(&["id", "email", "name", "role"], rows));
        }
    }
}

fn json(member: &Member) -> Value {
    let user = member.user.clone().unwrap_or_default();
    json!({ "id": user.id, "email": user.email, "name": user.name, "role": member.role })
}
