use super::*;
use crate::domain::app::feature::Feature;
use crate::domain::test_app::app;
use patchbay_domain::Role;
use proptest::prelude::*;

const MANAGER: Changer =
    Changer { scopes: ScopeSet::EMPTY, is_reviewer: false, sets_metadata: false, is_staff: false };

fn manager() -> Changer {
    Changer { scopes: Role::Manager.scopes(), ..MANAGER }
}

fn reviewer() -> Changer {
    Changer { scopes: Role::Owner.scopes(), is_reviewer: true, sets_metadata: true, is_staff: false }
}

fn staff() -> Changer {
    Changer { is_reviewer: true, is_staff: true, ..MANAGER }
}

fn changed_by(by: Changer, app: &App, change: AppChange) -> Result<App, Error> {
    check(app, change, by, &(1_000..=30_000), DateTime::UNIX_EPOCH).map(|changed| changed.app)
}

fn changed(app: &App, change: AppChange) -> Result<App, Error> {
    changed_by(manager(), app, change)
}

fn texts(values: &[&str]) -> Option<Vec<String>> {
    Some(values.iter().map(|&value| value.to_owned()).collect())
}

/// The reason and the message, or what is wrong with which fields.
#[track_caller]
fn refused(result: Result<App, Error>) -> String {
    let error = result.expect_err("it is refused");
    match error.fields.is_empty() {
        true => format!("{}: {}", error.reason, error.message),
        false => {
            let fields =
                error.fields.iter().map(|field| format!("{}: {}", field.field, field.messages.join("|")));
            fields.collect::<Vec<_>>().join("; ")
        }
    }
}

#[test]
fn an_empty_change_changes_nothing() {
    for status in [AppStatus::Unpublished, AppStatus::Published, AppStatus::PublishRequestInProgress] {
        let before = app(status);
        let after = changed(&before, AppChange::default()).unwrap();
        assert_eq!(format!("{after:?}"), format!("{before:?}"));
    }
}

#[test]
fn scopes_are_expanded_and_those_the_app_has_need_not_be_held() {
    let after = changed(
        &app(AppStatus::Unpublished),
        AppChange { scopes: texts(&["event:write"]), ..Default::default() },
    );
    assert_eq!(after.unwrap().scopes, [Scope::EventRead, Scope::EventWrite]);

    let before = App { scopes: vec![Scope::OrgAdmin], ..app(AppStatus::Unpublished) };
    let change = AppChange { scopes: texts(&["org:admin"]), ..Default::default() };
    let expected = [Scope::OrgRead, Scope::OrgWrite, Scope::OrgAdmin, Scope::OrgIntegrations];
    assert_eq!(changed(&before, change.clone()).unwrap().scopes, expected);
    let other = App { scopes: vec![], ..before.clone() };
    assert_eq!(
        refused(changed(&other, change.clone())),
        "scopes: Requested permission of org:admin exceeds requester's permission. \
         Please contact an administrator to make the requested change."
    );
    assert!(changed_by(staff(), &other, change).is_ok(), "staff are no members and hold nothing");
    let none = AppChange { scopes: texts(&[]), ..Default::default() };
    assert!(changed(&before, none).unwrap().scopes.is_empty());
}

#[test]
fn a_published_app_keeps_its_scopes_and_features() {
    let published = app(AppStatus::Published);
    let scopes = |names| AppChange { scopes: texts(names), ..Default::default() };
    assert_eq!(
        refused(changed_by(reviewer(), &published, scopes(&["org:read"]))),
        "PUBLISHED_PERMISSIONS: Cannot update permissions on a published integration."
    );
    assert!(changed(&published, scopes(&["event:read", "event:read"])).is_ok(), "the same set");

    let features = AppChange { features: Some(vec![0, 3]), ..Default::default() };
    assert_eq!(
        refused(changed(&published, features.clone())),
        "PUBLISHED_FEATURES: Cannot update features on a published integration."
    );
    let expected = [Feature::API, Feature::new(3).unwrap()];
    assert_eq!(changed_by(reviewer(), &published, features.clone()).unwrap().features, expected);
    assert_eq!(changed(&app(AppStatus::Unpublished), features).unwrap().features, expected);
}

#[test]
fn a_missing_scope_of_an_event_is_reported_with_and_without_new_scopes() {
    let before = App { scopes: vec![Scope::OrgRead], events: vec![], ..app(AppStatus::Unpublished) };
    let change = AppChange { events: texts(&["issue"]), ..Default::default() };
    assert_eq!(
        refused(changed(&before, change.clone())),
        "EVENT_SCOPE_MISSING: issue webhooks require the event:read permission."
    );
    let with_scopes = |names| AppChange { scopes: texts(names), ..change.clone() };
    assert_eq!(
        refused(changed(&before, with_scopes(&["org:read"]))),
        "events: issue webhooks require the event:read permission."
    );
    assert_eq!(changed(&before, with_scopes(&["event:read"])).unwrap().events.len(), 5);
    assert_eq!(
        refused(changed(&before, with_scopes(&[]))),
        "EVENT_SCOPE_MISSING: issue webhooks require the event:read permission."
    );
}

