use std::time::Duration;

use futures::future::join_all;
use patchbay_domain::Clock;
use patchbay_proto::auth_token::{CreateGrantRequest, ListGrantsRequest};

use crate::world::*;

async fn list(world: &World, installations: &[&str]) -> Vec<(String, String)> {
    let installation_uuids = installations.iter().map(|&text| text.to_owned()).collect();
    let asked = ListGrantsRequest { installation_uuids };
    let grants = world.tokens.clone().list_grants(slow(asked)).await.unwrap().into_inner().grants;
    grants.into_iter().map(|grant| (grant.installation_uuid, grant.code)).collect()
}

#[tokio::test]
async fn a_grant_lives_ten_minutes_and_is_made_once() {
    on_each_engine(|world, _| async move {
        let grant = world.create_grant(INSTALLATION).await;
        assert_eq!(grant.code.len(), 64);
        assert_eq!(grant.expires_at.unwrap().seconds, midnight().timestamp() + 600);
        world.clock.advance(minutes(9));
        assert_eq!(world.create_grant(INSTALLATION).await, grant, "the same, with its old end");
        world.clock.advance(minutes(1));
        assert_ne!(world.create_grant(INSTALLATION).await.code, grant.code, "an expired one is replaced");
        assert_refused(
            world.exchange(&grant.code).await,
            401,
            "GRANT_NOT_FOUND",
            "Could not find grant for given code",
        );
    })
    .await;
}

#[tokio::test]
async fn grants_are_listed_with_their_codes_while_they_can_be_exchanged() {
    on_each_engine(|world, _| async move {
        assert_eq!(list(&world, &[]).await, []);
        let first = world.create_grant(INSTALLATION).await;
        let second = world.create_grant(OTHER_INSTALLATION).await;
        let nobody = "99999999-a9e2-4c85-8a3c-4f44175783c9";
        let mut listed = list(&world, &[INSTALLATION, OTHER_INSTALLATION, nobody]).await;
        listed.sort();
        assert_eq!(
            listed,
            [
                (OTHER_INSTALLATION.to_owned(), second.code.clone()),
                (INSTALLATION.to_owned(), first.code.clone())
            ]
        );
        world.exchange(&first.code).await.unwrap();
        assert_eq!(list(&world, &[INSTALLATION]).await, []);
        world.clock.advance(minutes(10));
        assert_eq!(list(&world, &[OTHER_INSTALLATION]).await, []);
    })
    .await;
}

#[tokio::test]
async fn more_than_a_hundred_installations_are_not_listed_at_once() {
    on_each_engine(|world, _| async move {
        let ask = |count| slow(ListGrantsRequest { installation_uuids: vec![INSTALLATION.into(); count] });
        world.tokens.clone().list_grants(ask(100)).await.unwrap();
        let refused = answer(world.tokens.clone().list_grants(ask(101)).await).unwrap_err();
        assert_eq!(refused.fields[0].field, "installation_uuids");
    })
    .await;
}

#[tokio::test]
async fn a_grant_becomes_a_token_of_eight_hours() {
    on_each_engine(|world, _| async move {
        let pair = world.first_pair().await;
        assert_eq!((pair.token.len(), pair.refresh_token.as_ref().unwrap().len()), (64, 64));
        assert_ne!(pair.token, pair.refresh_token.unwrap());
        assert_eq!(pair.scopes, ["event:read", "event:write"], "what a scope implies is held too");
        let (made, ends) = (pair.created_at.unwrap(), pair.expires_at.unwrap());
        assert_eq!((ends.seconds - made.seconds, ends.nanos - made.nanos), (8 * 3600, 0));
    })
    .await;
}

#[tokio::test]
async fn a_code_that_does_not_fit_is_refused_in_the_order_of_the_checks() {
    on_each_engine(|world, _| async move {
        let code = world.create_grant(INSTALLATION).await.code;
        for unknown in ["", "nonsense", "\0\n'; drop table grants", &"x".repeat(100_000)] {
            let outcome = world.exchange(unknown).await;
            assert_refused(outcome, 401, "GRANT_NOT_FOUND", "Could not find grant for given code");
        }
        for (app, installation) in [(OTHER_APP, INSTALLATION), (APP, OTHER_INSTALLATION)] {
            let outcome = world.exchange_as(app, installation, &code).await;
            assert_refused(outcome, 401, "GRANT_FORBIDDEN", "Forbidden grant");
        }
        world.clock.advance(minutes(10));
        let outcome = world.exchange_as(OTHER_APP, INSTALLATION, &code).await;
        assert_refused(outcome, 401, "GRANT_FORBIDDEN", "Forbidden grant");
        assert_refused(world.exchange(&code).await, 401, "GRANT_EXPIRED", "Grant has already expired");
    })
    .await;
}

#[tokio::test]
async fn a_grant_can_be_exchanged_until_its_last_moment() {
    on_each_engine(|world, _| async move {
        let code = world.create_grant(INSTALLATION).await.code;
        world.clock.advance(minutes(10) - Duration::from_micros(1));
        world.exchange(&code).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_exchanges_at_once_one_gets_a_token() {
    on_each_engine(|world, _| async move {
        let code = world.create_grant(INSTALLATION).await.code;
        let outcomes = join_all((0..50).map(|_| world.exchange(&code))).await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 49));
        for outcome in lost {
            assert_refused(outcome, 401, "GRANT_NOT_FOUND", "Could not find grant for given code");
        }
        assert_eq!(world.revoke(INSTALLATION).await, 1, "one token was made");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_makings_at_once_all_get_the_same_grant() {
    on_each_engine(|world, _| async move {
        let grants = join_all((0..20).map(|_| world.create_grant(INSTALLATION))).await;
        assert!(grants.iter().all(|grant| *grant == grants[0]));
        world.exchange(&grants[0].code).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_grant_made_with_another_key_is_replaced_because_its_code_cannot_be_shown() {
    on_each_engine(|world, db| async move {
        let old = world.create_grant(INSTALLATION).await;
        let (clock, hand) = Clock::manual(midnight());
        let world = World::start_with(&db, clock, hand, "another key of 16").await;
        assert_eq!(list(&world, &[INSTALLATION]).await, []);
        let new = world.create_grant(INSTALLATION).await;
        assert_ne!(new.code, old.code);
        world.exchange(&new.code).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_uuid_that_is_none_is_the_fault_of_its_field() {
    on_each_engine(|world, _| async move {
        let asked = CreateGrantRequest { installation_uuid: "7".into(), app_id: 1, organization_id: 1 };
        let refused = answer(world.tokens.clone().create_grant(slow(asked)).await).unwrap_err();
        assert_eq!(refused.fields[0].field, "installation_uuid");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_scope_is_refused_and_does_not_use_the_grant_up() {
    on_each_engine(|world, _| async move {
        let code = world.create_grant(INSTALLATION).await.code;
        let asked = patchbay_proto::auth_token::ExchangeRequest {
            installation_uuid: INSTALLATION.into(),
            app_id: APP,
            code: code.clone(),
            scopes: vec!["org:fly".into()],
        };
        let outcome = answer(world.tokens.clone().exchange(slow(asked)).await);
        assert_refused(outcome, 400, "UNKNOWN_SCOPE", "org:fly not a valid scope");
        world.exchange(&code).await.unwrap();
    })
    .await;
}
