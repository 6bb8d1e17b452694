//! The error with all problems of the settings.

use std::fmt;

/// All problems found in the settings, without any secret value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    problems: Vec<String>,
}

impl SettingsError {
    /// Exit code for invalid settings: `EX_USAGE` of `sysexits.h`, which tells a supervisor that restarting
    /// does not help.
    pub const EXIT_CODE: u8 = 64;

    /// One sentence for each problem.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    pub(super) fn unless_empty(problems: Vec<String>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [problem] => write!(f, "wrong setting: {problem}"),
            problems => {
                write!(f, "{} wrong settings:", problems.len())?;
                problems.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
            }
        }
    }
}

impl std::error::Error for SettingsError {}
