/// Implements a generated service trait: each RPC calls the function of its name in the module of its name.
///
/// The function gets the context, the [`Caller`](patchbay_domain::Caller) and the request message, and returns
/// `patchbay_domain::Result` of the response message. Errors become a status by [`status::from_error`](crate::status::from_error).
/// Streaming RPCs follow the unary ones, after `streaming:`, as they would stand in the `impl`.
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
    (impl $service:ident for $context:ty { $($rpcs:tt)* }) => {
        $crate::unary! { @split $service $context [] $($rpcs)* }
    };
    // A repetition of RPCs cannot end at a word, which could be the name of another RPC. So they are taken one by one.
    (@split $service:ident $context:ty [$($unary:tt)*] streaming: $($streaming:tt)*) => {
        $crate::unary! { @implement $service $context [$($unary)*] $($streaming)* }
    };
    (@split $service:ident $context:ty [$($unary:tt)*]) => {
        $crate::unary! { @implement $service $context [$($unary)*] }
    };
    (@split $service:ident $context:ty [$($unary:tt)*] $rpc:ident($request:ty) -> $response:ty; $($rest:tt)*) => {
        $crate::unary! { @split $service $context [$($unary)* $rpc($request) -> $response;] $($rest)* }
    };
    (
        @implement $service:ident $context:ty [
            $($rpc:ident($request:ty) -> $response:ty;)*
        ] $($streaming:tt)*
    ) => {
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

            $($streaming)*
        }
    };
}
