//! `patchbay members`.

use clap::{Subcommand, ValueEnum};
use patchbay_proto::tracker::{ListMembersRequest, Member, RemoveMemberRequest, SetMemberRequest};
use serde_json::{Value, json};

use super::connection::Connection;
use super::output::Output;
use super::{answered, ask, found, people};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Make a user a member, or change their role.
    Set {
        /// Slug or number of the organization.
        organization: String,
        /// E-mail address of the user.
        email: String,
        /// What they are to be.
        role: RoleName,
    },
    /// List the members of an organization, who joined first in front.
    List {
        /// Slug or number of the organization.
        organization: String,
    },
    /// End a membership. Somebody who is no member is no error.
    Remove {
        /// Slug or number of the organization.
        organization: String,
        /// E-mail address of the user.
        email: String,
    },
}

/// From the one with the fewest rights to the one with all.
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
            let asked =
                SetMemberRequest { organization: organization.clone(), user_id, role: role.to_owned() };
            let user = answered(connection.directory().set_member(ask(asked)).await)?;
            Ok(Output::new(people::json(&user), format!("{} is {role} of {organization}", user.email)))
        }
        Command::List { organization } => list(connection, organization).await,
        Command::Remove { organization, email } => {
            let user = people::known(connection, &email).await?;
            let asked = RemoveMemberRequest { organization: organization.clone(), user_id: user.id };
            // Whether there is such an organization at all is asked by listing it: not there is not there.
            let removed = found(connection.directory().remove_member(ask(asked)).await)?.is_some();
            let text = if removed { "is no longer a member of" } else { "was no member of" };
            let json = json!({ "email": user.email, "organization": organization, "removed": removed });
            Ok(Output::new(json, format!("{} {text} {organization}", user.email)))
        }
    }
}

async fn list(connection: &Connection, organization: String) -> anyhow::Result<Output> {
    let mut rows = Vec::new();
    loop {
        let asked = ListMembersRequest {
            organization: organization.clone(),
            offset: i32::try_from(rows.len())?,
            ..Default::default()
        };
        let page = answered(connection.directory().list_members(ask(asked)).await)?;
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
