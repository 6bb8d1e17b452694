use patchbay_domain::{Caller, Role, Scope};
use patchbay_proto::installation::{
    App, AppStatus, ListPublicationRequestsRequest, PublicationRequest, QuestionnaireEntry,
    RequestPublicationRequest, ReviewPublicationRequest, Texts, UpdateAppRequest,
};
use patchbay_rpc::request_as;

use crate::callers::{member, staff, staff_with_token, superuser};
use crate::service::{Service, each, internal, public, reason, refusal};

/// A request of section 1.8.
fn new_request(app: &App) -> RequestPublicationRequest {
    let entry = QuestionnaireEntry { question: "What does it do?".into(), answer: "It hooks.".into() };
    RequestPublicationRequest { app: app.slug.clone(), questionnaire: vec![entry] }
}

fn owner(service: &Service) -> Caller {
    member(&service.acme, Role::Owner)
}

async fn request(service: &Service, caller: &Caller, app: &App) -> String {
    reason(service.publishing.clone().request_publication(request_as(caller, new_request(app))).await)
}

async fn review(service: &Service, caller: &Caller, app: &App, approve: bool) -> Result<App, String> {
    review_of(service, caller, app, approve, 0).await
}

async fn review_of(
    service: &Service,
    caller: &Caller,
    app: &App,
    approve: bool,
    request_id: i64,
) -> Result<App, String> {
    let note = "Well done.".into();
    let message = ReviewPublicationRequest { app: app.slug.clone(), approve, note, request_id };
    let answer = service.publishing.clone().review_publication(request_as(caller, message)).await;
    answer.map(|app| app.into_inner()).map_err(|refusal| reason::<()>(Err(refusal)))
}

async fn waiting(service: &Service) -> Vec<PublicationRequest> {
    let message = ListPublicationRequestsRequest::default();
    let answer = service.publishing.clone().list_publication_requests(request_as(&staff(), message)).await;
    answer.unwrap().into_inner().requests
}

/// Stores a picture like an upload.
pub(crate) async fn picture(service: &Service, app: &App, photo: &str) {
    let mut tx = service.db.begin().await.unwrap();
    tx.query("insert into app_avatars (app_id, photo, uuid, png) values ($1, $2, $3, $4)")
        .bind(app.id)
        .bind(photo)
        .bind(uuid::Uuid::new_v4())
        .bind(b"png".as_slice())
        .execute()
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_request_is_mailed_to_the_reviewers_and_the_requester() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        picture(&service, &app, "logo").await;
        assert_eq!(request(&service, &owner(&service), &app).await, "OK");
        let found = waiting(&service).await;
        assert_eq!((found.len(), found[0].app_slug.as_str(), found[0].requester_id), (1, "hooks", 1));
        assert_eq!(found[0].questionnaire, new_request(&app).questionnaire);

        let letters = service.mail.letters(2).await;
        let recipients: Vec<_> = letters.iter().map(|letter| letter.recipient.as_str()).collect();
        assert!(recipients.contains(&"reviews@patchbay.example"), "{recipients:?}");
        assert!(recipients.contains(&"meredith@example.com"), "{recipients:?}");
        for letter in &letters {
            assert!(letter.body().contains("What does it do?\n> It hooks."), "{letter:?}");
        }
        let error = request(&service, &owner(&service), &app).await;
        assert_eq!(error, "PUBLISH_REQUEST_IN_PROGRESS");
        service.mail.letters(2).await;
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_refused_changes_nothing() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        for (caller, expected) in [
            (Caller::Anonymous, "NO_CREDENTIALS"),
            (service.outsider(), "NOT_IN_OWNER_ORGANIZATION"),
            (service.manager(), "PERMISSION_DENIED"),
            (owner(&service), "LOGO_REQUIRED"),
        ] {
            assert_eq!(request(&service, &caller, &app).await, expected, "{caller:?}");
        }
        let many = vec![QuestionnaireEntry::default(); 51];
        let message = RequestPublicationRequest { app: app.slug.clone(), questionnaire: many };
        let answer =
            service.publishing.clone().request_publication(request_as(&owner(&service), message)).await;
        assert_eq!(refusal(answer).fields[0].field, "questionnaire");
        assert!(waiting(&service).await.is_empty());
        let own = service.app(internal("Own")).await;
        assert_eq!(request(&service, &owner(&service), &own).await, "APP_IS_INTERNAL");
        let published = service.published_app().await;
        assert_eq!(request(&service, &owner(&service), &published).await, "ALREADY_PUBLISHED");
    })
    .await;
}

