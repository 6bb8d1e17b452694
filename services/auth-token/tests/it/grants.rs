use std::time::Duration;

use futures::future::join_all;
use patchbay_proto::auth_token::{CreateGrantRequest, ListGrantsRequest};

use crate::service::*;

async fn list(service: &Service, installations: &[&str]) -> Vec<(String, String)> {
    let installation_uuids = installations.iter().map(|&text| text.to_owned()).collect();
    let request = ListGrantsRequest { installation_uuids };
    let grants =
        service.tokens.clone().list_grants(with_deadline(request)).await.unwrap().into_inner().grants;
    grants.into_iter().map(|grant| (grant.installation_uuid, grant.code)).collect()
}

#[tokio::test]
async fn a_grant_expires_after_ten_minutes_and_is_created_once() {
    each(|service, _| async move {
        let grant = service.create_grant(INSTALLATION).await;
        assert_eq!(grant.code.len(), 64);
        assert_eq!(grant.expires_at.unwrap().seconds, midnight().timestamp() + 600);
        service.clock.advance(minutes(9));
        assert_eq!(service.create_grant(INSTALLATION).await, grant, "the grant keeps its expiry");
        service.clock.advance(minutes(1));
        assert_ne!(service.create_grant(INSTALLATION).await.code, grant.code, "an expired one is replaced");
        assert_refused(
            service.exchange(&grant.code).await,
            401,
            "GRANT_NOT_FOUND",
            "Could not find grant for given code",
        );
    })
    .await;
}

#[tokio::test]
async fn grants_are_listed_with_their_codes_while_they_can_be_exchanged() {
    each(|service, _| async move {
        assert_eq!(list(&service, &[]).await, []);
        let first = service.create_grant(INSTALLATION).await;
        let second = service.create_grant(OTHER_INSTALLATION).await;
        let unknown = "99999999-a9e2-4c85-8a3c-4f44175783c9";
        let mut listed = list(&service, &[INSTALLATION, OTHER_INSTALLATION, unknown]).await;
        listed.sort();
        assert_eq!(
            listed,
            [
                (OTHER_INSTALLATION.to_owned(), second.code.clone()),
                (INSTALLATION.to_owned(), first.code.clone())
            ]
        );
        service.exchange(&first.code).await.unwrap();
        assert_eq!(list(&service, &[INSTALLATION]).await, []);
        service.clock.advance(minutes(10));
        assert_eq!(list(&service, &[OTHER_INSTALLATION]).await, []);
    })
    .await;
}

#[tokio::test]
async fn more_than_a_hundred_installations_are_not_listed_at_once() {
    each(|service, _| async move {
        let ask =
            |count| with_deadline(ListGrantsRequest { installation_uuids: vec![INSTALLATION.into(); count] });
        service.tokens.clone().list_grants(ask(100)).await.unwrap();
        let refused = answer(service.tokens.clone().list_grants(ask(101)).await).unwrap_err();
        assert_eq!(refused.fields[0].field, "installation_uuids");
    })
    .await;
}

#[tokio::test]
async fn a_grant_becomes_a_token_of_eight_hours() {
    each(|service, _| async move {
        let pair = service.first_pair().await;
        assert_eq!((pair.token.len(), pair.refresh_token.as_ref().unwrap().len()), (64, 64));
        assert_ne!(pair.token, pair.refresh_token.unwrap());
        assert_eq!(pair.scopes, ["event:read", "event:write"], "implied scopes are included");
        let (made, ends) = (pair.created_at.unwrap(), pair.expires_at.unwrap());
        assert_eq!((ends.seconds - made.seconds, ends.nanos - made.nanos), (8 * 3600, 0));
    })
    .await;
}

#[tokio::test]
async fn a_wrong_code_is_refused_in_the_order_of_the_checks() {
    each(|service, _| async move {
        let code = service.create_grant(INSTALLATION).await.code;
        for unknown in ["", "nonsense", "\0\n'; drop table grants", &"x".repeat(100_000)] {
            let outcome = service.exchange(unknown).await;
            assert_refused(outcome, 401, "GRANT_NOT_FOUND", "Could not find grant for given code");
        }
        for (app, installation) in [(OTHER_APP, INSTALLATION), (APP, OTHER_INSTALLATION)] {
            let outcome = service.exchange_as(app, installation, &code).await;
            assert_refused(outcome, 401, "GRANT_FORBIDDEN", "Forbidden grant");
        }
        service.clock.advance(minutes(10));
        let outcome = service.exchange_as(OTHER_APP, INSTALLATION, &code).await;
        assert_refused(outcome, 401, "GRANT_FORBIDDEN", "Forbidden grant");
        assert_refused(service.exchange(&code).await, 401, "GRANT_EXPIRED", "Grant has already expired");
    })
    .await;
}

#[tokio::test]
async fn a_grant_can_be_exchanged_until_its_last_moment() {
    each(|service, _| async move {
        let code = service.create_grant(INSTALLATION).await.code;
        service.clock.advance(minutes(10) - Duration::from_micros(1));
        service.exchange(&code).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_fifty_parallel_exchanges_gets_a_token() {
    each(|service, _| async move {
        let code = service.create_grant(INSTALLATION).await.code;
        let outcomes = join_all((0..50).map(|_| service.exchange(&code))).await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 49));
        for outcome in lost {
            assert_refused(outcome, 401, "GRANT_NOT_FOUND", "Could not find grant for given code");
        }
        assert_eq!(service.revoke(INSTALLATION).await, 1, "one token was made");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_requests_for_a_grant_get_the_same_one() {
    each(|service, _| async move {
        let grants = join_all((0..20).map(|_| service.create_grant(INSTALLATION))).await;
        assert!(grants.iter().all(|grant| *grant == grants[0]));
        service.exchange(&grants[0].code).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_grant_made_with_another_key_is_replaced_because_its_code_cannot_be_shown() {
    each(|service, db| async move {
        let old = service.create_grant(INSTALLATION).await;
        let service = Service::with_key(&db, "another key of 16").await;
        assert_eq!(list(&service, &[INSTALLATION]).await, []);
        let new = service.create_grant(INSTALLATION).await;
        assert_ne!(new.code, old.code);
        service.exchange(&new.code).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_invalid_uuid_is_a_field_error() {
    each(|service, _| async move {
        let request = CreateGrantRequest { installation_uuid: "7".into(), app_id: 1, organization_id: 1 };
        let refused = answer(service.tokens.clone().create_grant(with_deadline(request)).await).unwrap_err();
        assert_eq!(refused.fields[0].field, "installation_uuid");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_scope_is_refused_and_does_not_use_the_grant_up() {
    each(|service, _| async move {
        let code = service.create_grant(INSTALLATION).await.code;
        let request = patchbay_proto::auth_token::ExchangeRequest {
            installation_uuid: INSTALLATION.into(),
            app_id: APP,
            code: code.clone(),
            scopes: vec!["org:fly".into()],
        };
        let outcome = answer(service.tokens.clone().exchange(with_deadline(request)).await);
        assert_refused(outcome, 400, "UNKNOWN_SCOPE", "org:fly not a valid scope");
        service.exchange(&code).await.unwrap();
    })
    .await;
}
