use patchbay_domain::{Caller, Error, UserCaller};
use patchbay_rpc::status::from_error;
use tonic::{Request, Status};

/// Tokens are the business of services and operators. People and apps reach them through a service that
/// knows what they may do.
pub(super) fn internal<T>(request: Request<T>) -> Result<T, Status> {
    if !patchbay_rpc::caller(&request)?.is_internal() {
        return Err(from_error(Error::permission_denied()));
    }
    Ok(request.into_inner())
}

/// The tokens of a user are also their own business, though not that of a token of theirs: one that could make tokens
/// would outlive its own revocation. The user is returned where it is they who ask.
pub(super) fn own<T>(
    request: Request<T>,
    user_id: impl Fn(&T) -> i64,
) -> Result<(Option<UserCaller>, T), Status> {
    let caller = patchbay_rpc::caller(&request)?;
    let message = request.into_inner();
    match caller {
        Caller::User(user) if user.token_scopes.is_none() && user.user_id == user_id(&message) => {
            Ok((Some(user), message))
        }
        caller if caller.is_internal() => Ok((None, message)),
        _ => Err(from_error(Error::permission_denied())),
    }
}
