//! `patchbay users`.

use clap::Subcommand;
use patchbay_proto::auth_token::{ForgetOidcIdentitiesRequest, RevokeUserRequest};
use patchbay_proto::tracker::{CreateUserRequest, ListUsersRequest, UpdateUserRequest};

use super::arguments::YesNo;
use super::connection::Connection;
use super::output::Output;
use super::{answered, as_operator, people};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Create a user. A user who exists already is left unchanged.
    Create {
        /// E-mail address, which identifies the user.
        email: String,
        /// Display name; derived from the e-mail address if not given.
        #[arg(long)]
        name: Option<String>,
        /// Give the user the permissions of an owner in every organization.
        #[arg(long)]
        superuser: bool,
        /// Let the user read every organization and review apps.
        #[arg(long)]
        staff: bool,
    },
    /// List users, oldest first.
    List {
        /// List only users whose e-mail address or name contains this text.
        #[arg(long, value_name = "TEXT", default_value = "")]
        query: String,
    },
    /// Unbind a user from their accounts at the OpenID Connect provider. The next account that signs in with their verified
    /// e-mail address is bound to them.
    Unbind {
        /// E-mail address of the user.
        email: String,
    },
    /// Change a user; options that are not given keep their value.
    Set {
        /// E-mail address of the user.
        email: String,
        /// New name.
        #[arg(long)]
        name: Option<String>,
        /// New e-mail address.
        #[arg(long = "new-email", value_name = "EMAIL")]
        new_email: Option<String>,
        /// Whether the user has the permissions of an owner in every organization.
        #[arg(long, value_name = "YES|NO", hide_possible_values = true)]
        superuser: Option<YesNo>,
        /// Whether the user can read every organization and review apps.
        #[arg(long, value_name = "YES|NO", hide_possible_values = true)]
        staff: Option<YesNo>,
        /// Whether the user is disabled. Disabling ends their sessions and tokens.
        #[arg(long, value_name = "YES|NO", hide_possible_values = true)]
        disabled: Option<YesNo>,
    },
}

pub(super) async fn run(connection: &Connection, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::Create { email, name, superuser, staff } => {
            create(connection, email, name, superuser, staff).await
        }
        Command::List { query } => list(connection, query).await,
        Command::Unbind { email } => {
            let user = people::known(connection, &email).await?;
            let request = ForgetOidcIdentitiesRequest { user_id: user.id };
            let answer = answered(connection.sessions().forget_oidc_identities(as_operator(request)).await)?;
            let json = people::with(people::json(&user), "unbound", answer.forgotten)?;
            Ok(Output::new(json, format!("{}: {} accounts unbound", user.email, answer.forgotten)))
        }
        Command::Set { email, name, new_email, superuser, staff, disabled } => {
            let user = people::known(connection, &email).await?;
            let request = UpdateUserRequest {
                id: user.id,
                name,
                email: new_email,
                is_superuser: superuser.map(Into::into),
                is_staff: staff.map(Into::into),
                is_disabled: disabled.map(Into::into),
            };
            let changed = answered(connection.directory().update_user(as_operator(request)).await)?;
            // Every gateway refuses a disabled user. Revoking also ends their sessions and tokens for good.
            if changed.is_disabled {
                let request = RevokeUserRequest { user_id: changed.id };
                answered(connection.tokens().revoke_user(as_operator(request)).await)?;
            }
            Ok(Output::new(people::json(&changed), format!("changed the user {}", changed.email)))
        }
    }
}

async fn create(
    connection: &Connection,
    email: String,
    name: Option<String>,
    is_superuser: bool,
    is_staff: bool,
) -> anyhow::Result<Output> {
    let (user, created) = match people::by_email(connection, &email).await? {
        Some(user) => (user, false),
        None => {
            let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
            let request = CreateUserRequest { name, email, is_superuser, is_staff, only_invited: false };
            (answered(connection.directory().create_user(as_operator(request)).await)?, true)
        }
    };
    let text = if created { "created the user" } else { "the user exists already:" };
    let text = format!("{text} {} (id {})", user.email, user.id);
    Ok(Output::new(people::with(people::json(&user), "created", created)?, text))
}

async fn list(connection: &Connection, query: String) -> anyhow::Result<Output> {
    let mut rows = Vec::new();
    loop {
        let request = ListUsersRequest { query: query.clone(), offset: i32::try_from(rows.len())?, limit: 0 };
        let page = answered(connection.directory().list_users(as_operator(request)).await)?;
        rows.extend(page.users.iter().map(people::json));
        if !page.has_more {
            return Ok(Output::table(&["id", "email", "name", "superuser", "staff", "disabled"], rows));
        }
    }
}
