//! How long things live that no setting changes, because callers are told so.

use chrono::TimeDelta;

/// A grant, from its making to the last moment it can be exchanged.
pub(crate) const GRANT: TimeDelta = TimeDelta::minutes(10);
/// A sign-in link.
pub(crate) const SIGN_IN_LINK: TimeDelta = TimeDelta::hours(1);
/// A sign-in at an OpenID Connect provider, from leaving for it to coming back.
pub(crate) const OIDC_SIGN_IN: TimeDelta = TimeDelta::minutes(10);
/// A session, however much it is used.
pub(crate) const SESSION: TimeDelta = TimeDelta::days(14);
