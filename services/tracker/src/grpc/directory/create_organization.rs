use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Error, Result, Role};
use patchbay_proto::tracker as wire;

use super::organization;
use crate::domain::organization::{NewOrganization, Organization};
use crate::domain::{directory_access, member_change, slug_choice, user};
use crate::store::{memberships, organizations, users};
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.create_organization", skip_all)]
pub(super) async fn create_organization(
    tracker: &Tracker,
    caller: Caller,
    request: wire::CreateOrganizationRequest,
) -> Result<wire::Organization> {
    directory_access::create_organization(&caller)?;
    let new = NewOrganization::read(&request.name, &request.slug)?;
    let owner = owner(tracker, &caller, request.owner_id).await?;

    let id = tracker.db.allocate_ids("organization", 1).await?;
    let candidates: Vec<String> = new.slug.candidates().collect();
    let taken = organizations::taken_slugs(&tracker.db, &candidates).await?;
    // Somebody may be faster between looking and writing: then the next one is tried.
    for slug in candidates.into_iter().filter(|slug| !taken.contains(slug)) {
        let founded = Organization {
            id,
            slug,
            name: new.name.clone(),
            created_at: tracker.clock.now(),
            features: tracker.default_features.to_vec(),
            enhanced_privacy: false,
        };
        if found(tracker, &caller, &founded, owner).await? {
            return Ok(organization::to_wire(founded));
        }
    }
    Err(slug_choice::taken(&new.slug))
}

/// Whoever founds an organization owns it; our own say who does, if anybody.
async fn owner(tracker: &Tracker, caller: &Caller, asked: i64) -> Result<Option<i64>> {
    match caller.user() {
        Some(user) => Ok(Some(user.user_id)),
        None if asked == 0 => Ok(None),
        None => {
            let user = users::find(&tracker.db, asked).await?.ok_or_else(user::not_found)?;
            Ok(Some(user.id))
        }
    }
}

/// False when the slug is taken.
async fn found(
    tracker: &Tracker,
    caller: &Caller,
    founded: &Organization,
    owner: Option<i64>,
) -> Result<bool, Error> {
    let mut tx = tracker.db.begin().await?;
    if !organizations::insert(&mut tx, founded).await? {
        return Ok(false);
    }
    if let Some(owner) = owner {
        if caller.user().is_some() {
            users::lock(&mut tx, owner).await?;
            let joined = memberships::count_of_user(&mut tx, owner).await?;
            member_change::may_join(joined, tracker.most_organizations)?;
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
