//! One file for each operation: read the request, call the owner, write the answer.
//!
//! To add one:
//! 1. Write its handler in a file of its own here, both named after what it does.
//! 2. Declare it in the group of `operations/` it belongs to: id (the handler's name), path, what it does, who may
//!    call it, what it reads, each status it answers with. The refusals that all share (400, 401, 403, 404, 413, 415,
//!    429, 5xx) are added to that. What it answers is a type of `json/` that derives `Serialize` and
//!    `utoipa::ToSchema`; two types with one name need `#[schema(as = …)]`.
//! 3. Give it a fixture in `tests/tests/api/fixtures.rs`, so that the matrix can call it as everybody, and a row in
//!    `docs/sentry-compatibility.md`.
//!
//! The router and the API's description are both made from the table: there is nothing else to register.

mod accept_invitation;
mod act_on_external_issue;
mod add_member;
mod authorize;
mod begin_oidc_sign_in;
mod cancel_recovery;
mod change_comment;
mod clear_project_filter;
mod create_app;
mod create_app_token;
mod create_comment;
mod create_organization;
mod create_user_token;
mod decline_invitation;
mod delete_app;
mod delete_issues;
mod disable_app;
mod enable_app;
mod explain_event;
mod external_issues;
mod finish_oidc_sign_in;
mod follow_redirect;
mod get_app;
mod get_app_interaction;
mod get_app_stats;
mod get_avatar_image;
mod get_endpoint_health;
mod get_event;
mod get_installation;
mod get_issue;
mod get_member;
mod get_organization;
mod get_own_user;
mod get_project;
mod get_project_filter;
mod get_recovery;
mod get_rule_configuration;
mod get_select_options;
mod get_webhooks;
mod health;
mod index;
mod install;
mod issue_page;
mod list_app_features;
mod list_app_stats;
mod list_app_tokens;
mod list_apps;
mod list_audit_logs;
mod list_comments;
mod list_components;
mod list_dead_letters;
mod list_events;
mod list_installations;
mod list_issues;
mod list_members;
mod list_missed_events;
mod list_organizations;
mod list_publication_requests;
mod list_user_tokens;
mod list_webhook_requests;
mod mark_installed;
mod metric_rules;
mod openapi;
mod operations;
mod projects;
mod record_app_interaction;
mod recover_webhooks;
mod remove_member;
mod request_publication;
mod resend_webhook;
mod review_publication;
mod revoke_app_token;
mod revoke_user_token;
mod rotate_secret;
mod rules;
mod set_app_avatar;
mod set_project_filter;
mod sign_in;
mod sign_in_options;
mod sign_out;
mod switch_webhooks;
mod teams;
mod uninstall;
mod update_app;
mod update_issue;
mod update_issues;
mod update_member;
mod update_organization;

use std::collections::BTreeMap;

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;

use crate::gateway::Gateway;
use crate::operation::Operation;
use crate::rate_limit::by_address;
use crate::{cors, known_parameters};

/// Operations that belong together.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) operations: Vec<Operation>,
}

/// Every operation.
pub(crate) fn groups() -> Vec<Group> {
    vec![
        operations::general::group(),
        operations::apps::group(),
        operations::publishing::group(),
        operations::installations::group(),
        operations::organizations::group(),
        operations::tokens::group(),
        operations::events::group(),
        operations::tracker::group(),
        operations::signing_in::group(),
        operations::webhooks::group(),
    ]
}

/// Every route. Paths end with a slash; without it they lead to the same place.
pub(crate) fn table(gateway: &Gateway) -> Router<Gateway> {
    let mut methods: BTreeMap<&str, Vec<Method>> = BTreeMap::new();
    let operations = groups().into_iter().flat_map(|group| group.operations);
    let router = operations.fold(Router::new(), |router, operation| {
        let handler = known_parameters::only(operation.handler, &operation.method, &operation.query);
        methods.entry(operation.path).or_default().push(operation.method);
        let handler = match operation.access.asks_who() {
            true => handler,
            false => handler.layer(from_fn_with_state(gateway.clone(), by_address)),
        };
        at(router, operation.path, handler)
    });
    methods.into_iter().fold(router, |router, (path, methods)| at(router, path, cors::options(&methods)))
}

/// With the slash at the end and without.
fn at(router: Router<Gateway>, path: &str, handler: MethodRouter<Gateway>) -> Router<Gateway> {
    let router = router.route(path, handler.clone());
    match path.strip_suffix('/') {
        Some(without_slash) => router.route(without_slash, handler),
        None => router,
    }
}