#[test]
fn only_reviewers_change_status_and_popularity_and_superusers_metadata() {
    let before = app(AppStatus::Unpublished);
    let change = AppChange {
        status: Some(AppStatus::Published),
        popularity: Some(7),
        metadata: Some(r#"{"partnership_restricted":true}"#.into()),
        ..Default::default()
    };
    let ignored = changed(&before, change.clone()).unwrap();
    assert_eq!((ignored.status, ignored.popularity), (AppStatus::Unpublished, 1));
    assert!(ignored.metadata.is_empty());
    let by_staff = changed_by(staff(), &before, change.clone()).unwrap();
    assert_eq!((by_staff.status, by_staff.popularity), (AppStatus::Published, 7));
    assert!(by_staff.metadata.is_empty());
    let published = changed_by(reviewer(), &before, change).unwrap();
    assert_eq!((published.status, published.popularity), (AppStatus::Published, 7));
    assert_eq!(published.published_at, Some(DateTime::UNIX_EPOCH));

    const LOCKED: &str = "PARTNERSHIP_RESTRICTED: This integration is managed by an active partnership and cannot be \
                          modified until the end of the partnership.";
    for by in [manager(), staff(), reviewer()] {
        assert_eq!(refused(changed_by(by, &published, AppChange::default())), LOCKED);
    }
    let unlock = AppChange { metadata: Some("{}".into()), ..Default::default() };
    for by in [manager(), staff()] {
        assert_eq!(refused(changed_by(by, &published, unlock.clone())), LOCKED);
    }
    assert!(changed_by(reviewer(), &published, unlock).unwrap().metadata.is_empty());
}

#[test]
fn an_internal_app_never_verifies_and_needs_a_url_only_for_what_is_sent() {
    let internal = App { verify_install: false, ..app(AppStatus::Internal) };
    let verify = AppChange { verify_install: Some(true), ..Default::default() };
    assert_eq!(
        refused(changed(&internal, verify)),
        "VERIFY_INSTALL_INTERNAL: Internal integrations cannot have verify_install=True."
    );
    let no_url = AppChange { webhook_url: Some(String::new()), ..Default::default() };
    assert_eq!(
        refused(changed(&internal, no_url.clone())),
        "webhookUrl: webhookUrl required if webhook events are enabled"
    );
    let quiet = AppChange { events: texts(&[]), ..no_url.clone() };
    assert_eq!(changed(&internal, quiet.clone()).unwrap().webhook_url, None);
    let alertable = AppChange { is_alertable: Some(true), ..quiet };
    assert_eq!(
        refused(changed(&internal, alertable)),
        "webhookUrl: webhookUrl required if alert rule action is enabled"
    );
    assert_eq!(
        refused(changed(&app(AppStatus::Unpublished), no_url)),
        "webhookUrl: webhookUrl required for public integrations"
    );
}

#[test]
fn all_invalid_fields_are_reported_at_once() {
    let change = AppChange {
        name: Some("x".repeat(58)),
        author: Some(" ".into()),
        scopes: texts(&["org:fly"]),
        events: texts(&["team"]),
        webhook_url: Some("ftp://x".into()),
        texts: AppTexts { redirect_url: Some("x".into()), ..Default::default() },
        allowed_origins: texts(&["*"]),
        webhook_headers: texts(&["nonsense"]),
        schema: Some("[]".into()),
        features: Some(vec![99]),
        popularity: Some(-1),
        delivery: Some(DeliveryChange { timeout_ms: Some(Some(1)), ..Default::default() }),
        client_certificate: Some(("x".into(), SecretString::new("y"))),
        ..Default::default()
    };
    let error = changed(&app(AppStatus::Unpublished), change).unwrap_err();
    let fields: Vec<_> = error.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "name",
            "scopes",
            "events",
            "schema",
            "webhookUrl",
            "redirectUrl",
            "allowedOrigins",
            "features",
            "popularity",
            "delivery",
            "author",
            "webhookHeaders",
            "clientCertificate"
        ]
    );
}

#[test]
fn texts_can_be_cleared_and_origins_cannot() {
    let before = App {
        texts: AppTexts {
            overview: Some("Hooks.".into()),
            redirect_url: Some("https://example.com/".into()),
            support_url: Some("https://example.com/help".into()),
        },
        allowed_origins: vec!["https://example.com".into()],
        ..app(AppStatus::Unpublished)
    };
    let change = AppChange {
        texts: AppTexts {
            overview: Some(String::new()),
            redirect_url: Some(String::new()),
            support_url: Some(String::new()),
        },
        allowed_origins: texts(&[]),
        ..Default::default()
    };
    let after = changed(&before, change).unwrap();
    assert_eq!(after.texts, AppTexts::default());
    assert_eq!(after.allowed_origins, before.allowed_origins);
}

proptest! {
    /// A caller can never give an app scopes that neither of them holds, and the scopes of an app always include all
    /// scopes that they imply.
    #[test]
    fn an_app_never_gets_what_neither_it_nor_its_changer_has(
        requested in proptest::collection::vec(proptest::sample::select(Scope::ALL), 0..8),
        held in proptest::collection::vec(proptest::sample::select(Scope::ALL), 0..8),
        has in proptest::collection::vec(proptest::sample::select(Scope::ALL), 0..4),
    ) {
        let before = App { scopes: has, events: vec![], ..app(AppStatus::Unpublished) };
        let by = Changer { scopes: ScopeSet::of(&held).expanded(), ..MANAGER };
        let names = requested.iter().map(ToString::to_string).collect();
        if let Ok(after) = changed_by(by, &before, AppChange { scopes: Some(names), ..Default::default() }) {
            let scopes = after.scope_set();
            prop_assert_eq!(scopes.expanded(), scopes);
            prop_assert!(scopes.is_superset(ScopeSet::of(&requested)));
            let granted: ScopeSet = by.scopes.iter().chain(before.scope_set().expanded().iter()).collect();
            prop_assert!(scopes.iter().all(|scope| granted.contains(scope) || scope.is_token_only()));
        }
    }
}
