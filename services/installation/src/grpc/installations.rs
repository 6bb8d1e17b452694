mod authorize;
mod authorize_by_assertion;
mod clear_project_filter;
mod find_installation;
mod get_installation;
mod get_project_filter;
mod get_webhooks;
mod install;
mod installation_message;
mod installing_organization;
mod list_app_installations;
mod list_installations;
mod mark_installed;
mod project_filter_message;
mod replace_project_filter;
mod resume_webhooks;
mod set_project_filter;
mod stop_webhooks;
mod uninstall;
mod watch_subscriptions;
mod webhooks_state;

use futures::stream::BoxStream;
use patchbay_proto::installation::installations_server::Installations;
use patchbay_proto::installation::{
    Authorization, AuthorizeRequest, ClearProjectFilterRequest, ClearProjectFilterResponse,
    GetInstallationRequest, GetProjectFilterRequest, GetWebhooksRequest, InstallRequest, Installation,
    ListAppInstallationsRequest, ListAppInstallationsResponse, ListInstallationsRequest,
    ListInstallationsResponse, MarkInstalledRequest, ProjectFilter, ResumeWebhooksRequest,
    SetProjectFilterRequest, StopWebhooksRequest, UninstallRequest, UninstallResponse,
    WatchSubscriptionsRequest, WatchSubscriptionsResponse, WebhooksState,
};
use patchbay_rpc::status::from_error;
use tonic::{Request, Response, Status};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Installations for Context {
        install(InstallRequest) -> Installation;
        get_installation(GetInstallationRequest) -> Installation;
        list_installations(ListInstallationsRequest) -> ListInstallationsResponse;
        list_app_installations(ListAppInstallationsRequest) -> ListAppInstallationsResponse;
        mark_installed(MarkInstalledRequest) -> Installation;
        uninstall(UninstallRequest) -> UninstallResponse;
        authorize(AuthorizeRequest) -> Authorization;
        get_project_filter(GetProjectFilterRequest) -> ProjectFilter;
        set_project_filter(SetProjectFilterRequest) -> ProjectFilter;
        clear_project_filter(ClearProjectFilterRequest) -> ClearProjectFilterResponse;
        get_webhooks(GetWebhooksRequest) -> WebhooksState;
        stop_webhooks(StopWebhooksRequest) -> WebhooksState;
        resume_webhooks(ResumeWebhooksRequest) -> WebhooksState;
    }
    streaming {
        async fn watch_subscriptions(
            &self,
            request: Request<WatchSubscriptionsRequest>,
        ) -> Result<Response<BoxStream<'static, Result<WatchSubscriptionsResponse, Status>>>, Status> {
            let caller = patchbay_rpc::caller(&request)?;
            watch_subscriptions::watch_subscriptions(self, &caller).map(Response::new).map_err(from_error)
        }
    }
}
