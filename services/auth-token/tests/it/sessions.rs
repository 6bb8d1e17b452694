use futures::future::join_all;
use patchbay_domain::Error;
use patchbay_proto::auth_token::introspect_response::Subject;
use patchbay_proto::auth_token::{
    CreateSignInLinkRequest, EndSessionRequest, Inactive, RedeemSignInLinkRequest, Session, SignInLink,
};

use crate::service::*;

async fn link(service: &Service) -> SignInLink {
    let request = CreateSignInLinkRequest { user_id: 3 };
    service.sessions.clone().create_sign_in_link(with_deadline(request)).await.unwrap().into_inner()
}

async fn redeem(service: &Service, secret: &str) -> Result<Session, Error> {
    let request = RedeemSignInLinkRequest { secret: secret.into() };
    answer(service.sessions.clone().redeem_sign_in_link(with_deadline(request)).await)
}

async fn end(service: &Service, secret: &str) {
    service
        .sessions
        .clone()
        .end_session(with_deadline(EndSessionRequest { secret: secret.into() }))
        .await
        .unwrap();
}

#[track_caller]
fn assert_invalid(outcome: Result<Session, Error>) {
    let refused = outcome.unwrap_err();
    assert_eq!(refused.reason, "SIGN_IN_LINK_INVALID");
}

#[tokio::test]
async fn a_link_becomes_a_session_of_fourteen_days() {
    each(|service, _| async move {
        let link = link(&service).await;
        assert_eq!(link.secret.len(), 64);
        assert_eq!(link.expires_at.unwrap().seconds, midnight().timestamp() + 3600);
        let session = redeem(&service, &link.secret).await.unwrap();
        assert_eq!((session.user_id, session.secret.len()), (3, 64));
        assert_eq!(session.expires_at.unwrap().seconds, midnight().timestamp() + 14 * 86_400);
        assert_eq!(service.subject(&session.secret).await, Ok(Subject::SessionOf(3)));
        assert_eq!(service.introspect(&session.secret).await.expires_at, session.expires_at);
        service.clock.advance(minutes(14 * 24 * 60));
        assert_eq!(service.subject(&session.secret).await, Err(Inactive::Expired));
    })
    .await;
}

#[tokio::test]
async fn a_link_expires_after_an_hour_and_is_not_a_token() {
    each(|service, _| async move {
        let link = link(&service).await;
        assert_eq!(service.subject(&link.secret).await, Err(Inactive::Unknown));
        service.clock.advance(minutes(60));
        assert_invalid(redeem(&service, &link.secret).await);
        for unknown in ["", "nonsense", &"x".repeat(100_000)] {
            assert_invalid(redeem(&service, unknown).await);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_fifty_parallel_redemptions_gets_a_session() {
    each(|service, _| async move {
        let link = link(&service).await;
        let outcomes = join_all((0..50).map(|_| redeem(&service, &link.secret))).await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 49));
        lost.into_iter().for_each(assert_invalid);
    })
    .await;
}

#[tokio::test]
async fn an_ended_session_is_invalid_and_sent_to_watchers() {
    each(|service, _| async move {
        let session = redeem(&service, &link(&service).await.secret).await.unwrap();
        let mut watcher = service.watch().await;
        for secret in ["", "nonsense", &session.secret, &session.secret] {
            end(&service, secret).await;
        }
        assert_eq!(service.subject(&session.secret).await, Err(Inactive::Unknown));
        assert_revoked(&mut watcher, &session.secret).await;
    })
    .await;
}

#[tokio::test]
async fn ending_a_session_ends_no_token() {
    each(|service, _| async move {
        let pair = service.first_pair().await;
        end(&service, &pair.token).await;
        assert!(service.is_active(&pair).await);
    })
    .await;
}
