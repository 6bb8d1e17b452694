//! The configured limits of a port.

use std::time::Duration;

use crate::Settings;

#[derive(Clone, Debug)]
pub struct Limits {
    /// Open connections.
    pub max: usize,
    /// Open connections of one client address (IPv6: one /64 network); 0 for no limit.
    pub max_per_address: usize,
    /// The time until the head of the first request has arrived, including the TLS handshake.
    pub first_request: Duration,
    /// The time that a connection without a request in progress stays open.
    pub idle: Duration,
    /// The time that a client may leave data unread, or a request incomplete.
    pub stall: Duration,
}

/// The defaults of the settings, in the form of setting values.
#[derive(Clone, Copy, Debug)]
pub struct Defaults {
    /// Default of [`Limits::max`].
    pub max: &'static str,
    /// Default of [`Limits::max_per_address`].
    pub max_per_address: &'static str,
    /// Default of [`Limits::idle`].
    pub idle: &'static str,
}

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

impl Limits {
    /// Declares and reads the settings of one port. Their names begin with `prefix`; their descriptions name the port `port`.
    pub fn read(settings: &Settings, prefix: &str, port: &str, defaults: Defaults) -> Self {
        let max_name = format!("{prefix}_MAX_CONNECTIONS");
        let max = settings.get(
            &max_name,
            defaults.max,
            &format!("Open connections of {port}. A further connection closes the one that has been idle the longest, and is refused if none is idle."),
        );
        if max == 0 {
            settings.problem(format!("PATCHBAY_{max_name} must be at least 1"));
        }
        let duration = |name: &str, default: &str, meaning: &str| {
            let name = format!("{prefix}_{name}");
            let value: Duration = settings.get(&name, default, meaning);
            if !(SHORTEST..=LONGEST).contains(&value) {
                settings.problem(format!("PATCHBAY_{name} must be between 1s and 1d"));
            }
            value
        };
        Self {
            max,
            max_per_address: settings.get(
                &format!("{prefix}_MAX_CONNECTIONS_PER_ADDRESS"),
                defaults.max_per_address,
                &format!("Open connections of {port} from one address (IPv6: one /64 network). Further ones are refused. 0 for no limit."),
            ),
            first_request: duration(
                "FIRST_REQUEST_TIMEOUT",
                "10s",
                "Time that a new connection has to send the head of its first request, including the TLS handshake.",
            ),
            idle: duration(
                "IDLE_TIMEOUT",
                defaults.idle,
                "Time that a connection without a request in progress stays open. An open stream is a request in progress.",
            ),
            stall: duration(
                "STALL_TIMEOUT",
                "30s",
                "Time that a client may leave a response unread, or a request incomplete, before its connection is closed.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (Limits, String) {
        let settings = Settings::from_pairs(pairs.iter().copied());
        let defaults = Defaults { max: "64", max_per_address: "32", idle: "75s" };
        let limits = Limits::read(&settings, "ADMIN", "the admin port", defaults);
        (limits, settings.finish().err().map(|error| error.to_string()).unwrap_or_default())
    }

    #[test]
    fn each_port_has_settings_of_its_own() {
        let (limits, problems) = read(&[("ADMIN_MAX_CONNECTIONS", "3"), ("ADMIN_IDLE_TIMEOUT", "1m")]);
        assert_eq!(problems, "");
        assert_eq!((limits.max, limits.max_per_address), (3, 32));
        assert_eq!(
            (limits.first_request.as_secs(), limits.idle.as_secs(), limits.stall.as_secs()),
            (10, 60, 30)
        );
    }

    #[test]
    fn limits_that_would_close_everything_or_never_anything_are_refused() {
        for (name, value) in [
            ("ADMIN_MAX_CONNECTIONS", "0"),
            ("ADMIN_FIRST_REQUEST_TIMEOUT", "0"),
            ("ADMIN_IDLE_TIMEOUT", "999ms"),
            ("ADMIN_STALL_TIMEOUT", "25h"),
        ] {
            let (_, problems) = read(&[(name, value)]);
            assert!(problems.contains(&format!("PATCHBAY_{name} must be")), "{problems}");
        }
    }
}
