//! The settings for logs and traces.

use tracing_subscriber::EnvFilter;
use url::Url;

use crate::{Setting, Settings};

/// Settings of [`crate::telemetry::init`].
#[derive(Clone, Debug)]
pub struct TelemetryConfig {
    /// The filter of log events.
    pub log: LogFilter,
    /// The format of log lines.
    pub format: LogFormat,
    /// OTLP collector (gRPC); without it no traces are exported.
    pub otlp_endpoint: Option<Url>,
    /// The exported share of traces that start here. For other traces the caller decides.
    pub trace_ratio: Ratio,
}

impl TelemetryConfig {
    /// Reads the settings.
    pub fn read(settings: &Settings) -> Self {
        let s = settings.section("Logs and traces");
        Self {
            log: s.get("LOG", "info", "Log filter: a level, or levels by module such as `info,patchbay_bus=debug`."),
            format: s.get("LOG_FORMAT", "text", "Format of the logs on stderr."),
            otlp_endpoint: s.optional(
                "OTLP_ENDPOINT",
                "OpenTelemetry collector for traces (OTLP over gRPC); `OTEL_EXPORTER_OTLP_ENDPOINT` has the same effect.",
            ),
            trace_ratio: s.get(
                "TRACE_RATIO",
                "1",
                "Share of traces that are exported, from 0 to 1; for traces started by a caller, the caller decides.",
            ),
        }
    }
}

/// A filter in the syntax of `tracing-subscriber`, validated when it is parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(pub String);

impl Setting for LogFilter {
    fn kind() -> String {
        "log filter".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        // A single word that is not a level would be interpreted as a module and disable everything else.
        let levels = ["off", "error", "warn", "info", "debug", "trace"];
        let is_filter = text.contains('=') || levels.contains(&text.trim().to_ascii_lowercase().as_str());
        let filter = EnvFilter::try_new(text.trim()).ok().filter(|_| is_filter);
        filter
            .map(|_| Self(text.trim().to_owned()))
            .ok_or_else(|| "not a level like info, nor levels by module".into())
    }
}

/// The format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text; coloured on a terminal.
    Text,
    /// One JSON object per line.
    Json,
}

impl Setting for LogFormat {
    fn kind() -> String {
        "`text` or `json`".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("neither text nor json".to_owned()),
        }
    }
}

/// A share between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio(pub f64);

impl Setting for Ratio {
    fn kind() -> String {
        "number from 0 to 1".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let ratio = f64::parse(text).ok().filter(|ratio| (0.0..=1.0).contains(ratio));
        ratio.map(Self).ok_or_else(|| "not a number from 0 to 1".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_readable_logs_and_no_export() {
        let settings = Settings::from_pairs::<&str, &str>([]);
        let config = TelemetryConfig::read(&settings);
        assert_eq!((config.log, config.format), (LogFilter("info".to_owned()), LogFormat::Text));
        assert_eq!(config.otlp_endpoint, None);
        settings.finish().unwrap();
    }

    #[test]
    fn a_filter_is_a_level_or_levels_by_module() {
        for good in ["info", "DEBUG", "off", "info,patchbay_bus=debug", "patchbay_db=trace"] {
            assert!(LogFilter::parse(good).is_ok(), "{good}");
        }
        for bad in ["verbose", "inof", "patchbay_bus=loud"] {
            assert!(LogFilter::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_ratio_is_from_zero_to_one() {
        assert_eq!(Ratio::parse("0.25"), Ok(Ratio(0.25)));
        for bad in ["-0.1", "1.1", "NaN", "half"] {
            assert!(Ratio::parse(bad).is_err(), "{bad}");
        }
    }
}
