//! `patchbay users`.

use clap::Subcommand;
use patchbay_proto::auth_token::{ForgetOidcIdentitiesRequest, RevokeUserRequest};
use patchbay_proto::tracker::{CreateUserRequest, ListUsersRequest, UpdateUserRequest};

use super::arguments::YesNo;
use super::connection::Connection;
use super::output::Output;
use super::{answered, ask, people};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Register a user. It may be repeated: one who is known already is left as they are.
    Create {
        /// E-mail address, by which they are known from then on.
        email: String,
        /// Name, shown to people; made from the e-mail address unless given.
        #[arg(long)]
        name: Option<String>,
        /// Let them act in every organization as its owner.
        #[arg(long)]
        superuser: bool,
        /// Let them look into every organization and review apps.
        #[arg(long)]
        staff: bool,
    },
    /// List users, oldest first.
    List {
        /// Only those whose e-mail address or name holds this text.
        #[arg(long, value_name = "TEXT", default_value = "")]
        query: String,
    },
    /// Unbind a user from their accounts at the OpenID Connect provider. The next account that signs in with their verified e-mail
    /// address is theirs.
    Unbind {
        /// E-mail address.
        email: String,
    },
    /// Change a user; what is not given stays as it is.
    Set {
        /// E-mail address.
        email: String,
        /// Another name.
        #[arg(long)]
        name: Option<String>,
        /// Another e-mail address.
        #[arg(long = "new-email", value_name = "EMAIL")]
        new_email: Option<String>,
        /// Whether they may act in every organization as its owner.
        #[arg(long, value_name = "YES|NO", hide_possible_values = true)]
        superuser: Option<YesNo>,
        /// Whether they may look into every organization and review apps.
        #[arg(long, value_name = "YES|NO", hide_possible_values = true)]
        staff: Option<YesNo>,
        /// Whether they are kept out. Keeping out ends their sessions and tokens.
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
            let asked = ForgetOidcIdentitiesRequest { user_id: user.id };
            let answer = answered(connection.sessions().forget_oidc_identities(ask(asked)).await)?;
            let json = people::with(people::json(&user), "unbound", answer.forgotten)?;
            Ok(Output::new(json, format!("{}: {} accounts unbound", user.email, answer.forgotten)))
        }
        Command::Set { email, name, new_email, superuser, staff, disabled } => {
            let user = people::known(connection, &email).await?;
            let asked = UpdateUserRequest {
                id: user.id,
                name,
                email: new_email,
                is_superuser: superuser.map(Into::into),
                is_staff: staff.map(Into::into),
                is_disabled: disabled.map(Into::into),
            };
            let changed = answered(connection.directory().update_user(ask(asked)).await)?;
            // Refused from now on by every gateway; this also takes what they hold out of the world.
            if changed.is_disabled {
                let asked = RevokeUserRequest { user_id: changed.id };
                answered(connection.tokens().revoke_user(ask(asked)).await)?;
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
            let asked = CreateUserRequest { name, email, is_superuser, is_staff, only_invited: false };
            (answered(connection.directory().create_user(ask(asked)).await)?, true)
        }
    };
    let text = if created { "registered the user" } else { "there is already the user" };
    let text = format!("{text} {} (number {})", user.email, user.id);
    Ok(Output::new(people::with(people::json(&user), "created", created)?, text))
}

async fn list(connection: &Connection, query: String) -> anyhow::Result<Output> {
    let mut rows = Vec::new();
    loop {
        let asked = ListUsersRequest { query: query.clone(), offset: i32::try_from(rows.len())?, limit: 0 };
        let page = answered(connection.directory().list_users(ask(asked)).await)?;
        rows.extend(page.users.iter().map(people::json));
        if !page.has_more {
            return Ok(Output::table(&["id", "email", "name", "superuser", "staff", "disabled"], rows));
        }
    }
}
