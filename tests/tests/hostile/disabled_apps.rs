//! The routes of an app that was disabled.

use crate::operation::Operation;
use crate::people::HOME;
use crate::server::Server;
use crate::who::Who;
use crate::world::World;

/// The routes that an owner needs to repair the app: its requests, its health, and where it is installed.
const NEEDED: [&str; 5] = [
    "list_app_installations",
    "list_webhook_requests",
    "get_endpoint_health",
    "list_dead_letters",
    "list_app_tokens",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_app_is_shown_to_those_who_read_all_apps_only() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let app = world.fixtures.apps.disabled().await;
    let is_of_apps = |operation: &Operation| {
        operation.is_safe() && operation.path.starts_with("/api/0/sentry-apps/{app}/")
    };
    let mut operations = world.description.operations();
    operations.retain(|operation| is_of_apps(operation) && !NEEDED.contains(&operation.id.as_str()));
    assert!(operations.len() >= 6, "{operations:?}");
    for operation in operations {
        let mut thing = world.fixtures.fresh(&operation, None).await;
        thing.path = operation.path.replace("{app}", &app);
        for (name, expected) in [("owner", 403), ("member", 403), ("superuser", 200)] {
            let who = Who::Session(world.people.named(name).clone());
            let answer = world.ask(&operation, &thing, &who).await;
            assert_eq!(answer.status, expected, "{} as {name} of {HOME}: {answer:?}", operation.id);
        }
    }
}
