mod app_message;
mod create_app;
mod disable_app;
mod enable_app;
mod get_app;
mod set_app_status;
mod watch_endpoints;

use futures::stream::BoxStream;
use patchbay_proto::installation::app_registry_server::AppRegistry;
use patchbay_proto::installation::{
    App, AvatarImage, CreateAppRequest, CreateAppResponse, DeleteAppRequest, DeleteAppResponse,
    DisableAppRequest, EnableAppRequest, GetAppRequest, GetAvatarRequest, GetInteractionRequest,
    GetStatsRequest, Interaction, ListAppsRequest, ListAppsResponse, ListComponentsRequest,
    ListComponentsResponse, ListStatsRequest, ListStatsResponse, RecordInteractionRequest,
    RecordInteractionResponse, RotateSecretRequest, RotateSecretResponse, SetAppStatusRequest,
    SetAvatarRequest, Stats, UpdateAppRequest, WatchEndpointsRequest, WatchEndpointsResponse,
};
use patchbay_rpc::{caller, status::from_error};
use tonic::{Request, Response, Status};

pub(super) use app_message::app_message;
pub(super) use get_app::{app_not_found, existing};

use crate::registry::Registry;

#[tonic::async_trait]
impl AppRegistry for Registry {
    async fn create_app(
        &self,
        request: Request<CreateAppRequest>,
    ) -> Result<Response<CreateAppResponse>, Status> {
        let caller = caller(&request)?;
        create_app::create_app(self, &caller, request.into_inner())
            .await
            .map(Response::new)
            .map_err(from_error)
    }

    async fn get_app(&self, request: Request<GetAppRequest>) -> Result<Response<App>, Status> {
        let caller = caller(&request)?;
        get_app::get_app(self, &caller, request.into_inner()).await.map(Response::new).map_err(from_error)
    }

    async fn set_app_status(&self, request: Request<SetAppStatusRequest>) -> Result<Response<App>, Status> {
        let caller = caller(&request)?;
        let done = set_app_status::set_app_status(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn list_apps(&self, _: Request<ListAppsRequest>) -> Result<Response<ListAppsResponse>, Status> {
        Err(Status::unimplemented("list_apps"))
    }

    async fn update_app(&self, _: Request<UpdateAppRequest>) -> Result<Response<App>, Status> {
        Err(Status::unimplemented("update_app"))
    }

    async fn delete_app(&self, _: Request<DeleteAppRequest>) -> Result<Response<DeleteAppResponse>, Status> {
        Err(Status::unimplemented("delete_app"))
    }

    async fn rotate_secret(
        &self,
        _: Request<RotateSecretRequest>,
    ) -> Result<Response<RotateSecretResponse>, Status> {
        Err(Status::unimplemented("rotate_secret"))
    }

    async fn set_avatar(&self, _: Request<SetAvatarRequest>) -> Result<Response<App>, Status> {
        Err(Status::unimplemented("set_avatar"))
    }

    async fn get_avatar(&self, _: Request<GetAvatarRequest>) -> Result<Response<AvatarImage>, Status> {
        Err(Status::unimplemented("get_avatar"))
    }

    async fn list_components(
        &self,
        _: Request<ListComponentsRequest>,
    ) -> Result<Response<ListComponentsResponse>, Status> {
        Err(Status::unimplemented("list_components"))
    }

    async fn get_stats(&self, _: Request<GetStatsRequest>) -> Result<Response<Stats>, Status> {
        Err(Status::unimplemented("get_stats"))
    }

    async fn list_stats(&self, _: Request<ListStatsRequest>) -> Result<Response<ListStatsResponse>, Status> {
        Err(Status::unimplemented("list_stats"))
    }

    async fn record_interaction(
        &self,
        _: Request<RecordInteractionRequest>,
    ) -> Result<Response<RecordInteractionResponse>, Status> {
        Err(Status::unimplemented("record_interaction"))
    }

    async fn get_interaction(
        &self,
        _: Request<GetInteractionRequest>,
    ) -> Result<Response<Interaction>, Status> {
        Err(Status::unimplemented("get_interaction"))
    }

    async fn disable_app(&self, request: Request<DisableAppRequest>) -> Result<Response<App>, Status> {
        let caller = caller(&request)?;
        let done = disable_app::disable_app(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn enable_app(&self, request: Request<EnableAppRequest>) -> Result<Response<App>, Status> {
        let caller = caller(&request)?;
        let done = enable_app::enable_app(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    type WatchEndpointsStream = BoxStream<'static, Result<WatchEndpointsResponse, Status>>;

    async fn watch_endpoints(
        &self,
        request: Request<WatchEndpointsRequest>,
    ) -> Result<Response<Self::WatchEndpointsStream>, Status> {
        let caller = caller(&request)?;
        watch_endpoints::watch_endpoints(self, &caller).map(Response::new).map_err(from_error)
    }
}
