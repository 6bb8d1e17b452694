//! Lifetimes that no setting changes, because they are part of the documented API.

use chrono::TimeDelta;

pub(crate) const GRANT: TimeDelta = TimeDelta::minutes(10);
pub(crate) const SIGN_IN_LINK: TimeDelta = TimeDelta::hours(1);
/// From the redirect to the OpenID Connect provider until the browser returns.
pub(crate) const OIDC_SIGN_IN: TimeDelta = TimeDelta::minutes(10);
/// Use does not extend a session.
pub(crate) const SESSION: TimeDelta = TimeDelta::days(14);
