mod app_message;
mod avatar_message;
mod create_app;
mod delete_app;
mod disable_app;
mod enable_app;
mod errors;
mod get_app;
mod get_avatar;
mod get_interaction;
mod get_stats;
mod list_apps;
mod list_components;
mod list_stats;
mod record_interaction;
mod rotate_secret;
mod set_avatar;
mod update_app;
mod watch_endpoints;

use futures::stream::BoxStream;
use patchbay_proto::installation::app_registry_server::AppRegistry;
use patchbay_proto::installation::{
    App, AvatarImage, CreateAppRequest, CreateAppResponse, DeleteAppRequest, DeleteAppResponse,
    DisableAppRequest, EnableAppRequest, GetAppRequest, GetAvatarRequest, GetInteractionRequest,
    GetStatsRequest, Interaction, ListAppsRequest, ListAppsResponse, ListComponentsRequest,
    ListComponentsResponse, ListStatsRequest, ListStatsResponse, RecordInteractionRequest,
    RecordInteractionResponse, RotateSecretRequest, RotateSecretResponse, SetAvatarRequest, Stats,
    UpdateAppRequest, WatchEndpointsRequest, WatchEndpointsResponse,
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

    async fn list_apps(
        &self,
        request: Request<ListAppsRequest>,
    ) -> Result<Response<ListAppsResponse>, Status> {
        let caller = caller(&request)?;
        let done = list_apps::list_apps(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn update_app(&self, request: Request<UpdateAppRequest>) -> Result<Response<App>, Status> {
        let caller = caller(&request)?;
        let done = update_app::update_app(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn delete_app(
        &self,
        request: Request<DeleteAppRequest>,
    ) -> Result<Response<DeleteAppResponse>, Status> {
        let caller = caller(&request)?;
        let done = delete_app::delete_app(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn rotate_secret(
        &self,
        request: Request<RotateSecretRequest>,
    ) -> Result<Response<RotateSecretResponse>, Status> {
        let caller = caller(&request)?;
        let done = rotate_secret::rotate_secret(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn set_avatar(&self, request: Request<SetAvatarRequest>) -> Result<Response<App>, Status> {
        let caller = caller(&request)?;
        let done = set_avatar::set_avatar(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn get_avatar(&self, request: Request<GetAvatarRequest>) -> Result<Response<AvatarImage>, Status> {
        let done = get_avatar::get_avatar(self, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn list_components(
        &self,
        request: Request<ListComponentsRequest>,
    ) -> Result<Response<ListComponentsResponse>, Status> {
        let caller = caller(&request)?;
        let done = list_components::list_components(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn get_stats(&self, request: Request<GetStatsRequest>) -> Result<Response<Stats>, Status> {
        let caller = caller(&request)?;
        let done = get_stats::get_stats(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn list_stats(
        &self,
        request: Request<ListStatsRequest>,
    ) -> Result<Response<ListStatsResponse>, Status> {
        let caller = caller(&request)?;
        let done = list_stats::list_stats(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn record_interaction(
        &self,
        request: Request<RecordInteractionRequest>,
    ) -> Result<Response<RecordInteractionResponse>, Status> {
        let caller = caller(&request)?;
        let done = record_interaction::record_interaction(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn get_interaction(
        &self,
        request: Request<GetInteractionRequest>,
    ) -> Result<Response<Interaction>, Status> {
        let caller = caller(&request)?;
        let done = get_interaction::get_interaction(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
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

    async fn watch_endpoints(
        &self,
        request: Request<WatchEndpointsRequest>,
    ) -> Result<Response<BoxStream<'static, Result<WatchEndpointsResponse, Status>>>, Status> {
        let caller = caller(&request)?;
        watch_endpoints::watch_endpoints(self, &caller).map(Response::new).map_err(from_error)
    }
}
