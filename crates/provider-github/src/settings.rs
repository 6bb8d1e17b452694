//! Reads the settings of the application at GitHub.

use patchbay_domain::secret::weakness;
use patchbay_runtime::Settings;
use url::Url;

use crate::app::App;
use crate::config::Config;

const DEFAULT_URL: &str = "https://github.com";

impl Config {
    /// Reads and declares the settings; [`Settings::finish`] reports problems. `None` without an application.
    pub fn read(settings: &Settings) -> Option<Self> {
        let settings = settings.section("GitHub");
        let app_id = settings.optional::<u64>(
            "GITHUB_APP_ID",
            "Id of the GitHub App. With it, GitHub is offered as a tracker, and the other settings of the app are required.",
        );
        let slug = settings
            .optional::<String>("GITHUB_APP_SLUG", "Name of the GitHub App as in its address at GitHub.");
        let private_key = settings.secret("GITHUB_PRIVATE_KEY", "Private key of the GitHub App, as PEM.");
        let webhook_secret = settings.secret(
            "GITHUB_WEBHOOK_SECRET",
            "Secret with which GitHub signs webhooks; at least 16 bytes. The webhook's address is `<PUBLIC_URL>/extensions/github/webhook/`.",
        );
        let client_id = settings.optional::<String>("GITHUB_CLIENT_ID", "Client id of the GitHub App.");
        let client_secret = settings.secret("GITHUB_CLIENT_SECRET", "Client secret of the GitHub App.");
        let base_url: Url =
            settings.get("GITHUB_URL", DEFAULT_URL, "Address of GitHub, or of a GitHub Enterprise Server.");
        let accepts_sha1 = settings.get(
            "GITHUB_ACCEPT_SHA1",
            "false",
            "Whether webhooks that are signed with SHA-1 only are accepted. Old releases of GitHub Enterprise Server need it.",
        );
        let given = [
            ("APP_ID", app_id.is_some()),
            ("APP_SLUG", slug.is_some()),
            ("PRIVATE_KEY", private_key.is_some()),
            ("WEBHOOK_SECRET", webhook_secret.is_some()),
            ("CLIENT_ID", client_id.is_some()),
            ("CLIENT_SECRET", client_secret.is_some()),
        ];
        if given.iter().all(|(_, is_given)| !is_given) {
            return None;
        }
        let missing: Vec<String> = given
            .iter()
            .filter(|(_, is_given)| !is_given)
            .map(|(name, _)| format!("PATCHBAY_GITHUB_{name}"))
            .collect();
        if !missing.is_empty() {
            settings.problem(format!("the GitHub App is incomplete: {} missing", missing.join(", ")));
        }
        let config = Self {
            app_id: app_id?,
            slug: slug?,
            private_key: private_key?,
            webhook_secret: webhook_secret?,
            client_id: client_id?,
            client_secret: client_secret?,
            base_url,
            accepts_sha1,
        };
        if let Some(why) = weakness(config.webhook_secret.expose()) {
            settings.problem(format!("PATCHBAY_GITHUB_WEBHOOK_SECRET {why}"));
        }
        if let Err(error) = App::new(&config) {
            settings.problem(format!("the GitHub App cannot be used: {error}"));
            return None;
        }
        Some(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_settings_there_is_no_application() {
        let settings = Settings::from_pairs([("", ""); 0]);
        assert!(Config::read(&settings).is_none());
        settings.finish().unwrap();
    }

    #[test]
    fn an_incomplete_application_is_a_problem_that_names_what_is_missing() {
        let settings = Settings::from_pairs([("GITHUB_APP_ID", "7"), ("GITHUB_CLIENT_ID", "Iv1.x")]);
        assert!(Config::read(&settings).is_none());
        let problem = settings.finish().unwrap_err().to_string();
        for name in ["APP_SLUG", "PRIVATE_KEY", "WEBHOOK_SECRET", "CLIENT_SECRET"] {
            assert!(problem.contains(&format!("PATCHBAY_GITHUB_{name}")), "{problem}");
        }
        assert!(!problem.contains("PATCHBAY_GITHUB_APP_ID"), "{problem}");
    }

    #[test]
    fn a_key_that_is_no_key_and_a_short_secret_are_problems() {
        let settings = Settings::from_pairs([
            ("GITHUB_APP_ID", "7"),
            ("GITHUB_APP_SLUG", "patchbay"),
            ("GITHUB_PRIVATE_KEY", "no key"),
            ("GITHUB_WEBHOOK_SECRET", "hush"),
            ("GITHUB_CLIENT_ID", "Iv1.x"),
            ("GITHUB_CLIENT_SECRET", "shh"),
        ]);
        assert!(Config::read(&settings).is_none());
        let problem = settings.finish().unwrap_err().to_string();
        assert!(problem.contains("the private key is not an RSA key in PEM format"), "{problem}");
        assert!(problem.contains("PATCHBAY_GITHUB_WEBHOOK_SECRET is shorter than 16 bytes"), "{problem}");
        assert!(!problem.contains("no key") && !problem.contains("hush"), "{problem}");
    }
}
