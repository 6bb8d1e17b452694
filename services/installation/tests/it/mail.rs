use std::time::Duration;

use patchbay_domain::Caller;
use patchbay_proto::installation::mail_client::MailClient;
use patchbay_proto::installation::{DisableAppRequest, PostInvitationRequest};
use patchbay_rpc::{request, request_as};
use patchbay_testkit::eventually;

use crate::running::{Running, SOON, each, public, reason};
use crate::smtp_server::Reply::{HangUp, Refuse};

/// Makes the service write a mail to an owner of Acme.
async fn write_to_an_owner(running: &Running) {
    running.owner("olga@acme.example").await;
    let app = running.app(public("Hooks")).await;
    let asked = DisableAppRequest { app: app.slug, reason: "It is broken.".into(), event_id: String::new() };
    running.apps.clone().disable_app(request_as(&Caller::Operator, asked)).await.unwrap();
}

async fn waiting(running: &Running) -> Vec<(i32, bool)> {
    let query = running.db.query("select attempts, given_up_at is not null as given_up from mails");
    let rows: Vec<Row> = query.fetch_all().await.unwrap();
    rows.into_iter().map(|row| (row.attempts, row.given_up)).collect()
}

#[derive(patchbay_db::FromRow)]
struct Row {
    attempts: i32,
    given_up: bool,
}

async fn until_waiting(running: &Running, expected: &[(i32, bool)]) {
    eventually(SOON, "the mail waits as expected", async || {
        (waiting(running).await == expected).then_some(())
    })
    .await;
}

async fn until_counted(running: &Running, figure: &str) {
    let figure = format!("patchbay_installation_{figure}");
    eventually(SOON, &figure, async || running.metrics.encode().contains(&figure).then_some(())).await;
}

#[tokio::test]
async fn a_mail_stays_until_a_server_has_accepted_it() {
    each(|running| async move {
        running.mail.script([Refuse(451), HangUp, Refuse(550)]);
        write_to_an_owner(&running).await;
        for (attempts, pause) in [(1, 60), (2, 300), (3, 900)] {
            until_waiting(&running, &[(attempts, false)]).await;
            running.hand.advance(Duration::from_secs(pause - 1));
            assert_eq!(waiting(&running).await, [(attempts, false)], "not before its time");
            running.hand.advance(Duration::from_secs(1));
        }
        let letter = running.mail.letters(1).await.remove(0);
        assert_eq!(letter.recipient, "olga@acme.example");
        assert_eq!(letter.header("From"), "Patchbay <patchbay@patchbay.example>");
        assert!(letter.header("Message-ID").ends_with("@patchbay.example>"), "{letter:?}");
        until_waiting(&running, &[]).await;
        until_counted(&running, "mail_failures_total 3").await;
        until_counted(&running, "mails_sent_total 1").await;
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_a_stopped_process_left_behind_is_sent_by_the_next_one() {
    each(|running| async move {
        running.mail.script([HangUp]);
        write_to_an_owner(&running).await;
        until_waiting(&running, &[(1, false)]).await;
        // As a kill does it: the lease is not given back.
        running.service.request_hard();
        eventually(SOON, "nothing runs any more", async || {
            running.service.running().is_empty().then_some(())
        })
        .await;
        let _next = running.replica().await;
        running.hand.advance(Duration::from_secs(61));
        assert_eq!(running.mail.letters(1).await[0].recipient, "olga@acme.example");
        until_waiting(&running, &[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_nobody_accepts_for_a_day_is_given_up_and_kept_for_the_operator() {
    each(|running| async move {
        running.mail.script([Refuse(550); 9]);
        write_to_an_owner(&running).await;
        for attempts in 1..=8 {
            until_waiting(&running, &[(attempts, false)]).await;
            running.hand.advance(Duration::from_secs(12 * 3600));
        }
        until_waiting(&running, &[(9, true)]).await;
        until_counted(&running, "mails_given_up_total 1").await;
        let problem: String =
            running.db.query("select last_problem from mails").fetch_scalar().await.unwrap();
        assert!(problem.contains("550"), "{problem}");
        // The next mail is not held up by it, and takes it along when its time has come.
        running.hand.advance(Duration::from_secs(31 * 24 * 3600));
        write_to_an_owner_again(&running).await;
        running.mail.letters(1).await;
        until_waiting(&running, &[]).await;
    })
    .await;
}

async fn write_to_an_owner_again(running: &Running) {
    let app = running.app(public("More Hooks")).await;
    let asked = DisableAppRequest { app: app.slug, ..Default::default() };
    running.apps.clone().disable_app(request_as(&Caller::Operator, asked)).await.unwrap();
}

#[tokio::test]
async fn of_several_replicas_one_sends() {
    each(|running| async move {
        let _others = (running.replica().await, running.replica().await);
        write_to_an_owner(&running).await;
        running.mail.letters(1).await;
        until_waiting(&running, &[]).await;
        running.mail.tried(1).await;
        assert_eq!(running.mail.letters(1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_posted_for_services_and_nobody_else() {
    each(|running| async move {
        let asked = PostInvitationRequest {
            recipient: "ada@example.com".into(),
            invitation_id: 7,
            organization_slug: "acme".into(),
            organization_name: "Acme".into(),
            role: "manager".into(),
            inviter_name: "Olga".into(),
            expires_at: None,
        };
        let mut mail = MailClient::new(running.channel.clone());
        for caller in [running.manager(), Caller::Anonymous] {
            let answer = mail.post_invitation(request_as(&caller, asked.clone())).await;
            assert_eq!(reason(answer), "PERMISSION_DENIED", "{caller:?}");
        }
        mail.post_invitation(request(asked)).await.unwrap();
        let letter = running.mail.letters(1).await.remove(0);
        assert_eq!((letter.recipient.as_str(), letter.header("Subject")), ("ada@example.com", "Join Acme"));
        assert!(letter.body().contains("/api/0/organizations/acme/members/7/accept/"), "{letter:?}");
    })
    .await;
}
