//! An organization.

use patchbay_domain::Caller;
use patchbay_proto::tracker::Organization;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// An organization, with the keys of Sentry that exist here.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Organization)]
pub(crate) struct OrganizationJson {
    id: String,
    slug: String,
    name: String,
    date_created: Option<String>,
    status: StatusJson,
    features: Vec<String>,
    enhanced_privacy: bool,
    /// Whether every member may access every project. Otherwise members and admins access only those of their teams.
    open_membership: bool,
    links: LinksJson,
    /// The scopes of the caller in the organization.
    access: Vec<String>,
    /// The role of the caller; null for callers who are not members.
    role: Option<&'static str>,
    /// The same as `role`, under its newer name.
    org_role: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OrganizationStatus)]
struct StatusJson {
    id: &'static str,
    name: &'static str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrganizationLinks)]
struct LinksJson {
    organization_url: String,
    region_url: String,
}

impl OrganizationJson {
    /// As `caller` sees it; `base_url` without a slash at its end.
    pub(crate) fn new(organization: Organization, caller: &Caller, base_url: &str) -> Self {
        let membership = caller.user().and_then(|user| user.membership(organization.id));
        let role = membership.map(|membership| membership.role.as_str());
        Self {
            id: organization.id.to_string(),
            date_created: organization.created_at.as_ref().and_then(time::iso),
            status: StatusJson { id: "active", name: "active" },
            features: organization.features,
            enhanced_privacy: organization.enhanced_privacy,
            open_membership: organization.open_membership,
            links: LinksJson {
                organization_url: format!("{base_url}/organizations/{}/", organization.slug),
                region_url: base_url.to_owned(),
            },
            access: caller.scopes_in(organization.id).map(|scopes| scopes.names()).unwrap_or_default(),
            role,
            org_role: role,
            slug: organization.slug,
            name: organization.name,
        }
    }
}
