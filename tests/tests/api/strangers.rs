//! Members of another organization are refused, and the refusal does not reveal what exists.

use patchbay_domain::{Role, Scope, ScopeSet};

use crate::operation::{Operation, Rule};
use crate::server::{Answer, Server};
use crate::who::{Outcome, Who};
use crate::world::World;

/// Path parameters for which Sentry's own messages distinguish existing from missing values: slugs of apps, which are
/// visible in addresses, and UUIDs, which cannot be guessed.
const TOLD_APART: [&str; 4] = ["app", "installation", "delivery", "recovery"];

/// Organizations that do not exist. Some cannot exist.
const NOWHERE: [&str; 5] = ["missing", "999999999", "-1", "%20", "%ff"];

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

#[tokio::test(flavor = "multi_thread")]
async fn who_has_nothing_to_do_with_an_organization_does_not_learn_whether_it_exists() {
    const DENIED: &str = r#"{"detail":"You do not have permission to perform this action."}"#;
    let server = Server::start().await;
    let world = World::new(&server).await;
    let mut callers = strangers(&world);
    callers.push(Who::Foreigner(ScopeSet::EMPTY));
    let home = world.people.all[0].home.to_string();
    let mut operations = server.operations().await;
    operations.retain(|operation| operation.names().any(|name| name == "organization"));
    assert!(operations.len() > 50, "only {} operations", operations.len());
    for operation in operations {
        let there = world.fixtures.fresh(&operation, None).await;
        for who in &callers {
            if who.expected(&operation.access) == Outcome::NotLookedAt {
                continue;
            }
            let by_number = there.elsewhere(&operation, &home);
            let nowhere = NOWHERE.map(|name| there.elsewhere(&operation, name));
            for thing in [&there, &by_number].into_iter().chain(&nowhere) {
                let answer = world.ask(&operation, thing, who).await;
                let is_denied = (answer.status, answer.body.as_str()) == (403, DENIED);
                assert!(is_denied, "{} {} {who:?}: {answer:?}", operation.id, thing.path);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_every_organization_is_told_that_one_does_not_exist() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let superuser = Who::Session(world.people.named("superuser").clone());
    for operation in server.operations().await {
        let is_below = operation.names().any(|name| name == "organization");
        if !is_below || superuser.expected(&operation.access) != Outcome::Done {
            continue;
        }
        let there = world.fixtures.fresh(&operation, None).await;
        for missing in ["missing", "999999999"] {
            let answer = world.ask(&operation, &there.elsewhere(&operation, missing), &superuser).await;
            assert_eq!(answer.status, 404, "{}: {answer:?}", operation.id);
        }
    }
}
