//! The user who owns the session.

use patchbay_domain::{Caller, Error};

pub(super) fn user_id(caller: &Caller) -> patchbay_domain::Result<i64> {
    caller.user().map(|user| user.user_id).ok_or_else(Error::permission_denied)
}
