//! The list of the providers. The rest of the service names none of them.

pub(crate) mod registry;

use std::path::PathBuf;
use std::sync::Arc;

use patchbay_provider::Provider;
use patchbay_provider_github::{Config as GitHubConfig, GitHub};
use patchbay_provider_jira_server::JiraServer;
use patchbay_runtime::Settings;

/// The providers of this deployment: those that need no settings, those whose settings are given, and the operator's own programs.
/// Declares the settings; [`Settings::finish`] reports problems.
pub fn configured(settings: &Settings) -> Vec<Arc<dyn Provider>> {
    let mut providers: Vec<Arc<dyn Provider>> = vec![Arc::new(JiraServer::new())];
    if let Some(github) = GitHubConfig::read(settings) {
        match GitHub::new(&github) {
            Ok(github) => providers.push(Arc::new(github)),
            Err(problem) => settings.problem(format!("PATCHBAY_GITHUB_*: {problem}")),
        }
    }
    for program in programs(settings) {
        let is_taken = |other: &Arc<dyn Provider>| other.descriptor().key == program.descriptor().key;
        if providers.iter().any(is_taken) {
            let key = &program.descriptor().key;
            settings.problem(format!("PATCHBAY_PROVIDERS: two providers have the key `{key}`"));
            continue;
        }
        providers.push(Arc::new(program));
    }
    providers
}

fn programs(settings: &Settings) -> Vec<patchbay_provider_remote::Remote> {
    let list = settings.section("Integrations with trackers").optional::<PathBuf>(
        "PROVIDERS",
        "Path of a TOML file that lists providers of your own: programs that connect further trackers. `docs/integrations/provider-protocol.md` describes it.",
    );
    let Some(list) = list else { return Vec::new() };
    patchbay_provider_remote::read(&list).unwrap_or_else(|problem| {
        settings.problem(format!("PATCHBAY_PROVIDERS: {problem:#}"));
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_cannot_be_read_is_a_problem_that_names_the_file() {
        let settings = Settings::from_pairs([("PROVIDERS", "/nowhere/providers.toml")]);
        assert_eq!(configured(&settings).len(), 1);
        let problem = settings.finish().unwrap_err().to_string();
        assert!(problem.contains("/nowhere/providers.toml"), "{problem}");
    }
}
