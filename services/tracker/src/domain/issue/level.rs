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
        let names = || Self::ALL.map(Self::as_str).join(", ");
        Self::parse(text).ok_or_else(|| format!("Must be one of {}.", names()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_level_is_an_error_and_an_unknown_one_is_refused() {
        assert_eq!(Level::read(""), Ok(Level::Error));
        assert_eq!(Level::read("warning"), Ok(Level::Warning));
        let refusal = Err("Must be one of fatal, error, warning, info, debug.".to_owned());
        assert_eq!(Level::read("Warning"), refusal);
    }
}
