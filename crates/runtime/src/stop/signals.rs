//! SIGTERM and SIGINT.

use std::io;

use super::Stop;

impl Stop {
    /// From now on the first SIGTERM or SIGINT requests a soft stop of this scope, and the second a hard
    /// stop. Call it once in `main`, before starting anything that must not be interrupted.
    ///
    /// # Errors
    /// The operating system refuses the signal handlers.
    pub fn listen_for_signals(&self) -> io::Result<()> {
        let mut signals = Signals::new()?;
        let stop = self.clone();
        tokio::spawn(async move {
            let first = signals.next().await;
            tracing::info!(signal = first, "stopping; a second signal stops at once");
            stop.request();
            let second = signals.next().await;
            tracing::warn!(signal = second, "stopping at once");
            stop.request_hard();
        });
        Ok(())
    }
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Installs the handlers before it returns, so a signal right after the call is not missed.
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) -> &'static str {
        self.0.recv().await;
        "Ctrl-C"
    }
}
