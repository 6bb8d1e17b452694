use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Error, Result, Role};
use patchbay_proto::tracker as wire;

use super::organization;
use crate::context::Context;
use crate::domain::input::slug_choice;
use crate::domain::organization::directory_access;
use crate::domain::organization::member_change;
use crate::domain::organization::{NewOrganization, Organization};
use crate::domain::user;
use crate::store::{memberships, organizations, users};

pub(super) async fn create_organization(
    context: &Context,
    caller: &Caller,
    request: wire::CreateOrganizationRequest,
) -> Result<wire::Organization> {
    directory_access::create_organization(caller)?;
    let new = NewOrganization::read(&request.name, &request.slug)?;
    let owner = owner(context, caller, request.owner_id).await?;

    let id = context.db.allocate_ids("organization", 1).await?;
    let candidates: Vec<String> = new.slug.candidates().collect();
    let taken = organizations::taken_slugs(&context.db, &candidates).await?;
    // Another request can take a slug between reading and writing. Then the next slug is tried.
    for slug in candidates.into_iter().filter(|slug| !taken.contains(slug)) {
        let founded = Organization {
            id,
            slug,
            name: new.name.clone(),
            created_at: context.clock.now(),
            features: context.default_features.to_vec(),
            enhanced_privacy: false,
            open_membership: true,
        };
        if found(context, caller, &founded, owner).await? {
            return Ok(organization::to_wire(founded));
        }
    }
    Err(slug_choice::taken(&new.slug))
}

/// The user who creates an organization owns it. Services and operators can name an owner.
async fn owner(context: &Context, caller: &Caller, requested: i64) -> Result<Option<i64>> {
    match caller.user() {
        Some(user) => Ok(Some(user.user_id)),
        None if requested == 0 => Ok(None),
        None => {
            let user = users::find(&context.db, requested).await?.ok_or_else(user::not_found)?;
            Ok(Some(user.id))
        }
    }
}

/// False if the slug is taken.
async fn found(
    context: &Context,
    caller: &Caller,
    founded: &Organization,
    owner: Option<i64>,
) -> Result<bool, Error> {
    let mut tx = context.db.begin().await?;
    if !organizations::insert(&mut tx, founded).await? {
        return Ok(false);
    }
    if let Some(owner) = owner {
        if caller.user().is_some() {
            users::lock(&mut tx, owner).await?;
            let joined = memberships::count_of_user(&mut tx, owner).await?;
            member_change::may_join(joined, context.max_organizations)?;
        }
        memberships::set(&mut tx, founded.id, owner, Role::Owner, founded.created_at).await?;
    }
    let entry = Entry::new(AuditEvent::OrgAdd, founded.id, caller, founded.created_at).target(
        "organization",
        founded.id,
        &founded.slug,
    );
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    Ok(true)
}
