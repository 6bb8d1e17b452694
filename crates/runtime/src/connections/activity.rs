//! The activity of a connection, and the decision to keep or close it.

use std::time::Duration;

use tokio::time::Instant;

use super::Limits;
use super::metrics::Reason;

/// The stall limit of a closing connection. Shorter than the time a process has to stop.
const GRACE: Duration = Duration::from_secs(10);

/// A snapshot of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Activity {
    pub(super) accepted: Instant,
    /// Whether a request has arrived.
    pub(super) requested: bool,
    /// Requests that the server works on, including open streams that have nothing to send.
    pub(super) working: usize,
    /// Requests that wait for the client to send the rest of the request, or to read the response.
    pub(super) waiting: usize,
    /// When a part of a request or response was last received or sent.
    pub(super) progress: Instant,
    /// When the operating system stopped to accept bytes for the client.
    pub(super) blocked: Option<Instant>,
    /// When the connection began to close.
    pub(super) closing: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Keep the connection, and decide again at this moment.
    Keep(Instant),
    /// Close it gracefully, as its protocol requires.
    Close(Reason),
    /// Close the socket.
    Cut(Reason),
}

impl Activity {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            accepted: now,
            requested: false,
            working: 0,
            waiting: 0,
            progress: now,
            blocked: None,
            closing: None,
        }
    }

    /// Applies the limits. A connection that is kept is judged again within the shortest limit, so that each limit takes effect
    /// when it is reached.
    pub(super) fn judge(&self, limits: &Limits, now: Instant) -> Verdict {
        let stall = if self.closing.is_some() { limits.stall.min(GRACE) } else { limits.stall };
        let mut next = now + limits.idle.min(stall);
        if let Some(blocked) = self.blocked {
            let end = blocked + stall;
            if now >= end {
                return Verdict::Cut(Reason::Stalled);
            }
            next = next.min(end);
        }
        let (end, verdict) = match (self.requested, self.closing) {
            (false, None) => (self.accepted + limits.first_request, Verdict::Cut(Reason::NoRequest)),
            // No request is in progress.
            (false, Some(closing)) => (closing, Verdict::Cut(Reason::Ended)),
            (true, _) if self.working > 0 => return Verdict::Keep(next),
            (true, _) if self.waiting > 0 => (self.progress + stall, Verdict::Cut(Reason::Stalled)),
            (true, None) => (self.progress + limits.idle, Verdict::Close(Reason::Idle)),
            // An HTTP/2 client has to confirm the end, and may still be reading its last responses.
            (true, Some(closing)) => (self.progress.max(closing) + stall, Verdict::Cut(Reason::Ended)),
        };
        if now >= end { verdict } else { Verdict::Keep(next.min(end)) }
    }

    /// Whether the connection ever had a request, and the time since which it has none; `None` while a request is in progress.
    pub(super) fn unused(&self) -> Option<(bool, Instant)> {
        (self.working == 0 && self.waiting == 0).then_some((self.requested, self.progress))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMITS: Limits = Limits {
        max: 1,
        max_per_address: 0,
        first_request: Duration::from_secs(10),
        idle: Duration::from_secs(60),
        stall: Duration::from_secs(30),
    };

    /// The verdict, with the moment as seconds after the connection was accepted.
    fn judged(seconds: u64, change: impl FnOnce(&mut Activity, &dyn Fn(u64) -> Instant)) -> Verdict {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut activity = Activity::new(start);
        change(&mut activity, &at);
        activity.judge(&LIMITS, at(seconds))
    }

    #[test]
    fn a_connection_without_a_request_is_cut_after_its_deadline_whatever_it_writes() {
        let silent = |seconds| judged(seconds, |activity, at| activity.progress = at(9));
        assert!(matches!(silent(9), Verdict::Keep(_)));
        assert_eq!(silent(10), Verdict::Cut(Reason::NoRequest));
    }

    #[test]
    fn a_stop_cuts_connections_without_a_request_at_once() {
        let verdict = judged(1, |activity, at| activity.closing = Some(at(1)));
        assert_eq!(verdict, Verdict::Cut(Reason::Ended));
    }

    #[test]
    fn a_connection_without_a_request_in_progress_is_closed_and_then_cut() {
        let idle = |seconds, closing: Option<u64>| {
            judged(seconds, |activity, at| {
                activity.requested = true;
                activity.progress = at(5);
                activity.closing = closing.map(at);
            })
        };
        assert!(matches!(idle(64, None), Verdict::Keep(_)));
        assert_eq!(idle(65, None), Verdict::Close(Reason::Idle));
        assert!(matches!(idle(74, Some(65)), Verdict::Keep(_)));
        assert_eq!(idle(75, Some(65)), Verdict::Cut(Reason::Ended));
    }

    #[test]
    fn a_connection_whose_requests_wait_for_the_client_is_cut_once_nothing_moves() {
        let stuck = |seconds| {
            judged(seconds, |activity, at| {
                activity.requested = true;
                activity.waiting = 3;
                activity.progress = at(5);
            })
        };
        assert!(matches!(stuck(34), Verdict::Keep(_)));
        assert_eq!(stuck(35), Verdict::Cut(Reason::Stalled));
    }

    #[test]
    fn a_request_that_is_worked_on_keeps_its_connection_for_ever() {
        let verdict = judged(1_000_000, |activity, _| {
            activity.requested = true;
            activity.working = 1;
            activity.waiting = 1;
        });
        assert!(matches!(verdict, Verdict::Keep(_)));
    }

    #[test]
    fn a_client_that_reads_nothing_is_cut_even_while_a_request_is_worked_on() {
        let blocked = |seconds| {
            judged(seconds, |activity, at| {
                activity.requested = true;
                activity.working = 1;
                activity.blocked = Some(at(100));
            })
        };
        assert!(matches!(blocked(129), Verdict::Keep(_)));
        assert_eq!(blocked(130), Verdict::Cut(Reason::Stalled));
    }

    #[test]
    fn a_connection_that_is_kept_is_looked_at_again_within_the_shortest_limit() {
        for working in [0, 1] {
            let start = Instant::now();
            let activity = Activity { requested: true, working, ..Activity::new(start) };
            let Verdict::Keep(next) = activity.judge(&LIMITS, start) else { panic!("kept") };
            assert!(next > start && next <= start + LIMITS.stall);
        }
    }
}
