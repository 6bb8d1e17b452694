use serde_json::Value;

/// The severity of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Level {
    Fatal,
    #[default]
    Error,
    Warning,
    Info,
    Debug,
}

impl Level {
    const ALL: [Self; 5] = [Self::Fatal, Self::Error, Self::Warning, Self::Info, Self::Debug];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }

    /// Like [`Level::parse`]; `error` if empty.
    ///
    /// # Errors
    /// The problem, as a sentence.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        Self::parse(text).ok_or_else(Self::refusal)
    }

    /// The level of an error as Sentry's SDKs write it: also `log`, `warn`, `critical`, and the numbers of Python's logging.
    ///
    /// # Errors
    /// Like [`Level::read`].
    pub(crate) fn of_sdk(value: Option<&Value>) -> Result<Self, String> {
        match value {
            Some(Value::String(text)) => match text.as_str() {
                "log" => Ok(Self::Info),
                "warn" => Ok(Self::Warning),
                "critical" => Ok(Self::Fatal),
                text => Self::read(text),
            },
            Some(Value::Number(number)) => match number.as_i64() {
                Some(10) => Ok(Self::Debug),
                Some(20) => Ok(Self::Info),
                Some(30) => Ok(Self::Warning),
                Some(40) => Ok(Self::Error),
                Some(50) => Ok(Self::Fatal),
                _ => Err(Self::refusal()),
            },
            _ => Ok(Self::default()),
        }
    }

    fn refusal() -> String {
        format!("Must be one of {}.", Self::ALL.map(Self::as_str).join(", "))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_levels_of_sdks_are_read() {
        for (value, expected) in [
            (json!("log"), Level::Info),
            (json!("info"), Level::Info),
            (json!("warn"), Level::Warning),
            (json!("critical"), Level::Fatal),
            (json!("fatal"), Level::Fatal),
            (json!(40), Level::Error),
            (json!(null), Level::Error),
            (json!({}), Level::Error),
        ] {
            assert_eq!(Level::of_sdk(Some(&value)), Ok(expected), "{value}");
        }
        assert_eq!(Level::of_sdk(None), Ok(Level::Error));
        for odd in [json!("loud"), json!("Critical"), json!(41), json!(1.5)] {
            assert!(Level::of_sdk(Some(&odd)).is_err(), "{odd}");
        }
    }

    #[test]
    fn an_empty_level_is_an_error_and_an_unknown_one_is_refused() {
        assert_eq!(Level::read(""), Ok(Level::Error));
        assert_eq!(Level::read("warning"), Ok(Level::Warning));
        let refusal = Err("Must be one of fatal, error, warning, info, debug.".to_owned());
        assert_eq!(Level::read("Warning"), refusal);
    }
}
