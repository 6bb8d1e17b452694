mod authorize;
mod authorize_by_assertion;
mod get_installation;
mod install;
mod installation_message;
mod list_installations;
mod mark_installed;
mod project_filter;
mod resume_webhooks;
mod stop_webhooks;
mod uninstall;
mod watch_subscriptions;
mod webhooks_state;

use futures::stream::BoxStream;
use patchbay_proto::installation as proto;
use patchbay_proto::installation::installations_server::Installations;
use patchbay_proto::installation::{
    Authorization, AuthorizeRequest, GetInstallationRequest, InstallRequest, Installation,
    ListInstallationsRequest, ListInstallationsResponse, MarkInstalledRequest, UninstallRequest,
    UninstallResponse, WatchSubscriptionsRequest, WatchSubscriptionsResponse,
};
use patchbay_rpc::{caller, status::from_error};
use tonic::{Request, Response, Status};

use crate::registry::Registry;

#[tonic::async_trait]
impl Installations for Registry {
    async fn install(&self, request: Request<InstallRequest>) -> Result<Response<Installation>, Status> {
        let caller = caller(&request)?;
        install::install(self, &caller, request.into_inner()).await.map(Response::new).map_err(from_error)
    }

    async fn get_installation(
        &self,
        request: Request<GetInstallationRequest>,
    ) -> Result<Response<Installation>, Status> {
        let caller = caller(&request)?;
        let found = get_installation::get_installation(self, &caller, request.into_inner()).await;
        found.map(Response::new).map_err(from_error)
    }

    async fn list_installations(
        &self,
        request: Request<ListInstallationsRequest>,
    ) -> Result<Response<ListInstallationsResponse>, Status> {
        let caller = caller(&request)?;
        let found = list_installations::list_installations(self, &caller, request.into_inner()).await;
        found.map(Response::new).map_err(from_error)
    }

    async fn mark_installed(
        &self,
        request: Request<MarkInstalledRequest>,
    ) -> Result<Response<Installation>, Status> {
        let caller = caller(&request)?;
        let done = mark_installed::mark_installed(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn uninstall(
        &self,
        request: Request<UninstallRequest>,
    ) -> Result<Response<UninstallResponse>, Status> {
        let caller = caller(&request)?;
        uninstall::uninstall(self, &caller, request.into_inner()).await.map(Response::new).map_err(from_error)
    }

    async fn authorize(&self, request: Request<AuthorizeRequest>) -> Result<Response<Authorization>, Status> {
        // Whoever the caller is: the credentials are in the request.
        authorize::authorize(self, request.into_inner()).await.map(Response::new).map_err(from_error)
    }

    async fn get_project_filter(
        &self,
        request: Request<proto::GetProjectFilterRequest>,
    ) -> Result<Response<proto::ProjectFilter>, Status> {
        let caller = caller(&request)?;
        let done = project_filter::get_project_filter(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn set_project_filter(
        &self,
        request: Request<proto::SetProjectFilterRequest>,
    ) -> Result<Response<proto::ProjectFilter>, Status> {
        let caller = caller(&request)?;
        let done = project_filter::set_project_filter(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn clear_project_filter(
        &self,
        request: Request<proto::ClearProjectFilterRequest>,
    ) -> Result<Response<proto::ClearProjectFilterResponse>, Status> {
        let caller = caller(&request)?;
        let done = project_filter::clear_project_filter(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn get_webhooks(
        &self,
        request: Request<proto::GetWebhooksRequest>,
    ) -> Result<Response<proto::WebhooksState>, Status> {
        let caller = caller(&request)?;
        let done = webhooks_state::get_webhooks(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn stop_webhooks(
        &self,
        request: Request<proto::StopWebhooksRequest>,
    ) -> Result<Response<proto::WebhooksState>, Status> {
        let caller = caller(&request)?;
        let done = stop_webhooks::stop_webhooks(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn resume_webhooks(
        &self,
        request: Request<proto::ResumeWebhooksRequest>,
    ) -> Result<Response<proto::WebhooksState>, Status> {
        let caller = caller(&request)?;
        let done = resume_webhooks::resume_webhooks(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn watch_subscriptions(
        &self,
        request: Request<WatchSubscriptionsRequest>,
    ) -> Result<Response<BoxStream<'static, Result<WatchSubscriptionsResponse, Status>>>, Status> {
        let caller = caller(&request)?;
        watch_subscriptions::watch_subscriptions(self, &caller).map(Response::new).map_err(from_error)
    }
}
