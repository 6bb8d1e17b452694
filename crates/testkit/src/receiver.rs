//! An HTTP server in place of an external service, such as the webhook of an app or the API of a tracker.

mod answer;
mod received;
mod script;
mod server;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use answer::Answer;
pub use received::Received;

use script::Script;

/// Listens on a free port of 127.0.0.1, records every request and answers as configured; by default 200 with
/// an empty body. Stops when dropped.
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
    /// Stops the server, also by being dropped.
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Receiver {
    pub async fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Starts on this address, for a receiver that returns after an absence.
    ///
    /// # Panics
    ///
    /// If the address cannot be bound.
    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = match TcpListener::bind(address).await {
            Ok(listener) => listener,
            Err(error) => panic!("no receiver on {address}: {error}"),
        };
        let address = listener.local_addr().unwrap_or(address);
        let script = Arc::new(Script::default());
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(server::serve(listener, Arc::clone(&script), stopped));
        Self { address, script, stop, server }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:<port>` with this path, which starts with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on answers with the result of the function. Its arguments are the number of the request (from
    /// 0, over the life of the receiver) and the request.
    pub fn answer_with(&self, answer: impl Fn(usize, &Received) -> Answer + Send + Sync + 'static) {
        self.script.set_answer(Box::new(answer));
    }

    /// Answers the next requests with these statuses, one each; afterwards [`answer_with`](Self::answer_with)
    /// applies again.
    pub fn respond_next(&self, statuses: impl IntoIterator<Item = u16>) {
        self.script.queue(statuses.into_iter().map(Answer::status));
    }

    /// As [`respond_next`](Self::respond_next), with complete answers.
    pub fn answer_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.script.queue(answers.into_iter());
    }

    /// All requests whose body has arrived, in order of arrival.
    pub fn received(&self) -> Vec<Received> {
        self.script.received()
    }

    /// Removes the recorded requests. The numbering continues.
    pub fn clear(&self) {
        self.script.clear();
    }

    /// Waits for at least `n` recorded requests and returns all.
    ///
    /// # Panics
    ///
    /// If the deadline passes.
    #[track_caller]
    pub fn wait_for(&self, n: usize, deadline: Duration) -> impl Future<Output = Vec<Received>> {
        let what = format!("{n} requests at {}", self.address);
        self.wait(what, move |requests| requests.len() >= n, deadline)
    }

    /// Waits until the recorded requests satisfy the condition and returns all.
    ///
    /// # Panics
    ///
    /// If the deadline passes.
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

    /// Stops listening and closes every connection before it returns.
    pub async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.server.await {
            panic!("the receiver on {} broke: {error}", self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    /// Sends a request over a new connection and returns the first line of the response.
    async fn status_line(address: SocketAddr, path: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer.lines().next().unwrap_or_default().to_owned())
    }

    #[tokio::test]
    async fn queued_answers_come_before_the_scripted_one_and_numbers_go_on() {
        let receiver = Receiver::start().await;
        receiver.answer_with(|n, _| Answer::status(200 + n as u16));
        receiver.respond_next([500, 410]);
        let mut lines = Vec::new();
        for _ in 0..3 {
            lines.push(status_line(receiver.address(), "/").await.unwrap());
        }
        assert!(
            lines[0].contains("500") && lines[1].contains("410") && lines[2].contains("202"),
            "{lines:?}"
        );
    }

    #[tokio::test]
    async fn waiting_ends_when_the_wanted_requests_are_there() {
        let receiver = Receiver::start().await;
        let address = receiver.address();
        let client = tokio::spawn(async move {
            for n in 0..3 {
                status_line(address, &format!("/{n}?x=1")).await.unwrap();
            }
        });
        let requests = receiver.wait_until(|all| all.iter().any(|one| one.path == "/2"), LONG).await;
        assert_eq!((requests.len(), requests[1].path.as_str(), requests[1].query.as_str()), (3, "/1", "x=1"));
        assert_eq!(receiver.wait_for(3, LONG).await.len(), 3);
        client.await.unwrap();
    }

    #[tokio::test]
    #[should_panic(expected = "not within 20ms: 1 requests")]
    async fn waiting_for_a_request_that_does_not_come_fails() {
        let receiver = Receiver::start().await;
        receiver.wait_for(1, Duration::from_millis(20)).await;
    }

    #[tokio::test]
    async fn a_stopped_receiver_refuses_until_another_starts_at_its_address() {
        let receiver = Receiver::start().await;
        let address = receiver.address();
        let mut idle = TcpStream::connect(address).await.unwrap();
        assert!(status_line(address, "/").await.unwrap().contains("200"));
        receiver.stop().await;
        assert!(matches!(idle.read(&mut [0; 1]).await, Ok(0) | Err(_)), "open connections are closed");
        assert!(status_line(address, "/").await.is_err());
        let _again = Receiver::start_at(address).await;
        assert!(status_line(address, "/").await.unwrap().contains("200"));
    }
}
