mod receive;

use patchbay_proto::issue_sync::inbound_server::Inbound;
use patchbay_proto::issue_sync::{ReceiveRequest, ReceiveResponse};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Inbound for Context {
        receive(ReceiveRequest) -> ReceiveResponse;
    }
}
