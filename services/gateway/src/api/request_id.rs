//! The id of the current request, for error messages and logs.

use std::future::Future;

tokio::task_local! {
    static CURRENT: String;
}

/// Runs the future with this id as the current one.
pub(crate) async fn scope<F: Future>(id: String, future: F) -> F::Output {
    CURRENT.scope(id, future).await
}

/// The id of the current request; `None` outside of one.
pub(crate) fn current() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}
