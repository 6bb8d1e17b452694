//! The static part of a provider.

use serde::{Deserialize, Serialize};

use crate::Object;

/// The description of a provider.
#[derive(Debug, Clone)]
pub struct Descriptor {
    /// Id in the API and in rows, for example `jira_server`.
    pub key: String,
    /// Name for people, for example `Jira Server`.
    pub name: String,
    /// The first part of its paths below `/extensions/`, for example `jira-server`.
    pub path: String,
    /// Texts about it.
    pub metadata: Metadata,
    /// Its capabilities.
    pub features: Vec<Feature>,
    /// The kind for which lists can be filtered.
    pub kind: IntegrationKind,
    /// May be set up from our side.
    pub can_add: bool,
    /// Is removed only at the tracker.
    pub can_disable: bool,
    /// The credentials are those of the person who sets it up, not those of the application.
    pub needs_default_identity: bool,
    /// Hidden unless the organization has the feature `integrations-<key with - for _>`.
    pub requires_feature_flag: bool,
    /// An organization may have several.
    pub allow_multiple: bool,
    /// Width and height of the window for the setup, in pixels.
    pub setup_window: (u32, u32),
    /// The names of the steps of the setup, for example `installation_config`.
    pub setup_steps: Vec<String>,
    /// Names of `initialData` that a client may give when it starts a setup; all others are dropped.
    pub initial_fields: Vec<String>,
    /// Names of form fields whose values are proposed the next time, to everybody.
    pub remembered_fields: Vec<String>,
    /// Names of form fields whose values are proposed the next time, to the same user.
    pub remembered_by_user: Vec<String>,
    /// The settings of an organization, in the order of the form.
    pub settings: Vec<Setting>,
    /// Names at the tracker begin with `@` and contain word characters, `/`, `.` and `-` only.
    pub at_names: bool,
    /// The first field's `disabledReason` while the tracker is not reachable.
    pub unreachable_text: String,
}

/// Texts about a provider.
#[derive(Debug, Clone, Serialize)]
pub struct Metadata {
    /// Markdown.
    pub description: String,
    /// Its use, in words for people.
    pub features: Vec<FeatureText>,
    /// Who made it.
    pub author: String,
    /// The thing that a setup makes, for example `Installation`.
    pub noun: String,
    /// Where problems are reported.
    pub issue_url: String,
    /// Where its source is.
    pub source_url: String,
    /// For example `{"alerts":[{"type":"warning","icon":"icon-warning","text":"…"}]}`.
    pub aspects: Object,
}

/// A feature in words.
#[derive(Debug, Clone, Serialize)]
pub struct FeatureText {
    /// Markdown.
    pub description: String,
    /// For example `integrations-issue-basic`.
    #[serde(rename = "featureGate")]
    pub feature_gate: String,
}

/// A capability of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Create and link tickets.
    IssueBasic,
    /// Synchronise assignees, statuses and comments.
    IssueSync,
    /// Create tickets by alert rules.
    TicketRules,
    /// Read repositories.
    Commits,
    /// Map names to users and teams.
    UserMapping,
}

impl Feature {
    /// The name in the API, for example `issue-basic`.
    pub fn name(self) -> &'static str {
        match self {
            Self::IssueBasic => "issue-basic",
            Self::IssueSync => "issue-sync",
            Self::TicketRules => "ticket-rules",
            Self::Commits => "commits",
            Self::UserMapping => "user-mapping",
        }
    }
}

/// Kinds of integrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntegrationKind {
    /// Trackers without source code.
    ProjectManagement,
    /// Trackers beside source code.
    SourceCodeManagement,
}

impl IntegrationKind {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::ProjectManagement => "project_management",
            Self::SourceCodeManagement => "source_code_management",
        }
    }
}

/// A setting of an organization.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Name in the API, for example `sync_comments`.
    pub name: String,
    /// Its values.
    pub kind: SettingKind,
    /// Name for people.
    pub label: String,
    /// A sentence about it.
    pub help: String,
    /// An example; empty for none.
    pub placeholder: String,
    /// The value that the form shows while none is stored.
    pub default: Option<serde_json::Value>,
}

/// Values of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingKind {
    /// True or false.
    Boolean,
    /// One of these values; each with its text.
    Select(Vec<(String, String)>),
    /// Texts, entered with commas or line ends between them.
    TextList,
    /// Projects at the tracker with the statuses that resolved and unresolved issues get, stored as rows.
    StatusMapping,
}

impl Descriptor {
    /// Whether it has a feature.
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// The name of the feature flag that shows it, without `organizations:`.
    pub fn feature_flag(&self) -> String {
        format!("integrations-{}", self.key.replace('_', "-"))
    }
}

impl Setting {
    /// The settings that trackers with all features share, in the order of the contract. `tracker` is its name for people.
    pub fn standard(tracker: &str) -> Vec<Self> {
        let text = |text: &str| text.replace("{}", tracker);
        let setting = |name: &str, kind, label: &str, help: &str| Self {
            name: name.to_owned(),
            kind,
            label: text(label),
            help: text(help),
            placeholder: String::new(),
            default: None,
        };
        let strategies = [
            ("resolve", "Resolve"),
            ("resolve_current_release", "Resolve in Current Release"),
            ("resolve_next_release", "Resolve in Next Release"),
        ];
        let strategies = strategies.map(|(value, label)| (value.to_owned(), label.to_owned()));
        vec![
            setting(
                "sync_status_forward",
                SettingKind::StatusMapping,
                "Sync {product} Status to {}",
                "When an issue changes status, change the status of the linked ticket in {}.",
            ),
            setting(
                "sync_forward_assignment",
                SettingKind::Boolean,
                "Sync {product} Assignment to {}",
                "When an issue is assigned, assign the linked ticket in {} to the same person.",
            ),
            setting(
                "sync_comments",
                SettingKind::Boolean,
                "Sync {product} Comments to {}",
                "Post comments of an issue to the linked ticket in {}.",
            ),
            setting(
                "sync_status_reverse",
                SettingKind::Boolean,
                "Sync {} Status to {product}",
                "When a ticket in {} is closed or opened again, resolve or unresolve the linked issues.",
            ),
            setting(
                "sync_reverse_assignment",
                SettingKind::Boolean,
                "Sync {} Assignment to {product}",
                "When a ticket in {} is assigned, assign the linked issues to the same person.",
            ),
            setting(
                "resolution_strategy",
                SettingKind::Select(strategies.to_vec()),
                "Resolve",
                "How issues are resolved when the linked ticket in {} is closed.",
            ),
        ]
    }
}
