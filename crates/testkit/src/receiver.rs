//! A real HTTP server that stands for the outside: an app's webhook, a tracker's API.

mod answer;
mod received;
mod script;
mod server;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use answer::Answer;
pub use received::Received;

use script::Script;

/// Listens on a free port of 127.0.0.1, records every request and answers as told; 200 with an empty body unless
/// told otherwise. Stops when dropped.
///
/// ```no_run
/// # use std::time::Duration;
/// # use patchbay_testkit::receiver::{Answer, Receiver};
/// # async fn example() {
/// let receiver = Receiver::start().await;
/// receiver.respond_next([500, 500]); // then 200 again
/// // … something posts to receiver.url("/webhook") …
/// let requests = receiver.wait_for(3, Duration::from_secs(5)).await;
/// assert_eq!(requests[2].header("content-type"), Some("application/json"));
///
/// receiver.answer_with(|n, request| match request.path.as_str() {
///     "/slow" => Answer::status(200).after(Duration::from_secs(1)),
///     _ if n > 10 => Answer::hang(),
///     _ => Answer::status(201).header("x-number", n).body("{}"),
/// });
/// # }
/// ```
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    script: Arc<Script>,
    server: JoinHandle<()>,
}

impl Receiver {
    /// Starts on a free port.
    pub async fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Starts on this address, for a receiver that comes back after it was gone.
    ///
    /// # Panics
    ///
    /// If the address cannot be listened on.
    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = match TcpListener::bind(address).await {
            Ok(listener) => listener,
            Err(error) => panic!("no receiver on {address}: {error}"),
        };
        let address = listener.local_addr().unwrap_or(address);
        let script = Arc::new(Script::default());
        let server = tokio::spawn(server::serve(listener, Arc::clone(&script)));
        Self { address, script, server }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:<port>` and this path, which starts with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers from now on with what the function says, given the number of the request (from 0, over the life of
    /// the receiver) and the request.
    pub fn answer_with(&self, answer: impl Fn(usize, &Received) -> Answer + Send + Sync + 'static) {
        self.script.set_answer(Box::new(answer));
    }

    /// Answers the next requests with these statuses, one each, before what [`answer_with`](Self::answer_with)
    /// says counts again.
    pub fn respond_next(&self, statuses: impl IntoIterator<Item = u16>) {
        self.script.queue(statuses.into_iter().map(Answer::status));
    }

    /// Like [`respond_next`](Self::respond_next) with whole answers.
    pub fn answer_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.script.queue(answers.into_iter());
    }

    /// Every request whose body has arrived, in the order of arrival.
    pub fn received(&self) -> Vec<Received> {
        self.script.received()
    }

    /// Forgets the recorded requests. The numbering goes on.
    pub fn clear(&self) {
        self.script.clear();
    }

    /// Waits for at least `n` recorded requests and returns all of them.
    ///
    /// # Panics
    ///
    /// When the deadline passes.
    #[track_caller]
    pub fn wait_for(&self, n: usize, deadline: Duration) -> impl Future<Output = Vec<Received>> {
        let what = format!("{n} requests at {}", self.address);
        self.wait(what, move |requests| requests.len() >= n, deadline)
    }

    /// Waits until the recorded requests are as wanted and returns all of them.
    ///
    /// # Panics
    ///
    /// When the deadline passes.
    #[track_caller]
    pub fn wait_until(
        &self,
        wanted: impl FnMut(&[Received]) -> bool,
        deadline: Duration,
    ) -> impl Future<Output = Vec<Received>> {
        self.wait(format!("wanted requests at {}", self.address), wanted, deadline)
    }

    #[track_caller]
    fn wait(
        &self,
        what: String,
        mut wanted: impl FnMut(&[Received]) -> bool,
        deadline: Duration,
    ) -> impl Future<Output = Vec<Received>> {
        let caller = std::panic::Location::caller();
        let script = Arc::clone(&self.script);
        async move {
            let end = tokio::time::Instant::now() + deadline;
            loop {
                let news = script.news();
                let requests = script.received();
                if wanted(&requests) {
                    return requests;
                }
                if tokio::time::timeout_at(end, news).await.is_err() {
                    panic!(
                        "not within {deadline:?}: {what} (waited for at {caller}); received {requests:#?}"
                    );
                }
            }
        }
    }

    /// Stops listening and closes every connection. The port is free when this returns.
    pub async fn stop(mut self) {
        self.server.abort();
        // The task's end is what frees the port; that it was aborted is no news.
        let _ = (&mut self.server).await;
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}
