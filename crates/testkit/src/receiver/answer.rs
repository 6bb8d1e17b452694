use std::time::Duration;

use bytes::Bytes;

/// How a [`Receiver`](super::Receiver) answers a request.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) delay: Duration,
    pub(super) conduct: Conduct,
}

#[derive(Debug, Clone)]
pub(super) enum Conduct {
    /// A complete body.
    Whole(Bytes),
    /// The same piece several times with a pause before each.
    Drip { piece: Bytes, pause: Duration, times: usize },
    /// No response; the connection stays open.
    Hang,
    /// The connection is closed without a response.
    HangUp,
}

impl Answer {
    /// A status with an empty body.
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), delay: Duration::ZERO, conduct: Conduct::Whole(Bytes::new()) }
    }

    /// 200 with this body as `application/json`.
    pub fn json(body: impl Into<Bytes>) -> Self {
        Self::status(200).header("content-type", "application/json").body(body)
    }

    /// Receives the request and never answers.
    pub fn hang() -> Self {
        Self { conduct: Conduct::Hang, ..Self::status(200) }
    }

    /// Receives the request and closes the connection.
    pub fn hang_up() -> Self {
        Self { conduct: Conduct::HangUp, ..Self::status(200) }
    }

    /// 200, then the piece `times` times with a pause before each: a slow body.
    pub fn drip(piece: impl Into<Bytes>, pause: Duration, times: usize) -> Self {
        Self { conduct: Conduct::Drip { piece: piece.into(), pause, times }, ..Self::status(200) }
    }

    /// 200 with a body of this many KiB, generated while it is sent.
    pub fn huge(kibibytes: usize) -> Self {
        Self::drip(vec![b'x'; 1024], Duration::ZERO, kibibytes)
    }

    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.headers.push((name.into(), value.to_string()));
        self
    }

    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.conduct = Conduct::Whole(body.into());
        self
    }

    /// Waits this long before answering.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}
