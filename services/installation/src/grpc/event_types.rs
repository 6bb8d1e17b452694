mod delete_event_type;
mod event_type_message;
mod list_event_types;
mod put_event_type;
mod watch_event_types;

use futures::stream::BoxStream;
use patchbay_proto::installation::event_types_server::EventTypes;
use patchbay_proto::installation::{
    DeleteEventTypeRequest, DeleteEventTypeResponse, EventType, ListEventTypesRequest,
    ListEventTypesResponse, PutEventTypeRequest, WatchEventTypesRequest, WatchEventTypesResponse,
};
use patchbay_rpc::{caller, status::from_error};
use tonic::{Request, Response, Status};

use crate::registry::Registry;

#[tonic::async_trait]
impl EventTypes for Registry {
    async fn put_event_type(
        &self,
        request: Request<PutEventTypeRequest>,
    ) -> Result<Response<EventType>, Status> {
        let caller = caller(&request)?;
        let done = put_event_type::put_event_type(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn list_event_types(
        &self,
        _: Request<ListEventTypesRequest>,
    ) -> Result<Response<ListEventTypesResponse>, Status> {
        list_event_types::list_event_types(self).await.map(Response::new).map_err(from_error)
    }

    async fn delete_event_type(
        &self,
        request: Request<DeleteEventTypeRequest>,
    ) -> Result<Response<DeleteEventTypeResponse>, Status> {
        let caller = caller(&request)?;
        let done = delete_event_type::delete_event_type(self, &caller, request.into_inner()).await;
        done.map(Response::new).map_err(from_error)
    }

    async fn watch_event_types(
        &self,
        request: Request<WatchEventTypesRequest>,
    ) -> Result<Response<BoxStream<'static, Result<WatchEventTypesResponse, Status>>>, Status> {
        let caller = caller(&request)?;
        watch_event_types::watch_event_types(self, &caller).map(Response::new).map_err(from_error)
    }
}
