//! What can go wrong with a tracker.

use std::fmt;

use chrono::{DateTime, Utc};

/// A failure of a provider or of its tracker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Decides on retries and on the answer to the person who asked.
    pub kind: Kind,
    /// For people. It contains no credentials and no body.
    pub message: String,
    /// HTTP status of the tracker, if it answered.
    pub status: Option<u16>,
    /// Before this time the tracker wants no further request.
    pub retry_at: Option<DateTime<Utc>>,
}

/// Kinds of failures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The fields of a form are wrong: names with their problems.
    Fields(Vec<(String, Vec<String>)>),
    /// The tracker refused; a retry is refused, too.
    Refused,
    /// The tracker did not accept the credentials (401).
    Unauthorized,
    /// The account at the tracker may not do that (403).
    Forbidden,
    /// The ticket, project or account does not exist (404, 410).
    Gone,
    /// Too many requests (429).
    RateLimited,
    /// The tracker is not reachable, slow or broken (network, 408, 5xx).
    Unreachable,
    /// The tracker's certificate is not valid.
    Certificate,
    /// The tracker answered something that is no answer, for example HTML.
    Unreadable,
    /// No user of the tracker matches the assignee.
    NoUser,
    /// The ticket cannot get the status.
    NoTransition,
    /// The tracker accepted the change and did not make it.
    NotApplied,
    /// The clocks differ too much.
    ClockSkew,
    /// The tracker sends no webhooks.
    Silent,
    /// A part of this platform is not available; the tracker is not to blame.
    Internal,
}

/// Kinds of problems in the health report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    /// The tracker does not accept the credentials.
    CredentialsRefused,
    /// The tracker is not reachable.
    HostUnreachable,
    /// The tracker's certificate is not valid.
    Certificate,
    /// The account lacks a right.
    Permission,
    /// The tracker has sent no webhook for long.
    WebhookSilent,
    /// Webhooks have a wrong token or signature.
    WebhookTokenInvalid,
    /// The clocks differ too much.
    ClockSkew,
    /// No user of the tracker matches.
    NoUserMatch,
    /// A ticket cannot get the mapped status.
    NoTransition,
    /// A mapped project or status does not exist any more.
    MappingStale,
    /// The tracker limits requests.
    RateLimited,
}

impl Problem {
    /// All problems.
    pub const ALL: [Self; 11] = [
        Self::CredentialsRefused,
        Self::HostUnreachable,
        Self::Certificate,
        Self::Permission,
        Self::WebhookSilent,
        Self::WebhookTokenInvalid,
        Self::ClockSkew,
        Self::NoUserMatch,
        Self::NoTransition,
        Self::MappingStale,
        Self::RateLimited,
    ];

    /// The problem with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.name() == name)
    }

    /// Stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::CredentialsRefused => "credentials_refused",
            Self::HostUnreachable => "host_unreachable",
            Self::Certificate => "certificate",
            Self::Permission => "permission",
            Self::WebhookSilent => "webhook_silent",
            Self::WebhookTokenInvalid => "webhook_token_invalid",
            Self::ClockSkew => "clock_skew",
            Self::NoUserMatch => "no_user_match",
            Self::NoTransition => "no_transition",
            Self::MappingStale => "mapping_stale",
            Self::RateLimited => "rate_limited",
        }
    }

    /// What to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::CredentialsRefused => "Set the integration up again with valid credentials.",
            Self::HostUnreachable => {
                "Check that the tracker runs and that this host may reach it; private hosts must be allowed by the operator."
            }
            Self::Certificate => "Renew the tracker's certificate, or have the operator trust its authority.",
            Self::Permission => "Give the account of the integration the missing right at the tracker.",
            Self::WebhookSilent => "Check the webhook at the tracker and whether it can reach this host.",
            Self::WebhookTokenInvalid => {
                "Remove old webhooks at the tracker, or set the integration up again."
            }
            Self::ClockSkew => "Correct the clock of the tracker or of this host.",
            Self::NoUserMatch => {
                "Map the name at the tracker to a user, or use the same e-mail address on both sides."
            }
            Self::NoTransition => {
                "Choose a status that the tracker's workflow can reach from every other one."
            }
            Self::MappingStale => "Correct the status mapping in the settings of the integration.",
            Self::RateLimited => "Nothing: changes wait until the tracker accepts requests again.",
        }
    }
}

impl Failure {
    /// A failure of this kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), status: None, retry_at: None }
    }

    /// A refusal, in words.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// A wrong field of a form.
    pub fn field(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::Fields(vec![(name.into(), vec![message.into()])]), "The form has invalid fields.")
    }

    /// The same failure in other words.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Whether the same request may succeed later, without a change by a person.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, Kind::RateLimited | Kind::Unreachable | Kind::Unreadable | Kind::Internal)
    }

    /// Whether the outcome is expected and recorded as halted; otherwise it is a failure.
    pub fn is_halt(&self) -> bool {
        matches!(
            self.kind,
            Kind::Fields(_)
                | Kind::Unauthorized
                | Kind::Forbidden
                | Kind::Gone
                | Kind::NoUser
                | Kind::NoTransition
                | Kind::NotApplied
                | Kind::Silent
        )
    }

    /// Whether the tracker is not usable at all, in contrast to the refusal of one request.
    pub fn is_fatal(&self) -> bool {
        matches!(self.kind, Kind::Unauthorized | Kind::Unreachable | Kind::Certificate | Kind::Unreadable)
    }

    /// The problem that it is in the health report.
    pub fn problem(&self) -> Option<Problem> {
        match self.kind {
            Kind::Fields(_) | Kind::Refused | Kind::Gone | Kind::Internal => None,
            Kind::Unauthorized => Some(Problem::CredentialsRefused),
            Kind::Forbidden => Some(Problem::Permission),
            Kind::RateLimited => Some(Problem::RateLimited),
            Kind::Unreachable | Kind::Unreadable => Some(Problem::HostUnreachable),
            Kind::Certificate => Some(Problem::Certificate),
            Kind::NoUser => Some(Problem::NoUserMatch),
            Kind::NoTransition | Kind::NotApplied => Some(Problem::NoTransition),
            Kind::ClockSkew => Some(Problem::ClockSkew),
            Kind::Silent => Some(Problem::WebhookSilent),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_has_to_repair_is_not_repeated() {
        for kind in [Kind::Unauthorized, Kind::Forbidden, Kind::Gone, Kind::NoUser, Kind::NoTransition] {
            let failure = Failure::new(kind, "no");
            assert!(failure.is_halt() && !failure.is_retryable(), "{failure:?}");
        }
        for kind in [Kind::RateLimited, Kind::Unreachable] {
            let failure = Failure::new(kind, "later");
            assert!(!failure.is_halt() && failure.is_retryable(), "{failure:?}");
        }
    }

    #[test]
    fn every_problem_has_a_hint_and_a_name_of_its_own() {
        let names: std::collections::HashSet<_> = Problem::ALL.iter().map(|problem| problem.name()).collect();
        assert_eq!(names.len(), Problem::ALL.len());
        assert!(Problem::ALL.iter().all(|problem| problem.hint().ends_with('.')));
    }
}
