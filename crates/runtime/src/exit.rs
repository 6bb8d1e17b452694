//! The exit code of a process.

use std::process::ExitCode;

use crate::SettingsError;

/// The last line of a `main`: prints the error and its causes to stderr and returns the exit code.
///
/// 0 for success, [`SettingsError::EXIT_CODE`] for invalid settings, 1 for all other errors.
#[expect(
    clippy::print_stderr,
    reason = "logging may not have started, or has ended, when a process gives up"
)]
pub fn exit(result: anyhow::Result<()>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    eprintln!("{error:#}");
    ExitCode::from(code(&error))
}

fn code(error: &anyhow::Error) -> u8 {
    if error.is::<SettingsError>() { SettingsError::EXIT_CODE } else { 1 }
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    use super::*;
    use crate::Settings;

    #[test]
    fn invalid_settings_have_an_exit_code_of_their_own() {
        let wrong = Settings::from_pairs([("NO_SUCH", "1")]).finish();
        assert_eq!(code(&wrong.clone().unwrap_err().into()), 64);
        assert_eq!(code(&wrong.context("cannot start").unwrap_err()), 64);
        assert_eq!(code(&anyhow!("out of disk")), 1);
    }
}
