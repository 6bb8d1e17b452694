//! Readiness of a process: named checks, each with a time limit.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt, join_all};
use serde::Serialize;

/// The readiness checks of a process. Cheap to clone; clones share the checks.
#[derive(Clone, Default)]
pub struct Readiness {
    checks: Arc<RwLock<BTreeMap<String, Check>>>,
}

#[derive(Clone)]
struct Check {
    limit: Duration,
    run: Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>,
}

/// The body of `/readyz`.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Report {
    /// Every check passed and the process is not stopping.
    pub ready: bool,
    /// Each check by name.
    pub checks: BTreeMap<String, CheckReport>,
}

#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct CheckReport {
    pub ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Readiness {
    /// Without checks the process is ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a check, or replaces the one of this name. It runs with each request for `/readyz`, in parallel with the others, and
    /// fails if it takes longer than `limit`. The admin port shows its error, which must not contain secrets.
    pub fn check<F, E>(
        &self,
        name: impl Into<String>,
        limit: Duration,
        run: impl Fn() -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display,
    {
        let run = Arc::new(move || run().map(|result| result.map_err(|error| error.to_string())).boxed());
        self.checks.write().unwrap_or_else(PoisonError::into_inner).insert(name.into(), Check { limit, run });
    }

    /// Removes a check, as a service does that is stopped alone.
    pub fn remove(&self, name: &str) {
        self.checks.write().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// Runs the checks. A process that is `stopping` is never ready.
    pub async fn report(&self, stopping: bool) -> Report {
        let checks = self.checks.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut reports: BTreeMap<_, _> = join_all(checks.into_iter().map(run)).await.into_iter().collect();
        if stopping {
            reports.insert("stop".to_owned(), CheckReport::from(Err("stopping".to_owned())));
        }
        Report { ready: reports.values().all(|report| report.ok), checks: reports }
    }
}

async fn run((name, check): (String, Check)) -> (String, CheckReport) {
    let Check { limit, run } = check;
    let guarded = AssertUnwindSafe(async move { run().await }).catch_unwind();
    let result = match tokio::time::timeout(limit, guarded).await {
        Ok(Ok(result)) => result,
        Ok(Err(_panic)) => Err("the check panicked".to_owned()),
        Err(_elapsed) => Err(format!("no answer within {limit:?}")),
    };
    (name, CheckReport::from(result))
}

impl From<Result<(), String>> for CheckReport {
    fn from(result: Result<(), String>) -> Self {
        Self { ok: result.is_ok(), error: result.err() }
    }
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checks = self.checks.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Readiness").field("checks", &checks.keys()).finish()
    }
}
