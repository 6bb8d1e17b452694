//! Reads the memberships of callers who have more than the metadata of a call carries.
//!
//! A layer in front of all handlers does so, so that no handler can forget it.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response};
use patchbay_domain::{Caller, Error, ErrorKind, Membership};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::{GetUserRequest, get_user_request};
use tonic::Status;
use tonic::body::Body;
use tonic::metadata::MetadataMap;
use tower::{Layer, Service};

use crate::caller::{self, Complete};
use crate::channel::{Channel, request};
use crate::{MAX_MESSAGE_BYTES, status};

/// Finds the memberships of users.
pub trait Memberships: Send + Sync {
    /// All current memberships of the user; none for a user who does not exist or is disabled.
    fn of_user(&self, user_id: i64) -> BoxFuture<'static, Result<Vec<Membership>, Error>>;
}

/// Reads memberships from the `tracker.Directory` service of the tracker or of the product.
pub(crate) struct Directory(pub(crate) Channel);

impl Memberships for Directory {
    fn of_user(&self, user_id: i64) -> BoxFuture<'static, Result<Vec<Membership>, Error>> {
        let mut directory = DirectoryClient::new(self.0.clone()).max_decoding_message_size(MAX_MESSAGE_BYTES);
        async move {
            let request = request(GetUserRequest { user: Some(get_user_request::User::Id(user_id)) });
            let user = match directory.get_user(request).await {
                Ok(found) => found.into_inner(),
                Err(refusal) => {
                    let error = status::to_error(&refusal);
                    return if error.kind == ErrorKind::NotFound { Ok(Vec::new()) } else { Err(error) };
                }
            };
            if user.is_disabled {
                return Ok(Vec::new());
            }
            let read = |membership: patchbay_proto::tracker::Membership| {
                // A role that only a newer version knows grants nothing.
                let role = membership.role.parse().ok()?;
                let (organization_id, organization_slug) =
                    (membership.organization_id, membership.organization_slug);
                Some(Membership { organization_id, organization_slug, role })
            };
            Ok(user.memberships.into_iter().filter_map(read).collect())
        }
        .boxed()
    }
}

#[derive(Clone, Default)]
pub(crate) struct MembershipsLayer(pub(crate) Option<Arc<dyn Memberships>>);

impl fmt::Debug for MembershipsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MembershipsLayer")
    }
}

impl<S> Layer<S> for MembershipsLayer {
    type Service = Completing<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Completing { inner, memberships: self.0.clone() }
    }
}

#[derive(Clone)]
pub(crate) struct Completing<S> {
    inner: S,
    memberships: Option<Arc<dyn Memberships>>,
}

impl<S, B> Service<Request<B>> for Completing<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
    B: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let Some(memberships) = self.memberships.as_ref().filter(|_| caller::is_partial(request.headers()))
        else {
            return self.inner.call(request).boxed();
        };
        let memberships = memberships.clone();
        // `poll_ready` prepared this service, so it takes the call. The clone is prepared for the next one.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        async move {
            let metadata = MetadataMap::from_headers(request.headers().clone());
            match complete(&metadata, memberships.as_ref()).await {
                Ok(caller) => {
                    request.extensions_mut().insert(Complete(caller));
                    inner.call(request).await
                }
                Err(refusal) => Ok(refusal.into_http()),
            }
        }
        .boxed()
    }
}

async fn complete(metadata: &MetadataMap, known: &dyn Memberships) -> Result<Caller, Status> {
    let mut caller = caller::read(metadata)?;
    if let Caller::User(user) = &mut caller {
        user.memberships = known.of_user(user.user_id).await.map_err(status::from_error)?;
    }
    Ok(caller)
}
