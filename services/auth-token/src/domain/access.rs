//! The callers that may create, read and revoke tokens.

use patchbay_domain::{Caller, Error, Result, UserCaller};

/// Admits services and operators only. Users and apps reach their tokens through a service that knows their rights.
pub(crate) fn internal(caller: &Caller) -> Result<()> {
    if caller.is_internal() { Ok(()) } else { Err(Error::permission_denied()) }
}

/// Admits services, operators, and the user themselves, who is returned in that case.
///
/// A user who calls with a token is refused: a token that can create tokens would outlive its own revocation.
pub(crate) fn own(caller: &Caller, user_id: i64) -> Result<Option<&UserCaller>> {
    match caller {
        Caller::User(user) if user.token_scopes.is_none() && user.user_id == user_id => Ok(Some(user)),
        caller => internal(caller).map(|()| None),
    }
}
