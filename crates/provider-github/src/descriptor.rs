use patchbay_provider::{
    Descriptor, Feature, FeatureText, IntegrationKind, Metadata, Object, Setting, SettingKind,
};

use crate::setup::{INSTALLATION, LOGIN};

pub(crate) fn descriptor() -> Descriptor {
    let feature = |gate: &str, description: &str| FeatureText {
        description: description.to_owned(),
        feature_gate: gate.to_owned(),
    };
    let metadata = Metadata {
        description: "Connect issues with the issues of GitHub repositories.".to_owned(),
        features: vec![
            feature("integrations-commits", "Read the repositories of a GitHub account."),
            feature(
                "integrations-issue-basic",
                "Create GitHub issues for issues, and link GitHub issues that exist.",
            ),
            feature("integrations-issue-sync", "Synchronise assignees, statuses and comments with GitHub."),
            feature("integrations-ticket-rules", "Create GitHub issues by alert rules."),
        ],
        author: "The Patchbay team".to_owned(),
        noun: "Installation".to_owned(),
        issue_url: "https://github.com/patchbay/patchbay/issues/new".to_owned(),
        source_url: "https://github.com/patchbay/patchbay/tree/main/crates/provider-github".to_owned(),
        aspects: Object::new(),
    };
    let mut settings = Setting::standard("GitHub");
    for setting in settings.iter_mut().filter(|setting| setting.kind == SettingKind::Boolean) {
        setting.default = Some(false.into());
    }
    Descriptor {
        key: crate::KEY.to_owned(),
        name: "GitHub".to_owned(),
        path: "github".to_owned(),
        metadata,
        features: vec![
            Feature::IssueBasic,
            Feature::IssueSync,
            Feature::TicketRules,
            Feature::Commits,
            Feature::UserMapping,
        ],
        kind: IntegrationKind::SourceCodeManagement,
        can_add: true,
        can_disable: true,
        needs_default_identity: false,
        requires_feature_flag: false,
        allow_multiple: true,
        setup_window: (1030, 1000),
        setup_steps: vec![LOGIN.to_owned(), INSTALLATION.to_owned()],
        initial_fields: Vec::new(),
        remembered_fields: vec!["repo".to_owned()],
        remembered_by_user: Vec::new(),
        settings,
        at_names: true,
        unreachable_text:
            "Unable to communicate with the GitHub instance. You may need to reinstall the integration."
                .to_owned(),
    }
}