#[tokio::test]
async fn a_decision_is_mailed_to_the_requester() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        picture(&service, &app, "logo").await;
        assert_eq!(review(&service, &superuser(), &app, true).await.unwrap_err(), "NO_PUBLISH_REQUEST");
        request(&service, &owner(&service), &app).await;
        let narrow = staff_with_token(&[Scope::EventRead]);
        for caller in [owner(&service), narrow, Caller::Service("x".into())] {
            assert_eq!(review(&service, &caller, &app, true).await.unwrap_err(), "PERMISSION_DENIED");
        }
        let rejected = review(&service, &staff(), &app, false).await.unwrap();
        assert_eq!((rejected.status(), rejected.published_at), (AppStatus::Unpublished, None));
        assert!(waiting(&service).await.is_empty());
        request(&service, &owner(&service), &app).await;
        let approved = review(&service, &Caller::Operator, &app, true).await.unwrap();
        assert_eq!(approved.status(), AppStatus::Published);
        assert!(approved.published_at.is_some());

        let letters = service.mail.letters(6).await;
        let decisions: Vec<_> =
            letters.iter().filter(|letter| letter.body().contains("> Well done.")).collect();
        let subjects: Vec<_> = decisions.iter().map(|letter| letter.header("Subject")).collect();
        assert_eq!(subjects, ["Hooks was not published", "Hooks was published"]);
        assert!(decisions.iter().all(|letter| letter.recipient == "meredith@example.com"));
        service
            .audited(&[
                "SENTRY_APP_PUBLISH_REQUEST",
                "SENTRY_APP_PUBLISH_REJECT",
                "SENTRY_APP_PUBLISH_REQUEST",
                "SENTRY_APP_PUBLISH",
            ])
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_status_that_is_set_decides_the_request_too() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        picture(&service, &app, "logo").await;
        request(&service, &owner(&service), &app).await;
        service.set_status(&app, AppStatus::Published).await;
        assert!(waiting(&service).await.is_empty());
        let letters = service.mail.letters(3).await;
        assert!(letters.iter().any(|letter| letter.header("Subject") == "Hooks was published"));
    })
    .await;
}

#[tokio::test]
async fn a_change_of_what_is_reviewed_withdraws_the_request() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        picture(&service, &app, "logo").await;
        let update = || UpdateAppRequest { app: app.slug.clone(), ..Default::default() };
        let texts = |text: &str| Some(Texts { values: vec![text.to_owned()] });
        let evil = || Some("https://evil.example/".to_owned());
        let schema =
            r#"{"elements":[{"type":"issue-media","title":"x","elements":[{"type":"image","url":"/x"}]}]}"#;
        let changes = [
            UpdateAppRequest { scopes: texts("project:write"), ..update() },
            UpdateAppRequest { webhook_url: evil(), ..update() },
            UpdateAppRequest { redirect_url: evil(), ..update() },
            UpdateAppRequest { allowed_origins: texts("https://evil.example"), ..update() },
            UpdateAppRequest { schema_json: Some(schema.to_owned()), ..update() },
            UpdateAppRequest { is_alertable: Some(true), ..update() },
        ];
        let mails = changes.len() * 4;
        let reviewed = |app: &App| {
            let lists = (app.scopes.clone(), app.allowed_origins.clone(), app.is_alertable);
            (lists, app.webhook_url.clone(), app.redirect_url.clone(), app.schema_json.clone())
        };
        let mut current = app.clone();
        for change in changes {
            assert_eq!(request(&service, &owner(&service), &app).await, "OK");
            let shown = waiting(&service).await.remove(0).app.unwrap();
            assert_eq!(reviewed(&shown), reviewed(&current), "reviewers see what they decide about");
            let changed =
                service.apps.clone().update_app(request_as(&service.manager(), change.clone())).await;
            let changed = changed.unwrap().into_inner();
            assert_eq!(changed.status(), AppStatus::Unpublished, "{change:?}");
            assert_ne!(reviewed(&changed), reviewed(&current), "{change:?}");
            current = changed;
            assert!(waiting(&service).await.is_empty());
            assert_eq!(review(&service, &superuser(), &app, true).await.unwrap_err(), "NO_PUBLISH_REQUEST");
        }
        let letters = service.mail.letters(mails).await;
        let subject = "The publication request for hooks was withdrawn";
        let told = letters.iter().filter(|letter| letter.header("Subject") == subject);
        assert_eq!(told.count(), mails / 2, "the requester and the reviewers");
    })
    .await;
}

#[tokio::test]
async fn a_change_that_no_reviewer_decides_about_leaves_the_request() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        picture(&service, &app, "logo").await;
        request(&service, &owner(&service), &app).await;
        let (slug, overview) = (app.slug.clone(), Some("Hooks for everyone.".to_owned()));
        // The same scopes, as a form sends them back.
        let scopes = Some(Texts { values: app.scopes.clone() });
        let change = UpdateAppRequest { app: slug, overview, scopes, ..Default::default() };
        service.apps.clone().update_app(request_as(&service.manager(), change)).await.unwrap();
        assert_eq!(waiting(&service).await.len(), 1);
        assert_eq!(review(&service, &superuser(), &app, true).await.unwrap().status(), AppStatus::Published);
    })
    .await;
}

#[tokio::test]
async fn an_approval_names_the_request_that_was_read() {
    each(|service| async move {
        let app = service.app(public("Hooks")).await;
        picture(&service, &app, "logo").await;
        request(&service, &owner(&service), &app).await;
        let read = waiting(&service).await.remove(0).id;
        let webhook_url = Some("https://evil.example/".to_owned());
        let change = UpdateAppRequest { app: app.slug.clone(), webhook_url, ..Default::default() };
        service.apps.clone().update_app(request_as(&service.manager(), change)).await.unwrap();
        request(&service, &owner(&service), &app).await;
        let current = waiting(&service).await.remove(0).id;
        let outcome = review_of(&service, &superuser(), &app, true, read).await;
        assert_eq!(outcome.unwrap_err(), "PUBLISH_REQUEST_WITHDRAWN");
        let approved = review_of(&service, &superuser(), &app, true, current).await.unwrap();
        assert_eq!(approved.status(), AppStatus::Published);
    })
    .await;
}
