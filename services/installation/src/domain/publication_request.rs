//! Requests to publish an app: who may make them, and what they require.

use chrono::{DateTime, Utc};
use patchbay_domain::{Caller, Error, Scope};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::app::App;
use crate::domain::app::AppStatus;
use crate::domain::app::access;

const MAX_ENTRIES: usize = 50;
const MAX_TEXT: usize = 5_000;
/// All questions and answers together. Reviewers read them in one list and in one mail.
const MAX_TEXTS: usize = 50_000;
const MAX_NOTE: usize = 2_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QuestionnaireEntry {
    pub(crate) question: String,
    pub(crate) answer: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requester {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) email: String,
}

/// A request that awaits its review.
#[derive(Debug, Clone)]
pub(crate) struct PublicationRequest {
    pub(crate) id: i64,
    pub(crate) app: App,
    pub(crate) requester: Requester,
    pub(crate) questionnaire: Vec<QuestionnaireEntry>,
    pub(crate) requested_at: DateTime<Utc>,
}

/// The pictures of an app that were uploaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pictures {
    pub(crate) logo: bool,
    pub(crate) icon: bool,
}

/// Only a user with org:admin in the owning organization, because reviewers need a person to talk to.
pub(crate) fn may_request(caller: &Caller, app: &App) -> Result<Requester, Error> {
    let user = match caller {
        Caller::Anonymous => return Err(Error::no_credentials()),
        Caller::User(user) => user,
        Caller::App(_) | Caller::Service(_) | Caller::Operator => return Err(Error::permission_denied()),
    };
    if !caller.has_any(app.owner.id, &[Scope::OrgAdmin]) {
        return Err(access::foreign_or_denied(caller, app.owner.id, app.status));
    }
    Ok(Requester { id: user.user_id, name: user.name.clone(), email: user.email.clone() })
}

pub(crate) fn may_list(caller: &Caller) -> Result<(), Error> {
    match caller {
        Caller::Anonymous => Err(Error::no_credentials()),
        caller if access::reads_all(caller) => Ok(()),
        _ => Err(Error::permission_denied()),
    }
}

pub(crate) fn check_questionnaire(questionnaire: &[QuestionnaireEntry]) -> Result<(), Error> {
    if questionnaire.len() > MAX_ENTRIES {
        let message = format!("Ensure this field has no more than {MAX_ENTRIES} elements.");
        return Err(Error::field("questionnaire", message));
    }
    let is_long = |text: &str| text.chars().count() > MAX_TEXT;
    if questionnaire.iter().any(|entry| is_long(&entry.question) || is_long(&entry.answer)) {
        let message = format!("Ensure this field has no more than {MAX_TEXT} characters.");
        return Err(Error::field("questionnaire", message));
    }
    let lengths =
        questionnaire.iter().map(|entry| entry.question.chars().count() + entry.answer.chars().count());
    if lengths.sum::<usize>() > MAX_TEXTS {
        let message = format!("Ensure this field has no more than {MAX_TEXTS} characters altogether.");
        return Err(Error::field("questionnaire", message));
    }
    Ok(())
}

/// Sentry's checks, in Sentry's order.
pub(crate) fn check(app: &App, pictures: Pictures) -> Result<(), Error> {
    let refused = |reason: &'static str, message: &str| Err(Error::invalid(reason, message));
    match app.status {
        AppStatus::Published => {
            return refused("ALREADY_PUBLISHED", "Cannot publish already published integration.");
        }
        AppStatus::Internal => return refused("APP_IS_INTERNAL", "Cannot publish internal integration."),
        AppStatus::PublishRequestInProgress => {
            return refused("PUBLISH_REQUEST_IN_PROGRESS", "Publish request in progress.");
        }
        AppStatus::DeletionInProgress => {
            return refused("APP_IS_REMOVED", "Cannot publish a removed integration.");
        }
        AppStatus::Unpublished => {}
    }
    if !pictures.logo {
        return refused("LOGO_REQUIRED", "Must upload a logo for the integration.");
    }
    if !pictures.icon && is_shown_beside_issues(&app.schema) {
        return refused(
            "ICON_REQUIRED",
            "Must upload an icon for issue and stack trace linking integrations.",
        );
    }
    Ok(())
}

/// Whether a change concerns what a reviewer decides about. Approval would publish it unseen, so such a change withdraws
/// the request.
pub(crate) fn is_withdrawn_by(before: &App, after: &App) -> bool {
    fn reviewed(app: &App) -> impl PartialEq {
        (
            (&app.name, app.scope_set().expanded(), &app.events, &app.features, &app.schema),
            (&app.webhook_url, &app.texts.redirect_url, &app.allowed_origins),
            (app.is_alertable, app.verify_install),
        )
    }
    before.status == AppStatus::PublishRequestInProgress && reviewed(before) != reviewed(after)
}

/// Checks the note of a reviewer to the requester.
pub(crate) fn check_note(note: &str) -> Result<(), Error> {
    if note.chars().count() > MAX_NOTE {
        let message = format!("Ensure this field has no more than {MAX_NOTE} characters.");
        return Err(Error::field("note", message));
    }
    Ok(())
}

