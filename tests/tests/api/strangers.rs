//! Members of another organization are refused, and the refusal does not reveal what exists.

use patchbay_domain::{Role, Scope};

use crate::matrix::World;
use crate::operation::{Operation, Rule};
use crate::server::{Answer, Server};
use crate::who::{Outcome, Who};

/// Path parameters for which Sentry's own messages distinguish existing from missing values: slugs of
/// organizations and apps, which are visible in addresses, and UUIDs, which cannot be guessed.
const TOLD_APART: [&str; 5] = ["organization", "app", "installation", "delivery", "recovery"];

/// Further information that a refusal may contain.
const KEYS: [&str; 2] = ["detail", "context"];

fn strangers(world: &World<'_>) -> Vec<Who> {
    let stranger = world.people.named("stranger").clone();
    let all = Scope::ALL.iter().copied().collect();
    vec![Who::Session(stranger.clone()), Who::Token(stranger, all), Who::Foreigner(Role::Owner.scopes())]
}

fn says_no_more_than_a_sentence(operation: &Operation, answer: &Answer) {
    if answer.body.is_empty() {
        return;
    }
    let body = answer.json();
    let keys: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert!(keys.iter().all(|key| KEYS.contains(key)), "{}: {answer:?}", operation.id);
    // Sentry shows users the organizations that they belong to.
    let context = &body["context"];
    let own = serde_json::json!({ "user_organizations": ["globex"] });
    assert!(context.is_null() || *context == own, "{}: {answer:?}", operation.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_refused_and_learns_nothing() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let mut compared = 0;
    for operation in server.operations().await {
        let has_owner = matches!(operation.access.rule, Rule::Scopes(_) | Rule::TheApp);
        if !has_owner || operation.names().next().is_none() {
            continue;
        }
        let there = world.fixtures.fresh(&operation, None).await;
        let missing = there.missing(&operation);
        for who in strangers(&world) {
            if who.expected(&operation.access) == Outcome::NotLookedAt {
                continue;
            }
            let answer = world.ask(&operation, &there, &who).await;
            assert!(matches!(answer.status, 403 | 404), "{} {who:?}: {answer:?}", operation.id);
            says_no_more_than_a_sentence(&operation, &answer);
            if operation.names().last().is_some_and(|name| TOLD_APART.contains(&name)) {
                continue;
            }
            let of_nothing = world.ask(&operation, &missing, &who).await;
            let same = (answer.status, &answer.body) == (of_nothing.status, &of_nothing.body);
            assert!(same, "{} {who:?}: {answer:?}, but of nothing {of_nothing:?}", operation.id);
            compared += 1;
        }
    }
    assert!(compared >= 10, "only {compared} were compared");
}
