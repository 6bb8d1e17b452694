//! What is logged, how, and where traces go.

use tracing_subscriber::EnvFilter;
use url::Url;

use crate::{Setting, Settings};

/// Settings of [`crate::telemetry::init`].
#[derive(Clone, Debug)]
pub struct TelemetryConfig {
    /// Which events are logged.
    pub log: LogFilter,
    /// How they are written.
    pub format: LogFormat,
    /// Collector that speaks OTLP over gRPC; no traces are exported without.
    pub otlp_endpoint: Option<Url>,
    /// Share of the traces begun here that are exported. Those begun elsewhere follow their beginner.
    pub trace_ratio: Ratio,
}

impl TelemetryConfig {
    /// Declares and reads the settings.
    pub fn read(settings: &Settings) -> Self {
        let s = settings.section("Logs and traces");
        Self {
            log: s.get("LOG", "info", "What is logged: a level, or levels by module like `info,patchbay_bus=debug`."),
            format: s.get("LOG_FORMAT", "text", "How logs are written to stderr."),
            otlp_endpoint: s.optional(
                "OTLP_ENDPOINT",
                "OpenTelemetry collector (OTLP over gRPC) that traces are sent to; `OTEL_EXPORTER_OTLP_ENDPOINT` does the same.",
            ),
            trace_ratio: s.get(
                "TRACE_RATIO",
                "1",
                "Share of traces that is exported, from 0 to 1; traces begun by a caller follow the caller.",
            ),
        }
    }
}

/// A filter in the syntax of `tracing-subscriber`, checked when read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(pub String);

impl Setting for LogFilter {
    fn kind() -> String {
        "log filter".to_owned()
    }

    fn parse(text: &str) -> Result<Self, String> {
        // A lone word that is no level would be taken for a module, and silence everything else.
        let levels = ["off", "error", "warn", "info", "debug", "trace"];
        let is_filter = text.contains('=') || levels.contains(&text.trim().to_ascii_lowercase().as_str());
        let filter = EnvFilter::try_new(text.trim()).ok().filter(|_| is_filter);
        filter
            .map(|_| Self(text.trim().to_owned()))
            .ok_or_else(|| "not a level like info, nor levels by module".into())
    }
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people; coloured on a terminal.
    Text,
    /// One JSON object a line.
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

/// A share from 0 to 1.
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
