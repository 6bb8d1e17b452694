mod app_message;
mod app_texts;
mod avatar_message;
mod counted_period;
mod create_app;
mod delete_app;
mod delivery_message;
mod disable_app;
mod enable_app;
mod error_subscription;
mod find_app;
mod get_app;
mod get_avatar;
mod get_interaction;
mod get_stats;
mod list_apps;
mod list_components;
mod list_stats;
mod record_interaction;
mod report_outage;
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
    RecordInteractionResponse, ReportOutageRequest, ReportOutageResponse, RotateSecretRequest,
    RotateSecretResponse, SetAvatarRequest, Stats, UpdateAppRequest, WatchEndpointsRequest,
    WatchEndpointsResponse,
};
use patchbay_rpc::status::from_error;
use tonic::{Request, Response, Status};

pub(super) use app_message::{app_message, app_messages};
pub(super) use find_app::find_app;

use crate::context::Context;

patchbay_rpc::unary! {
    impl AppRegistry for Context {
        create_app(CreateAppRequest) -> CreateAppResponse;
        get_app(GetAppRequest) -> App;
        list_apps(ListAppsRequest) -> ListAppsResponse;
        update_app(UpdateAppRequest) -> App;
        delete_app(DeleteAppRequest) -> DeleteAppResponse;
        rotate_secret(RotateSecretRequest) -> RotateSecretResponse;
        set_avatar(SetAvatarRequest) -> App;
        get_avatar(GetAvatarRequest) -> AvatarImage;
        list_components(ListComponentsRequest) -> ListComponentsResponse;
        get_stats(GetStatsRequest) -> Stats;
        list_stats(ListStatsRequest) -> ListStatsResponse;
        record_interaction(RecordInteractionRequest) -> RecordInteractionResponse;
        get_interaction(GetInteractionRequest) -> Interaction;
        disable_app(DisableAppRequest) -> App;
        enable_app(EnableAppRequest) -> App;
        report_outage(ReportOutageRequest) -> ReportOutageResponse;
    }
    streaming {
        async fn watch_endpoints(
            &self,
            request: Request<WatchEndpointsRequest>,
        ) -> Result<Response<BoxStream<'static, Result<WatchEndpointsResponse, Status>>>, Status> {
            let caller = patchbay_rpc::caller(&request)?;
            watch_endpoints::watch_endpoints(self, &caller).map(Response::new).map_err(from_error)
        }
    }
}
