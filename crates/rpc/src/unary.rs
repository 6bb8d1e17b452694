/// Implements a generated service trait: each RPC calls the function of its name in the module of its name.
///
/// The function gets the context, the [`Caller`](patchbay_domain::Caller) and the request message, and returns
/// `patchbay_domain::Result` of the response message. Errors become a status by [`status::from_error`](crate::status::from_error).
/// The methods of streaming RPCs stand in full in a `streaming` block.
///
/// ```ignore
/// patchbay_rpc::unary! {
///     impl Publishing for Context {
///         request_publication(RequestPublicationRequest) -> RequestPublicationResponse;
///         review_publication(ReviewPublicationRequest) -> App;
///     }
/// }
/// ```
#[macro_export]
macro_rules! unary {
    (
        impl $service:ident for $context:ty {
            $($rpc:ident($request:ty) -> $response:ty;)*
        }
        $(streaming { $($streaming:tt)* })?
    ) => {
        // The generated trait has defaults for the fakes of tests. A service implements every RPC.
        #[deny(clippy::missing_trait_methods)]
        #[tonic::async_trait]
        impl $service for $context {
            $(async fn $rpc(
                &self,
                request: tonic::Request<$request>,
            ) -> ::core::result::Result<tonic::Response<$response>, tonic::Status> {
                let caller = $crate::caller(&request)?;
                let response = $rpc::$rpc(self, &caller, request.into_inner()).await;
                response.map(tonic::Response::new).map_err($crate::status::from_error)
            })*

            $($($streaming)*)?
        }
    };
}
