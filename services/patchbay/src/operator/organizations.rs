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
use super::{answered, as_operator, found, people};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Create an organization. With --slug, an organization that exists already is left unchanged.
    Create {
        /// Display name.
        name: String,
        /// Slug; derived from the name if not given.
        #[arg(long)]
        slug: Option<String>,
        /// E-mail address of the user who becomes the owner.
        #[arg(long, value_name = "EMAIL")]
        owner: Option<String>,
    },
    /// List all organizations, oldest first.
    List,
    /// Change an organization; options that are not given keep their value.
    Set {
        /// Slug or id.
        organization: String,
        /// New name.
        #[arg(long)]
        name: Option<String>,
        /// Whether to leave e-mail addresses of its users out of webhooks.
        #[arg(long, value_name = "YES|NO", hide_possible_values = true)]
        enhanced_privacy: Option<YesNo>,
        /// Whether every member may access every project; otherwise members and admins access only those of their teams.
        #[arg(long, value_name = "YES|NO", hide_possible_values = true)]
        open_membership: Option<YesNo>,
        /// Feature to enable, such as sentry-app-manual-token-refresh; may be given several times.
        #[arg(long = "add-feature", value_name = "FEATURE")]
        add: Vec<String>,
        /// Feature to disable; may be given several times.
        #[arg(long = "remove-feature", value_name = "FEATURE")]
        remove: Vec<String>,
    },
}

pub(super) async fn run(connection: &Connection, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::Create { name, slug, owner } => create(connection, name, slug, owner).await,
        Command::List => list(connection).await,
        Command::Set { organization, name, enhanced_privacy, open_membership, add, remove } => {
            let features = changed_features(connection, &organization, &add, &remove).await?;
            let request = UpdateOrganizationRequest {
                organization,
                name,
                enhanced_privacy: enhanced_privacy.map(Into::into),
                features,
                open_membership: open_membership.map(Into::into),
            };
            let changed = answered(connection.directory().update_organization(as_operator(request)).await)?;
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
                let request = SetMemberRequest {
                    organization: organization.slug.clone(),
                    user_id: owner.id,
                    role: "owner".to_owned(),
                };
                answered(connection.directory().set_member(as_operator(request)).await)?;
            }
            (organization, false)
        }
        None => {
            let request = CreateOrganizationRequest {
                name,
                slug: slug.unwrap_or_default(),
                owner_id: owner.map_or(0, |owner| owner.id),
            };
            (answered(connection.directory().create_organization(as_operator(request)).await)?, true)
        }
    };
    let text = if created { "created the organization" } else { "the organization exists already:" };
    let text = format!("{text} {} (id {})", organization.slug, organization.id);
    Ok(Output::new(people::with(json(&organization), "created", created)?, text))
}

async fn list(connection: &Connection) -> anyhow::Result<Output> {
    let mut rows = Vec::new();
    loop {
        let offset = i32::try_from(rows.len())?;
        let request = ListOrganizationsRequest { offset, ..Default::default() };
        let page = answered(connection.directory().list_organizations(as_operator(request)).await)?;
        rows.extend(page.organizations.iter().map(json));
        if !page.has_more {
            return Ok(Output::table(&["id", "slug", "name"], rows));
        }
    }
}

/// The complete new list of features; `None` if it does not change.
async fn changed_features(
    connection: &Connection,
    organization: &str,
    add: &[String],
    remove: &[String],
) -> anyhow::Result<Option<Features>> {
    if add.is_empty() && remove.is_empty() {
        return Ok(None);
    }
    let request = GetOrganizationRequest { organization: organization.to_owned() };
    let found = answered(connection.directory().get_organization(as_operator(request)).await)?;
    let mut names: BTreeSet<String> = found.features.into_iter().chain(add.iter().cloned()).collect();
    names.retain(|name| !remove.contains(name));
    Ok(Some(Features { names: names.into_iter().collect() }))
}

async fn get(connection: &Connection, organization: &str) -> anyhow::Result<Option<Organization>> {
    let request = GetOrganizationRequest { organization: organization.to_owned() };
    found(connection.directory().get_organization(as_operator(request)).await)
}

fn json(organization: &Organization) -> Value {
    json!({
        "id": organization.id,
        "slug": organization.slug,
        "name": organization.name,
        "features": organization.features,
        "enhancedPrivacy": organization.enhanced_privacy,
        "openMembership": organization.open_membership,
    })
}
