use std::time::Duration;

use patchbay_domain::Caller;
use patchbay_proto::installation::mail_client::MailClient;
use patchbay_proto::installation::{DisableAppRequest, PostInvitationRequest};
use patchbay_rpc::{request, request_as};
use patchbay_testkit::eventually;
use patchbay_testkit::service::reason;

use crate::service::{SOON, Service, each, public};
use crate::smtp_server::Reply::{HangUp, Refuse};

/// Makes the service write a mail to an owner of Acme.
async fn write_to_an_owner(service: &Service) {
    service.owner("olga@acme.example").await;
    let app = service.app(public("Hooks")).await;
    let message =
        DisableAppRequest { app: app.slug, reason: "It is broken.".into(), event_id: String::new() };
    service.apps.clone().disable_app(request_as(&Caller::Operator, message)).await.unwrap();
}

async fn waiting(service: &Service) -> Vec<(i32, bool)> {
    let query = service.db.query("select attempts, given_up_at is not null as given_up from mails");
    let rows: Vec<Row> = query.fetch_all().await.unwrap();
    rows.into_iter().map(|row| (row.attempts, row.given_up)).collect()
}

#[derive(patchbay_db::FromRow)]
struct Row {
    attempts: i32,
    given_up: bool,
}

async fn until_waiting(service: &Service, expected: &[(i32, bool)]) {
    eventually(SOON, "the mail waits as expected", async || {
        (waiting(service).await == expected).then_some(())
    })
    .await;
}

async fn until_counted(service: &Service, figure: &str) {
    let figure = format!("patchbay_installation_{figure}");
    eventually(SOON, &figure, async || service.metrics.encode().contains(&figure).then_some(())).await;
}

#[tokio::test]
async fn a_mail_stays_until_a_server_has_accepted_it() {
    each(|service| async move {
        service.mail.script([Refuse(451), HangUp, Refuse(550)]);
        write_to_an_owner(&service).await;
        for (attempts, pause) in [(1, 60), (2, 300), (3, 900)] {
            until_waiting(&service, &[(attempts, false)]).await;
            service.clock.advance(Duration::from_secs(pause - 1));
            assert_eq!(waiting(&service).await, [(attempts, false)], "not before its time");
            service.clock.advance(Duration::from_secs(1));
        }
        let letter = service.mail.letters(1).await.remove(0);
        assert_eq!(letter.recipient, "olga@acme.example");
        assert_eq!(letter.header("From"), "Patchbay <patchbay@patchbay.example>");
        assert!(letter.header("Message-ID").ends_with("@patchbay.example>"), "{letter:?}");
        until_waiting(&service, &[]).await;
        until_counted(&service, "mail_failures_total 3").await;
        until_counted(&service, "mails_sent_total 1").await;
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_a_stopped_process_left_behind_is_sent_by_the_next_one() {
    each(|service| async move {
        service.mail.script([HangUp]);
        write_to_an_owner(&service).await;
        until_waiting(&service, &[(1, false)]).await;
        // Like a killed process: the lease is not released.
        service.own_stop.request_hard();
        eventually(SOON, "nothing runs any more", async || {
            service.own_stop.running().is_empty().then_some(())
        })
        .await;
        let _next = service.replica().await;
        service.clock.advance(Duration::from_secs(61));
        assert_eq!(service.mail.letters(1).await[0].recipient, "olga@acme.example");
        until_waiting(&service, &[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_fails_for_a_day_is_given_up_and_kept_for_the_operator() {
    each(|service| async move {
        service.mail.script([Refuse(550); 9]);
        write_to_an_owner(&service).await;
        for attempts in 1..=8 {
            until_waiting(&service, &[(attempts, false)]).await;
            service.clock.advance(Duration::from_secs(12 * 3600));
        }
        until_waiting(&service, &[(9, true)]).await;
        until_counted(&service, "mails_given_up_total 1").await;
        let problem: String =
            service.db.query("select last_problem from mails").fetch_scalar().await.unwrap();
        assert!(problem.contains("550"), "{problem}");
        // The next mail is not held up by it, and takes it along when its time has come.
        service.clock.advance(Duration::from_secs(31 * 24 * 3600));
        write_to_an_owner_again(&service).await;
        service.mail.letters(1).await;
        until_waiting(&service, &[]).await;
    })
    .await;
}

async fn write_to_an_owner_again(service: &Service) {
    let app = service.app(public("More Hooks")).await;
    let message = DisableAppRequest { app: app.slug, ..Default::default() };
    service.apps.clone().disable_app(request_as(&Caller::Operator, message)).await.unwrap();
}

#[tokio::test]
async fn one_of_several_replicas_sends() {
    each(|service| async move {
        let _others = (service.replica().await, service.replica().await);
        write_to_an_owner(&service).await;
        service.mail.letters(1).await;
        until_waiting(&service, &[]).await;
        service.mail.tried(1).await;
        assert_eq!(service.mail.letters(1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn only_services_may_send_an_invitation() {
    each(|service| async move {
        let invitation = PostInvitationRequest {
            recipient: "ada@example.com".into(),
            invitation_id: 7,
            organization_slug: "acme".into(),
            organization_name: "Acme".into(),
            role: "manager".into(),
            inviter_name: "Olga".into(),
            expires_at: None,
        };
        let mut mail = MailClient::new(service.channel.clone());
        for caller in [service.manager(), Caller::Anonymous] {
            let answer = mail.post_invitation(request_as(&caller, invitation.clone())).await;
            assert_eq!(reason(answer), "PERMISSION_DENIED", "{caller:?}");
        }
        mail.post_invitation(request(invitation)).await.unwrap();
        let letter = service.mail.letters(1).await.remove(0);
        assert_eq!((letter.recipient.as_str(), letter.header("Subject")), ("ada@example.com", "Join Acme"));
        assert!(letter.body().contains("/api/0/organizations/acme/members/7/accept/"), "{letter:?}");
    })
    .await;
}
