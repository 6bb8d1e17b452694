use patchbay_domain::{Caller, Role};
use patchbay_proto::installation::{
    App, AppStatus, ListPublicationRequestsRequest, PublicationRequest, QuestionnaireEntry,
    RequestPublicationRequest, ReviewPublicationRequest,
};
use patchbay_rpc::request_as;

use crate::callers::{member, staff, superuser};
use crate::running::{Running, each, internal, public, reason, refusal};

/// A request of section 1.8.
fn asked(app: &App) -> RequestPublicationRequest {
    let entry = QuestionnaireEntry { question: "What does it do?".into(), answer: "It hooks.".into() };
    RequestPublicationRequest { app: app.slug.clone(), questionnaire: vec![entry] }
}

fn owner(running: &Running) -> Caller {
    member(&running.acme, Role::Owner)
}

async fn request(running: &Running, caller: &Caller, app: &App) -> String {
    reason(running.publishing.clone().request_publication(request_as(caller, asked(app))).await)
}

async fn review(running: &Running, caller: &Caller, app: &App, approve: bool) -> Result<App, String> {
    let asked = ReviewPublicationRequest { app: app.slug.clone(), approve, note: "Well done.".into() };
    let answer = running.publishing.clone().review_publication(request_as(caller, asked)).await;
    answer.map(|app| app.into_inner()).map_err(|refusal| reason::<()>(Err(refusal)))
}

async fn waiting(running: &Running) -> Vec<PublicationRequest> {
    let asked = ListPublicationRequestsRequest::default();
    let answer = running.publishing.clone().list_publication_requests(request_as(&staff(), asked)).await;
    answer.unwrap().into_inner().requests
}

/// What an upload leaves behind.
async fn picture(running: &Running, app: &App, photo: &str) {
    let mut tx = running.db.begin().await.unwrap();
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
async fn an_owner_asks_and_the_reviewers_and_they_are_told() {
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        picture(&running, &app, "logo").await;
        assert_eq!(request(&running, &owner(&running), &app).await, "OK");
        let found = waiting(&running).await;
        assert_eq!((found.len(), found[0].app_slug.as_str(), found[0].requester_id), (1, "hooks", 1));
        assert_eq!(found[0].questionnaire, asked(&app).questionnaire);

        let letters = running.mail.letters(2).await;
        let recipients: Vec<_> = letters.iter().map(|letter| letter.recipient.as_str()).collect();
        assert!(recipients.contains(&"reviews@patchbay.example"), "{recipients:?}");
        assert!(recipients.contains(&"meredith@example.com"), "{recipients:?}");
        for letter in &letters {
            assert!(letter.body().contains("What does it do?\n> It hooks."), "{letter:?}");
        }
        let error = request(&running, &owner(&running), &app).await;
        assert_eq!(error, "PUBLISH_REQUEST_IN_PROGRESS");
        running.mail.letters(2).await;
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_refused_changes_nothing() {
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        for (caller, expected) in [
            (Caller::Anonymous, "NO_CREDENTIALS"),
            (running.outsider(), "NOT_IN_OWNER_ORGANIZATION"),
            (running.manager(), "PERMISSION_DENIED"),
            (owner(&running), "LOGO_REQUIRED"),
        ] {
            assert_eq!(request(&running, &caller, &app).await, expected, "{caller:?}");
        }
        let many = vec![QuestionnaireEntry::default(); 51];
        let asked = RequestPublicationRequest { app: app.slug.clone(), questionnaire: many };
        let answer =
            running.publishing.clone().request_publication(request_as(&owner(&running), asked)).await;
        assert_eq!(refusal(answer).fields[0].field, "questionnaire");
        assert!(waiting(&running).await.is_empty());
        let own = running.app(internal("Own")).await;
        assert_eq!(request(&running, &owner(&running), &own).await, "APP_IS_INTERNAL");
        let published = running.published_app().await;
        assert_eq!(request(&running, &owner(&running), &published).await, "ALREADY_PUBLISHED");
    })
    .await;
}

#[tokio::test]
async fn a_reviewer_decides_and_who_asked_is_told() {
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        picture(&running, &app, "logo").await;
        assert_eq!(review(&running, &superuser(), &app, true).await.unwrap_err(), "NO_PUBLISH_REQUEST");
        request(&running, &owner(&running), &app).await;
        for caller in [owner(&running), staff(), Caller::Service("x".into())] {
            assert_eq!(review(&running, &caller, &app, true).await.unwrap_err(), "PERMISSION_DENIED");
        }
        let rejected = review(&running, &superuser(), &app, false).await.unwrap();
        assert_eq!((rejected.status(), rejected.published_at), (AppStatus::Unpublished, None));
        assert!(waiting(&running).await.is_empty());
        request(&running, &owner(&running), &app).await;
        let approved = review(&running, &Caller::Operator, &app, true).await.unwrap();
        assert_eq!(approved.status(), AppStatus::Published);
        assert!(approved.published_at.is_some());

        let letters = running.mail.letters(6).await;
        let decisions: Vec<_> =
            letters.iter().filter(|letter| letter.body().contains("> Well done.")).collect();
        let subjects: Vec<_> = decisions.iter().map(|letter| letter.header("Subject")).collect();
        assert_eq!(subjects, ["Hooks was not published", "Hooks was published"]);
        assert!(decisions.iter().all(|letter| letter.recipient == "meredith@example.com"));
        running
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
    each(|running| async move {
        let app = running.app(public("Hooks")).await;
        picture(&running, &app, "logo").await;
        request(&running, &owner(&running), &app).await;
        running.set_status(&app, AppStatus::Published).await;
        assert!(waiting(&running).await.is_empty());
        let letters = running.mail.letters(3).await;
        assert!(letters.iter().any(|letter| letter.header("Subject") == "Hooks was published"));
    })
    .await;
}