fn is_shown_beside_issues(schema: &str) -> bool {
    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    let elements = schema["elements"].as_array().map(Vec::as_slice).unwrap_or_default();
    elements.iter().any(|element| matches!(element["type"].as_str(), Some("issue-link" | "stacktrace-link")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::test_app;
    use crate::domain::test_callers::{
        app, member, member_with_token, staff, staff_with_token, stranger, superuser,
    };
    use patchbay_domain::Role;

    const BOTH: Pictures = Pictures { logo: true, icon: true };

    fn reason(result: Result<(), Error>) -> String {
        result.map_or_else(|error| error.reason.into_owned(), |()| "ok".to_owned())
    }

    #[test]
    fn only_owners_request_publication() {
        let unpublished = test_app::app(AppStatus::Unpublished);
        for (caller, expected) in [
            (member(Role::Owner), "ok"),
            (superuser(), "ok"),
            (member(Role::Manager), "PERMISSION_DENIED"),
            (member_with_token(Role::Owner, &[Scope::OrgWrite]), "PERMISSION_DENIED"),
            (stranger(), "NOT_IN_OWNER_ORGANIZATION"),
            (app(), "PERMISSION_DENIED"),
            (Caller::Operator, "PERMISSION_DENIED"),
            (Caller::Anonymous, "NO_CREDENTIALS"),
        ] {
            assert_eq!(reason(may_request(&caller, &unpublished).map(drop)), expected, "{caller:?}");
        }
    }

    #[test]
    fn reviewers_list_requests() {
        let ranked = staff_with_token(&[Scope::OrgAdmin]);
        for caller in [superuser(), staff(), ranked, Caller::Operator, Caller::Service("console".into())] {
            assert!(may_list(&caller).is_ok(), "{caller:?}");
        }
        let narrow = staff_with_token(&[Scope::EventRead]);
        for caller in [member(Role::Owner), app(), narrow, Caller::Anonymous] {
            assert!(may_list(&caller).is_err(), "{caller:?}");
        }
    }

    #[test]
    fn the_status_is_checked_before_the_pictures() {
        for (status, expected) in [
            (AppStatus::Published, "Cannot publish already published integration."),
            (AppStatus::Internal, "Cannot publish internal integration."),
            (AppStatus::PublishRequestInProgress, "Publish request in progress."),
            (AppStatus::Unpublished, "Must upload a logo for the integration."),
        ] {
            let error = check(&test_app::app(status), Pictures::default()).unwrap_err();
            assert_eq!(error.message, expected, "{status:?}");
        }
        assert!(check(&test_app::app(AppStatus::Unpublished), BOTH).is_ok());
    }

    #[test]
    fn components_beside_issues_need_an_icon() {
        let logo = Pictures { logo: true, icon: false };
        for (schema, needed) in [
            ("{}", false),
            (r#"{"elements":[{"type":"alert-rule-action"}]}"#, false),
            (r#"{"elements":[{"type":"alert-rule-action"},{"type":"issue-link"}]}"#, true),
            (r#"{"elements":[{"type":"stacktrace-link","uri":"/x"}]}"#, true),
        ] {
            let app = App { schema: schema.to_owned(), ..test_app::app(AppStatus::Unpublished) };
            assert_eq!(reason(check(&app, logo)) == "ICON_REQUIRED", needed, "{schema}");
            assert!(check(&app, BOTH).is_ok());
        }
    }

    #[test]
    fn a_request_is_withdrawn_by_a_change_of_what_the_reviewer_decides_about() {
        let waiting = test_app::app(AppStatus::PublishRequestInProgress);
        type Change = (&'static str, fn(&mut App));
        let changes: [Change; 10] = [
            ("name", |app| app.name = "Other".into()),
            ("scopes", |app| app.scopes = vec![Scope::EventAdmin]),
            ("events", |app| app.events = vec!["error.created".into()]),
            ("features", |app| app.features.clear()),
            ("schema", |app| app.schema = r#"{"elements":[]}"#.into()),
            ("webhookUrl", |app| app.webhook_url = Some("https://evil.example/".into())),
            ("redirectUrl", |app| app.texts.redirect_url = Some("https://evil.example/".into())),
            ("allowedOrigins", |app| app.allowed_origins = vec!["https://evil.example".into()]),
            ("isAlertable", |app| app.is_alertable = !app.is_alertable),
            ("verifyInstall", |app| app.verify_install = !app.verify_install),
        ];
        for (field, change) in changes {
            let mut changed = waiting.clone();
            change(&mut changed);
            assert!(is_withdrawn_by(&waiting, &changed), "{field}");
            let unpublished = App { status: AppStatus::Unpublished, ..waiting.clone() };
            assert!(!is_withdrawn_by(&unpublished, &changed), "{field}");
        }
        let mut changed = waiting.clone();
        changed.scopes = changed.scope_set().expanded().iter().collect();
        (changed.texts.overview, changed.popularity) = (Some("Hooks for everyone.".into()), 7);
        assert!(!is_withdrawn_by(&waiting, &changed));
    }

    #[test]
    fn texts_are_bounded() {
        let answered = |length| QuestionnaireEntry { question: "Why?".into(), answer: "x".repeat(length) };
        assert!(check_questionnaire(&[]).is_ok());
        assert!(check_questionnaire(&vec![answered(5_000); 9]).is_ok());
        assert!(check_questionnaire(&vec![answered(5_000); 11]).is_err(), "the texts altogether");
        assert!(check_questionnaire(&vec![answered(1); 50]).is_ok());
        assert!(check_questionnaire(&vec![answered(1); 51]).is_err());
        assert!(check_questionnaire(&[answered(5_001)]).is_err());
        assert!(check_note(&"x".repeat(2_000)).is_ok() && check_note(&"x".repeat(2_001)).is_err());
    }
}
