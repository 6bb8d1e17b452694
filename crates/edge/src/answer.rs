//! The answer of a gRPC call, or the refusal of the service.

use patchbay_domain::Error;
use patchbay_rpc::status;
use tonic::{Response, Status};

/// Turns a gRPC result into the message, or into our error.
pub trait Answer<T> {
    /// The message of the answer.
    ///
    /// # Errors
    /// The refusal of the service. Failures of the transport are logged, because their text names hosts and ports.
    fn answer(self) -> Result<T, Error>;
}

impl<T> Answer<T> for Result<Response<T>, Status> {
    fn answer(self) -> Result<T, Error> {
        self.map(Response::into_inner).map_err(|refused| {
            if let tonic::Code::Internal | tonic::Code::Unknown | tonic::Code::Unimplemented = refused.code()
            {
                // The message of the transport names hosts and ports: it is for the log, not for the caller.
                tracing::warn!(code = ?refused.code(), message = refused.message(), "a call to a service failed; the caller gets a 5xx");
            }
            status::to_error(&refused)
        })
    }
}
