mod call;
mod cancel_recovery;
mod event_filter;
mod find_app;
mod find_recovery;
mod get_endpoint_health;
mod get_recovery;
mod list_dead_letters;
mod list_deliveries;
mod list_poison_messages;
mod list_requests;
mod page;
mod read_filter;
mod recover;
mod recovery_message;
mod resend;
mod resend_entry;

use patchbay_proto::webhook_sender::webhooks_server::Webhooks;
use patchbay_proto::webhook_sender::{
    CallRequest, CallResponse, CancelRecoveryRequest, EndpointHealth, GetEndpointHealthRequest,
    GetRecoveryRequest, ListDeadLettersRequest, ListDeadLettersResponse, ListDeliveriesRequest,
    ListDeliveriesResponse, ListPoisonMessagesRequest, ListPoisonMessagesResponse, ListRequestsRequest,
    ListRequestsResponse, RecoverRequest, Recovery, ResendRequest, ResendResponse,
};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Webhooks for Context {
        list_requests(ListRequestsRequest) -> ListRequestsResponse;
        list_deliveries(ListDeliveriesRequest) -> ListDeliveriesResponse;
        call(CallRequest) -> CallResponse;
        resend(ResendRequest) -> ResendResponse;
        list_dead_letters(ListDeadLettersRequest) -> ListDeadLettersResponse;
        recover(RecoverRequest) -> Recovery;
        get_recovery(GetRecoveryRequest) -> Recovery;
        cancel_recovery(CancelRecoveryRequest) -> Recovery;
        get_endpoint_health(GetEndpointHealthRequest) -> EndpointHealth;
        list_poison_messages(ListPoisonMessagesRequest) -> ListPoisonMessagesResponse;
    }
}
