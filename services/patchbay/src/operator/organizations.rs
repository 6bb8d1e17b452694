//! `patchbay organizations`.

use std::collections::BTreeSet;

use clap::Subcommand;
use patchbay_proto::tracker::{
    CreateOrganizationRequest, Features, GetOrganizationRequest, ListOrganizationsRequest, Organization,
    SetMemberRequest, UpdateOrganizationRequest,
};
use serde_json::{Value, json};

use super::arguments::YesNo;
use super::connection::Connection;
use super::output::Output;
use super::{answered, ask, found, people};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Found an organization. With --slug it may be repeated: one that is there already is left as it is.
    Create {
        /// Name, shown to people.
        name: String,
        /// Readable id; made from the name unless given.
        #[arg(long)]
        slug: Option<String>,
        /// E-mail address of the user who becomes its owner.
        #[arg(long, value_name = "EMAIL")]
        owner: Option<String>,
    },
    /// List all organizations, oldest first.
    List,
    /// Change an organization; what is not given stays as it is.
    Set {
        /// Slug or number.
        organization: String,
        /// Another name.
        #[arg(long)]
        name: Option<String>,
        /// Whether e-mail addresses of its people are kept out of webhooks.
        #[arg(long, value_name = "YES|NO", hide_possible_values = true)]
        enhanced_privacy: Option<YesNo>,
        /// A feature it is to have, such as sentry-app-manual-token-refresh; may be repeated.
        #[arg(long = "add-feature", value_name = "FEATURE")]
        add: Vec<String>,
        /// A feature it is to lose; may be repeated.
        #[arg(long = "remove-feature", value_name = "FEATURE")]
        remove: Vec<String>,
    },
}

pub(super) async fn run(connection: &Connection, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::Create { name, slug, owner } => create(connection, name, slug, owner).await,
        Command::List => list(connection).await,
        Command::Set { organization, name, enhanced_privacy, add, remove } => {
            let features = changed_features(connection, &organization, &add, &remove).await?;
            let asked = UpdateOrganizationRequest {
                organization,
                name,
                enhanced_privacy: enhanced_privacy.map(Into::into),
                features,
            };
            let changed = answered(connection.directory().update_organization(ask(asked)).await)?;
            Ok(Output::new(json(&changed), format!("changed the organization {}", changed.slug)))
        }
    }
}

async fn create(
    connection: &Connection,
    name: String,
    slug: Option<String>,
    owner: Option<String>,
) -> anyhow::Result<Output> {
    let owner = match owner {
        Some(email) => Some(people::known(connection, &email).await?),
        None => None,
    };
    let existing = match &slug {
        Some(slug) => get(connection, slug).await?,
        None => None,
    };
    let (organization, created) = match existing {
        Some(organization) => {
            if let Some(owner) = &owner {
                let asked = SetMemberRequest {
                    organization: organization.slug.clone(),
                    user_id: owner.id,
                    role: "owner".to_owned(),
                };
                answered(connection.directory().set_member(ask(asked)).await)?;
            }
            (organization, false)
        }
        None => {
            let asked = CreateOrganizationRequest {
                name,
                slug: slug.unwrap_or_default(),
                owner_id: owner.map_or(0, |owner| owner.id),
            };
            (answered(connection.directory().create_organization(ask(asked)).await)?, true)
        }
    };
    let text = if created { "founded the organization" } else { "there is already the organization" };
    let text = format!("{text} {} (number {})", organization.slug, organization.id);
    Ok(Output::new(people::with(json(&organization), "created", created)?, text))
}

async fn list(connection: &Connection) -> anyhow::Result<Output> {
    let mut rows = Vec::new();
    loop {
        let offset = i32::try_from(rows.len())?;
        let asked = ListOrganizationsRequest { offset, ..Default::default() };
        let page = answered(connection.directory().list_organizations(ask(asked)).await)?;
        rows.extend(page.organizations.iter().map(json));
        if !page.has_more {
            return Ok(Output::table(&["id", "slug", "name"], rows));
        }
    }
}

/// All features as they are to be, if any are to change.
async fn changed_features(
    connection: &Connection,
    organization: &str,
    add: &[String],
    remove: &[String],
) -> anyhow::Result<Option<Features>> {
    if add.is_empty() && remove.is_empty() {
        return Ok(None);
    }
    let asked = GetOrganizationRequest { organization: organization.to_owned() };
    let found = answered(connection.directory().get_organization(ask(asked)).await)?;
    let mut names: BTreeSet<String> = found.features.into_iter().chain(add.iter().cloned()).collect();
    names.retain(|name| !remove.contains(name));
    Ok(Some(Features { names: names.into_iter().collect() }))
}

async fn get(connection: &Connection, organization: &str) -> anyhow::Result<Option<Organization>> {
    let asked = GetOrganizationRequest { organization: organization.to_owned() };
    found(connection.directory().get_organization(ask(asked)).await)
}

fn json(organization: &Organization) -> Value {
    json!({
        "id": organization.id,
        "slug": organization.slug,
        "name": organization.name,
        "features": organization.features,
        "enhancedPrivacy": organization.enhanced_privacy,
    })
}
