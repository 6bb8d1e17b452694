//! Sets of scopes of which one admits a caller, for operations of several groups.

use patchbay_domain::Scope;

pub(crate) const EVENT_READERS: &[Scope] = &[Scope::EventRead, Scope::EventWrite, Scope::EventAdmin];
pub(crate) const EVENT_WRITERS: &[Scope] = &[Scope::EventWrite, Scope::EventAdmin];
pub(crate) const EVENT_DELETERS: &[Scope] = &[Scope::EventAdmin];
pub(crate) const ALERT_READERS: &[Scope] = &[Scope::AlertsRead, Scope::AlertsWrite, Scope::ProjectRead];
pub(crate) const ALERT_WRITERS: &[Scope] = &[Scope::AlertsWrite, Scope::ProjectWrite];
