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
use patchbay_rpc::status::from_error;
use tonic::{Request, Response, Status};

use crate::context::Context;

patchbay_rpc::unary! {
    impl EventTypes for Context {
        put_event_type(PutEventTypeRequest) -> EventType;
        list_event_types(ListEventTypesRequest) -> ListEventTypesResponse;
        delete_event_type(DeleteEventTypeRequest) -> DeleteEventTypeResponse;
    }
    streaming {
        async fn watch_event_types(
            &self,
            request: Request<WatchEventTypesRequest>,
        ) -> Result<Response<BoxStream<'static, Result<WatchEventTypesResponse, Status>>>, Status> {
            let caller = patchbay_rpc::caller(&request)?;
            watch_event_types::watch_event_types(self, &caller).map(Response::new).map_err(from_error)
        }
    }
}
