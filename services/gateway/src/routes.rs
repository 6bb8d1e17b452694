//! The operations of the REST API: one file each, named after the operation, in the folder of its resource.
//!
//! To add an operation:
//! 1. Write `routes/<resource>/<operation>.rs`: `operation()` declares its id (the name of the file), path, summary,
//!    access, fields and answers; below it stands the handler, which reads the request, calls the service that owns
//!    the data, and writes the answer. The refusals that all operations share (400, 401, 403, 404, 413, 415, 429,
//!    5xx) are added to the declared answers. An answer is a type of `json/` that derives `Serialize` and
//!    `utoipa::ToSchema`; two types with one name need `#[schema(as = …)]`.
//! 2. List it in `routes/<resource>.rs`.
//! 3. Add a fixture in `tests/tests/api/fixtures.rs`, so that the access matrix covers it, and a row in
//!    `docs/sentry-compatibility.md`.
//!
//! The router and the OpenAPI document are both built from this table: there is nothing else to register.

mod app_refusal;
mod app_tokens;
mod apps;
mod comments;
mod components;
mod error_events;
mod events;
mod extensions;
mod external_actors;
mod external_issues;
mod general;
mod installations;
mod integration_setup;
mod integrations;
mod issue_tickets;
mod issues;
mod members;
mod metric_rules;
mod organizations;
mod pages;
mod projects;
mod publishing;
mod rules;
mod sessions;
mod teams;
mod tokens;
mod users;
mod webhooks;

use std::collections::BTreeMap;

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;

use crate::api::known_parameters;
use crate::api::operation::Group;
use crate::context::Context;
use crate::layers::address_limit::{address_limit, refusal_limit};
use crate::layers::cors;

/// Every operation.
pub(crate) fn groups() -> Vec<Group> {
    vec![
        general::group(),
        apps::group(),
        components::group(),
        publishing::group(),
        app_tokens::group(),
        installations::group(),
        organizations::group(),
        members::group(),
        users::group(),
        tokens::group(),
        events::group(),
        issues::group(),
        comments::group(),
        error_events::group(),
        external_issues::group(),
        integrations::group(),
        integration_setup::group(),
        issue_tickets::group(),
        external_actors::group(),
        extensions::group(),
        projects::group(),
        teams::group(),
        rules::group(),
        metric_rules::group(),
        pages::group(),
        sessions::group(),
        webhooks::group(),
    ]
}

/// Every route. Paths end with a slash; without it they lead to the same place.
pub(crate) fn table(context: &Context) -> Router<Context> {
    let mut methods: BTreeMap<&str, Vec<Method>> = BTreeMap::new();
    let operations = groups().into_iter().flat_map(|group| group.operations);
    let router = operations.fold(Router::new(), |router, operation| {
        let handler = known_parameters::only(context, operation.handler, &operation.method, &operation.query);
        methods.entry(operation.path).or_default().push(operation.method);
        let handler = if operation.access.asks_who() || operation.is_unlimited {
            handler
        } else if operation.counts_refusals {
            handler.layer(from_fn_with_state(context.clone(), refusal_limit))
        } else {
            handler.layer(from_fn_with_state(context.clone(), address_limit))
        };
        at(router, operation.path, handler)
    });
    methods.into_iter().fold(router, |router, (path, methods)| at(router, path, cors::options(&methods)))
}

/// With the slash at the end and without.
fn at(router: Router<Context>, path: &str, handler: MethodRouter<Context>) -> Router<Context> {
    let router = router.route(path, handler.clone());
    match path.strip_suffix('/') {
        Some(without_slash) => router.route(without_slash, handler),
        None => router,
    }
}
