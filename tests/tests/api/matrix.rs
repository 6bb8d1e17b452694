//! Compares the access rules in the description with the responses of the services: every operation, for
//! every kind of caller.

use futures::{StreamExt, stream};
use patchbay_domain::{Role, Scope, ScopeSet};

use crate::fixtures::Thing;
use crate::operation::{Operation, Rule};
use crate::server::Server;
use crate::who::{Outcome, Who};
use crate::world::World;

/// Operations that are tested concurrently.
const AT_ONCE: usize = 4;

/// All callers for an operation.
fn callers(world: &World<'_>, operation: &Operation, thing: &Thing) -> Vec<Who> {
    let sets = scope_sets(operation.access.scopes());
    let mut callers = vec![Who::Anonymous];
    for person in &world.people.all {
        callers.push(Who::Session(person.clone()));
        callers.extend(sets.iter().map(|set| Who::Token(person.clone(), *set)));
    }
    // No one can register an app with scopes they do not have.
    let owners = Role::Owner.scopes();
    for set in sets.iter().map(|set| set.intersection(owners)) {
        callers.extend([Who::Neighbour(set), Who::Foreigner(set)]);
    }
    callers.extend(thing.app.as_ref().map(|_| Who::TheApp));
    callers
}

/// Each sufficient scope alone, all insufficient ones, and all scopes.
fn scope_sets(needed: &[Scope]) -> Vec<ScopeSet> {
    let all: ScopeSet = Scope::ALL.iter().copied().collect();
    let alone = needed.iter().map(|scope| ScopeSet::of(&[*scope]));
    let useless =
        all.iter().filter(|scope| !ScopeSet::of(&[*scope]).expanded().contains_any(needed)).collect();
    alone.chain([useless, all]).collect()
}

/// Staff know of every organization, but register no apps where they are no members. Sentry answers 401.
fn is_sentrys_exception(operation: &Operation, who: &Who, status: u16) -> bool {
    let is_staff = who.person().is_some_and(|person| person.caller(None).is_staff());
    operation.id == "create_app" && is_staff && status == 401
}

/// Calls one operation as every caller. Returns the number of cases and the differences.
async fn try_out(world: &World<'_>, operation: Operation) -> (usize, Vec<String>) {
    let (mut tried, mut wrong) = (0, Vec::new());
    let shared = world.fixtures.fresh(&operation, None).await;
    for who in callers(world, &operation, &shared) {
        let expected = who.expected(&operation.access);
        // A successful request may consume its target.
        let thing = match expected == Outcome::Done && !operation.is_safe() {
            true => match world.fixtures.again(&operation, &shared).await {
                Some(thing) => thing,
                None => world.fresh(&operation, &who).await,
            },
            false => shared.clone(),
        };
        let answer = world.ask(&operation, &thing, &who).await;
        tried += 1;
        if !expected.includes(answer.status) && !is_sentrys_exception(&operation, &who, answer.status) {
            wrong.push(format!("{} {who:?}\n  expected {expected:?}, got {answer:?}", operation.id));
        }
    }
    (tried, wrong)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_caller_gets_the_answer_that_the_description_promises() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let mut operations = server.operations().await;
    operations.retain(|operation| !matches!(operation.access.rule, Rule::Anyone | Rule::Client));
    let outcomes: Vec<_> = stream::iter(operations)
        .map(|operation| try_out(&world, operation))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let tried: usize = outcomes.iter().map(|(tried, _)| tried).sum();
    let wrong: Vec<_> = outcomes.into_iter().flat_map(|(_, wrong)| wrong).collect();
    eprintln!("{tried} cases");
    let first: Vec<_> = wrong.iter().take(40).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {tried} cases are wrong:\n{}", wrong.len(), first.join("\n"));
    assert!(tried > 2000, "only {tried} cases");
}
