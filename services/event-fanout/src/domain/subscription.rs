//! What one installation is sent, in the form that matching needs.

use patchbay_domain::{Scope, ScopeSet};
use patchbay_proto::installation as proto;
use uuid::Uuid;

use super::kind::KindSet;

/// An installation and what its app asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) installation_id: Uuid,
    pub(crate) organization_id: i64,
    pub(crate) installed: bool,
    pub(crate) app_id: i64,
    pub(crate) app_uuid: Uuid,
    pub(crate) app_slug: String,
    pub(crate) app_name: String,
    pub(crate) events: KindSet,
    /// With all they imply.
    pub(crate) scopes: ScopeSet,
    /// Sorted; empty means all.
    pub(crate) project_ids: Vec<i64>,
    pub(crate) has_webhook: bool,
    /// Why nothing is sent for now; empty while webhooks are sent.
    pub(crate) suspended_by: String,
}

/// What a message of the stream says about one installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Set(Box<Subscription>),
    Removed { organization_id: i64, installation_id: Uuid },
}

impl Change {
    /// `None` when the message names no installation or app, which nothing could be sent to. Scopes
    /// that this version does not know are left out: it has no events that need them.
    pub(crate) fn read(message: proto::Subscription) -> Option<Self> {
        let installation_id = Uuid::try_parse(&message.installation_uuid).ok()?;
        if message.status() == proto::InstallationStatus::PendingDeletion {
            return Some(Self::Removed { organization_id: message.organization_id, installation_id });
        }
        let scopes = message.scopes.iter().filter_map(|name| name.parse::<Scope>().ok());
        let mut project_ids = message.project_ids.clone();
        project_ids.sort_unstable();
        Some(Self::Set(Box::new(Subscription {
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
}

#[cfg(test)]
mod tests {
    use patchbay_proto::installation::InstallationStatus;

    use super::*;
    use crate::domain::own_type::OwnTypes;

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
        let Some(Change::Set(read)) = Change::read(message()) else { panic!("it is a subscription") };
        assert!(read.installed);
        let kind = |name: &str| OwnTypes::default().find_accepted("issue", name);
        assert!(read.events.contains(&kind("created")) && !read.events.contains(&kind("resolved")));
        assert!(read.events.contains(&kind("invented_tomorrow")), "the operator may add it tomorrow");
        assert!(read.scopes.contains(Scope::EventRead), "event:write implies it");
        assert_eq!(read.project_ids, [4, 9]);
    }

    #[test]
    fn an_ended_installation_is_a_removal_and_a_nameless_one_is_nothing() {
        let ended = proto::Subscription { status: InstallationStatus::PendingDeletion.into(), ..message() };
        let removal = Change::Removed { organization_id: 7, installation_id: Uuid::from_u128(1) };
        assert_eq!(Change::read(ended), Some(removal));
        assert_eq!(Change::read(proto::Subscription { installation_uuid: String::new(), ..message() }), None);
    }
}
