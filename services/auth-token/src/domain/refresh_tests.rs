use std::collections::HashSet;

use patchbay_domain::SecretString;
use proptest::prelude::*;

use super::*;
use crate::domain::pair::{Issued, Pair, Span};
use crate::domain::stored_token::{Holder, Replaced};

const INSTALLATION: Uuid = Uuid::from_u128(1);
const FAMILY: Uuid = Uuid::from_u128(2);
const WINDOW: TimeDelta = TimeDelta::seconds(60);

fn second(n: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + n, 0).unwrap()
}

fn token(id: i64) -> StoredToken {
    let holder = InstallationHolder { installation: INSTALLATION, app_id: 5, organization_id: 7 };
    let span = Span { from: second(0), to: None };
    let pair = Pair { access: SecretString::new("access"), refresh: SecretString::new("refresh") };
    Issued::refreshable(id, holder, FAMILY, pair, Vec::new(), span).token
}

fn replaced(token: StoredToken, at: DateTime<Utc>) -> StoredToken {
    let replaced = Some(Replaced { at, successor_id: token.id + 1 });
    StoredToken { refresh: token.refresh.map(|part| RefreshPart { replaced, ..part }), ..token }
}

fn outcome(found: Option<Found>, installation: Uuid, app_id: i64, at: DateTime<Utc>) -> String {
    match decide(found, installation, app_id, at, WINDOW) {
        Ok(Decision::Rotate { token, .. }) => format!("rotate {}", token.id),
        Ok(Decision::Repeat { successor, .. }) => format!("repeat {}", successor.id),
        Ok(Decision::EndFamily { .. }) => "end".to_owned(),
        Err(error) => error.reason.into_owned(),
    }
}

#[test]
fn a_refresh_token_is_rotated_repeated_refused_or_ends_its_family() {
    let live = || Found { token: token(1), successor: None };
    let used = || Found { token: replaced(token(1), second(0)), successor: Some(token(2)) };
    let outrun =
        || Found { token: replaced(token(1), second(0)), successor: Some(replaced(token(2), second(1))) };
    let other = Uuid::from_u128(9);
    let personal = || {
        let span = Span { from: second(0), to: None };
        let issued = Issued::plain(1, Holder::User(3), SecretString::new("x"), Vec::new(), span);
        Found { token: issued.token, successor: None }
    };
    let cases = [
        (None, INSTALLATION, 5, 0, "REFRESH_TOKEN_NOT_FOUND"),
        (Some(live()), INSTALLATION, 5, 0, "rotate 1"),
        (Some(live()), INSTALLATION, 6, 0, "REFRESH_TOKEN_FOREIGN"),
        (Some(live()), other, 5, 0, "REFRESH_TOKEN_NOT_FOUND"),
        (Some(live()), other, 6, 0, "REFRESH_TOKEN_FOREIGN"),
        (Some(used()), INSTALLATION, 5, 0, "repeat 2"),
        (Some(used()), INSTALLATION, 5, 60, "repeat 2"),
        (Some(used()), INSTALLATION, 5, -5, "repeat 2"), // the clock of another replica is ahead
        (Some(used()), INSTALLATION, 5, 61, "end"),
        (Some(used()), INSTALLATION, 6, 61, "REFRESH_TOKEN_FOREIGN"),
        (Some(used()), other, 5, 61, "REFRESH_TOKEN_NOT_FOUND"),
        (Some(outrun()), INSTALLATION, 5, 2, "REFRESH_TOKEN_NOT_FOUND"),
        (Some(outrun()), INSTALLATION, 5, 61, "end"),
        (Some(personal()), INSTALLATION, 5, 0, "REFRESH_TOKEN_NOT_FOUND"),
    ];
    for (number, (found, installation, app_id, at, expected)) in cases.into_iter().enumerate() {
        assert_eq!(outcome(found, installation, app_id, second(at)), expected, "case {number}");
    }
}

#[test]
fn a_wait_is_what_remains_of_the_limit_and_ends_within_the_window() {
    let seconds = TimeDelta::seconds;
    for (limit, replaced_at, now, expected) in [
        (60, None, 0, Some(60)),
        (7, None, 0, Some(7)),
        (60, Some(0), 0, Some(55)),
        (40, Some(0), 10, Some(40)),
        (60, Some(0), 10, Some(45)),
        (60, Some(0), 53, Some(2)),
        (60, Some(0), 54, Some(1)),
        (60, Some(0), 55, None),
        (60, Some(0), 60, None),
        // It would be refused without the limit as well.
        (60, Some(0), 61, Some(60)),
    ] {
        let wait = wait(seconds(limit), replaced_at.map(second), second(now), WINDOW);
        assert_eq!(wait, expected.map(seconds), "{limit} {replaced_at:?} {now}");
    }
}

proptest! {
    /// For every limit: an app that returns after `Retry-After`, with a second of delay, is never too late.
    #[test]
    fn an_app_that_waits_for_retry_after_is_never_too_late(limit in 1..61_i64, now in 0..61_i64, window in 8..120_i64) {
        let window = TimeDelta::seconds(window);
        let told = wait(TimeDelta::seconds(limit), Some(second(0)), second(now), window);
        if let Some(told) = told && second(now) - second(0) <= window {
            prop_assert!(second(now) + told + TimeDelta::seconds(1) - second(0) <= window);
        }
    }
}

/// Models the service: the rows of a family, and the effect of each decision on them.
struct Family(Vec<StoredToken>);

impl Family {
    fn find(&self, id: i64) -> Option<Found> {
        let token = self.0.iter().find(|token| token.id == id)?.clone();
        let next = token.refresh.and_then(|part| part.replaced).map(|replaced| replaced.successor_id);
        Some(Found { successor: self.0.iter().find(|token| Some(token.id) == next).cloned(), token })
    }

    fn live(&self) -> usize {
        self.0.iter().filter(|token| !token.is_replaced()).count()
    }

    fn rotate(&mut self, old: &StoredToken, at: DateTime<Utc>) {
        let position = self.0.iter().position(|token| token.id == old.id).unwrap();
        self.0[position] = replaced(old.clone(), at);
        self.0.push(token(old.id + 1));
    }
}

proptest! {
    #[test]
    fn a_family_has_one_live_token_until_an_old_one_is_replayed_and_then_none(
        steps in prop::collection::vec((1..12_i64, 0..50_i64), 1..80),
    ) {
        let (mut family, mut at) = (Family(vec![token(1)]), second(0));
        let (mut rotated, mut ended) = (HashSet::new(), false);
        for (id, wait) in steps {
            at += TimeDelta::seconds(wait);
            let found = family.find(id);
            let too_late = found.as_ref().and_then(|found| found.token.refresh).and_then(|part| part.replaced)
                .is_some_and(|replaced| at - replaced.at > WINDOW);
            match decide(found, INSTALLATION, 5, at, WINDOW) {
                Ok(Decision::Rotate { token, .. }) => {
                    prop_assert!(rotated.insert(token.id), "rotated twice");
                    family.rotate(&token, at);
                }
                Ok(Decision::Repeat { successor, .. }) => {
                    prop_assert!(!too_late);
                    prop_assert_eq!(successor.id, id + 1);
                    prop_assert!(family.0.iter().any(|token| token.id == successor.id && !token.is_replaced()));
                }
                Ok(Decision::EndFamily { .. }) => {
                    prop_assert!(too_late);
                    ended = true;
                    family.0.clear();
                }
                Err(_) => prop_assert!(!too_late, "a late replay always ends the family"),
            }
            prop_assert_eq!(family.live(), usize::from(!ended));
        }
    }
}
