use futures::stream::BoxStream;
use patchbay_proto::installation::app_registry_server::AppRegistry;
use patchbay_proto::installation::{
    App, CreateAppRequest, CreateAppResponse, GetAppRequest, SetAppStatusRequest, WatchEndpointsRequest,
    WatchEndpointsResponse,
};
use patchbay_rpc::{caller, status::from_error};
use tonic::{Request, Response, Status};

use super::{create_app, get_app, set_app_status, watch_endpoints};
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

    type WatchEndpointsStream = BoxStream<'static, Result<WatchEndpointsResponse, Status>>;

    async fn watch_endpoints(
        &self,
        request: Request<WatchEndpointsRequest>,
    ) -> Result<Response<Self::WatchEndpointsStream>, Status> {
        let caller = caller(&request)?;
        watch_endpoints::watch_endpoints(self, &caller).map(Response::new).map_err(from_error)
    }
}
