use patchbay_domain::{Scope, ScopeSet};
use patchbay_proto::installation as proto;
use uuid::Uuid;

use crate::domain::kind::KindSet;
use crate::domain::subscription::{Change, Subscription};

/// Reads a subscription of the watch stream. `None` if it has no valid UUIDs. Unknown scopes are skipped, because this version has no
/// events that need them.
pub(crate) fn read_subscription(message: proto::Subscription) -> Option<Change> {
    let installation_id = Uuid::try_parse(&message.installation_uuid).ok()?;
    if message.status() == proto::InstallationStatus::PendingDeletion {
        return Some(Change::Removed { organization_id: message.organization_id, installation_id });
    }
    let scopes = message.scopes.iter().filter_map(|name| name.parse::<Scope>().ok());
    let mut project_ids = message.project_ids.clone();
    project_ids.sort_unstable();
    Some(Change::Set(Box::new(Subscription {
        installation_id,
        organization_id: message.organization_id,
        installed: message.status() == proto::InstallationStatus::Installed,
        app_id: message.app_id,
        app_uuid: Uuid::try_parse(&message.app_uuid).ok()?,
        events: KindSet::of_names(message.events),
        scopes: scopes.collect::<ScopeSet>().expanded(),
        project_ids,
        has_webhook: message.has_webhook,
        suspended_by: message.suspended_reason,
        app_slug: message.app_slug,
        app_name: message.app_name,
    })))
}

#[cfg(test)]
mod tests {
    use patchbay_proto::installation::InstallationStatus;

    use super::*;
    use crate::domain::custom_types::CustomTypes;

    fn message() -> proto::Subscription {
        proto::Subscription {
            installation_uuid: Uuid::from_u128(1).to_string(),
            status: InstallationStatus::Installed.into(),
            organization_id: 7,
            app_id: 3,
            app_uuid: Uuid::from_u128(2).to_string(),
            app_slug: "notify".into(),
            app_name: "Notify".into(),
            events: vec!["issue.created".into(), "issue.invented_tomorrow".into()],
            scopes: vec!["event:write".into(), "scope:of-tomorrow".into()],
            project_ids: vec![9, 4],
            has_webhook: true,
            suspended_reason: String::new(),
        }
    }

    #[test]
    fn a_subscription_is_read_without_scopes_that_this_version_does_not_know() {
        let Some(Change::Set(read)) = read_subscription(message()) else { panic!("it is a subscription") };
        assert!(read.installed);
        let kind = |name: &str| CustomTypes::default().find_accepted("issue", name);
        assert!(read.events.contains(&kind("created")) && !read.events.contains(&kind("resolved")));
        assert!(read.events.contains(&kind("invented_tomorrow")), "the operator may add it tomorrow");
        assert!(read.scopes.contains(Scope::EventRead), "event:write implies it");
        assert_eq!(read.project_ids, [4, 9]);
    }

    #[test]
    fn an_ended_installation_is_a_removal_and_one_without_uuid_is_skipped() {
        let ended = proto::Subscription { status: InstallationStatus::PendingDeletion.into(), ..message() };
        let removal = Change::Removed { organization_id: 7, installation_id: Uuid::from_u128(1) };
        assert_eq!(read_subscription(ended), Some(removal));
        assert_eq!(
            read_subscription(proto::Subscription { installation_uuid: String::new(), ..message() }),
            None
        );
    }
}
