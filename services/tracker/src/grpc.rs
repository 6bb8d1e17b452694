//! What others call: one file per service, one below it per operation.

mod alerts;
mod audit;
mod directory;
mod issues;
mod named;
mod own_memberships;
mod projects;

use patchbay_domain::{Caller, Result};
use patchbay_rpc::status;
use tonic::{Request, Response, Status};

pub(crate) use own_memberships::OwnMemberships;

/// The way of every request: who asks → the operation → its answer or why there is none.
async fn answer<M, R, F>(
    request: Request<M>,
    operation: impl FnOnce(Caller, M) -> F + Send,
) -> Result<Response<R>, Status>
where
    F: Future<Output = Result<R>> + Send,
{
    let caller = patchbay_rpc::caller(&request)?;
    operation(caller, request.into_inner()).await.map(Response::new).map_err(status::from_error)
}
