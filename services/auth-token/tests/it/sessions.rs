use futures::future::join_all;
use patchbay_domain::Error;
use patchbay_proto::auth_token::introspect_response::Subject;
use patchbay_proto::auth_token::{
    CreateSignInLinkRequest, EndSessionRequest, Inactive, RedeemSignInLinkRequest, Session, SignInLink,
};

use crate::world::*;

async fn link(world: &World) -> SignInLink {
    let asked = CreateSignInLinkRequest { user_id: 3 };
    world.sessions.clone().create_sign_in_link(slow(asked)).await.unwrap().into_inner()
}

async fn redeem(world: &World, secret: &str) -> Result<Session, Error> {
    let asked = RedeemSignInLinkRequest { secret: secret.into() };
    answer(world.sessions.clone().redeem_sign_in_link(slow(asked)).await)
}

async fn end(world: &World, secret: &str) {
    world.sessions.clone().end_session(slow(EndSessionRequest { secret: secret.into() })).await.unwrap();
}

#[track_caller]
fn assert_invalid(outcome: Result<Session, Error>) {
    let refused = outcome.unwrap_err();
    assert_eq!(refused.reason, "SIGN_IN_LINK_INVALID");
}

#[tokio::test]
async fn a_link_becomes_a_session_of_fourteen_days() {
    on_each_engine(|world, _| async move {
        let link = link(&world).await;
        assert_eq!(link.secret.len(), 64);
        assert_eq!(link.expires_at.unwrap().seconds, midnight().timestamp() + 3600);
        let session = redeem(&world, &link.secret).await.unwrap();
        assert_eq!((session.user_id, session.secret.len()), (3, 64));
        assert_eq!(session.expires_at.unwrap().seconds, midnight().timestamp() + 14 * 86_400);
        assert_eq!(world.subject(&session.secret).await, Ok(Subject::SessionOf(3)));
        assert_eq!(world.introspect(&session.secret).await.expires_at, session.expires_at);
        world.clock.advance(minutes(14 * 24 * 60));
        assert_eq!(world.subject(&session.secret).await, Err(Inactive::Expired));
    })
    .await;
}

#[tokio::test]
async fn a_link_works_for_an_hour_and_is_no_token_itself() {
    on_each_engine(|world, _| async move {
        let link = link(&world).await;
        assert_eq!(world.subject(&link.secret).await, Err(Inactive::Unknown));
        world.clock.advance(minutes(60));
        assert_invalid(redeem(&world, &link.secret).await);
        for unknown in ["", "nonsense", &"x".repeat(100_000)] {
            assert_invalid(redeem(&world, unknown).await);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_redeem_a_link_at_once_one_is_signed_in() {
    on_each_engine(|world, _| async move {
        let link = link(&world).await;
        let outcomes = join_all((0..50).map(|_| redeem(&world, &link.secret))).await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 49));
        lost.into_iter().for_each(assert_invalid);
    })
    .await;
}

#[tokio::test]
async fn a_session_is_ended_once_and_watchers_hear_of_it() {
    on_each_engine(|world, _| async move {
        let session = redeem(&world, &link(&world).await.secret).await.unwrap();
        let mut watcher = world.watch().await;
        for secret in ["", "nonsense", &session.secret, &session.secret] {
            end(&world, secret).await;
        }
        assert_eq!(world.subject(&session.secret).await, Err(Inactive::Unknown));
        assert_told(&mut watcher, &session.secret).await;
    })
    .await;
}

#[tokio::test]
async fn ending_a_session_ends_no_token() {
    on_each_engine(|world, _| async move {
        let pair = world.first_pair().await;
        end(&world, &pair.token).await;
        assert!(world.is_active(&pair).await);
    })
    .await;
}
