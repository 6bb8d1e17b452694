//! One file for each operation: read the request, call the owner, write the answer.

mod authorize;
mod create_app;
mod get_app;
mod get_installation;
mod get_issue;
mod get_project;
mod health;
mod index;
mod install;
mod list_installations;
mod list_webhook_requests;
mod mark_installed;
mod sign_in;
mod sign_out;
mod uninstall;
mod update_app;

use axum::Router;
use axum::routing::{MethodRouter, get, post};

use crate::gateway::Gateway;

/// Every route. Paths end with a slash; without it they lead to the same place.
pub(crate) fn table() -> Router<Gateway> {
    let routes: [(&str, MethodRouter<Gateway>); 13] = [
        ("/healthz", get(health::health)),
        ("/api/0/", get(index::index)),
        ("/api/0/sentry-apps/", post(create_app::create_app)),
        ("/api/0/sentry-apps/{app}/", get(get_app::get_app).put(update_app::update_app)),
        ("/api/0/sentry-apps/{app}/webhook-requests/", get(list_webhook_requests::list_webhook_requests)),
        (
            "/api/0/organizations/{organization}/sentry-app-installations/",
            get(list_installations::list_installations).post(install::install),
        ),
        (
            "/api/0/sentry-app-installations/{installation}/",
            get(get_installation::get_installation)
                .put(mark_installed::mark_installed)
                .delete(uninstall::uninstall),
        ),
        ("/api/0/sentry-app-installations/{installation}/authorizations/", post(authorize::authorize)),
        ("/api/0/issues/{issue}/", get(get_issue::get_issue)),
        ("/api/0/organizations/{organization}/issues/{issue}/", get(get_issue::get_organization_issue)),
        ("/api/0/projects/{organization}/{project}/", get(get_project::get_project)),
        ("/auth/link/{secret}/", get(sign_in::confirm).post(sign_in::sign_in)),
        ("/auth/sign-out/", post(sign_out::sign_out)),
    ];
    routes.into_iter().fold(Router::new(), |router, (path, methods)| {
        let router = router.route(path, methods.clone());
        match path.strip_suffix('/') {
            Some(without_slash) => router.route(without_slash, methods),
            None => router,
        }
    })
}
