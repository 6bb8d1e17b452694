use patchbay_domain::Error;
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
