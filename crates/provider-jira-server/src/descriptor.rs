use patchbay_provider::{
    Descriptor, Feature, FeatureText, IntegrationKind, Metadata, Object, Setting, SettingKind,
};

pub(crate) fn descriptor() -> Descriptor {
    let feature = |gate: &str, description: &str| FeatureText {
        description: description.to_owned(),
        feature_gate: gate.to_owned(),
    };
    let metadata = Metadata {
        description: "Connect issues with the tickets of a Jira Server or Jira Data Center of your own."
            .to_owned(),
        features: vec![
            feature(
                "integrations-issue-basic",
                "Create Jira tickets for issues, and link tickets that exist.",
            ),
            feature("integrations-issue-sync", "Synchronise assignees, statuses and comments with Jira."),
            feature("integrations-ticket-rules", "Create Jira tickets by alert rules."),
        ],
        author: "The Patchbay team".to_owned(),
        noun: "Installation".to_owned(),
        issue_url: "https://github.com/patchbay/patchbay/issues/new".to_owned(),
        source_url: "https://github.com/patchbay/patchbay/tree/main/crates/provider-jira-server".to_owned(),
        aspects: Object::new(),
    };
    let mut settings = Setting::standard("Jira Server");
    settings.push(Setting {
        name: crate::forms::IGNORED_FIELDS.to_owned(),
        kind: SettingKind::TextList,
        label: "Ignored Fields".to_owned(),
        help: "Fields of Jira, separated by commas, that forms of new tickets leave out.".to_owned(),
        placeholder: "components, security, customfield_10006".to_owned(),
        default: None,
    });
    Descriptor {
        key: super::KEY.to_owned(),
        name: "Jira Server".to_owned(),
        path: "jira-server".to_owned(),
        metadata,
        features: vec![Feature::IssueBasic, Feature::IssueSync, Feature::TicketRules, Feature::UserMapping],
        kind: IntegrationKind::ProjectManagement,
        can_add: true,
        can_disable: false,
        needs_default_identity: true,
        requires_feature_flag: false,
        allow_multiple: true,
        setup_window: (600, 600),
        setup_steps: vec!["installation_config".to_owned(), "oauth_callback".to_owned()],
        initial_fields: Vec::new(),
        remembered_fields: ["project", "issuetype", "priority", "labels"].map(str::to_owned).to_vec(),
        remembered_by_user: vec!["reporter".to_owned()],
        settings,
        at_names: false,
        unreachable_text:
            "Unable to communicate with the Jira instance. You may need to reinstall the addon.".to_owned(),
    }
}
