mod advance;
mod complete;
mod current;
mod get_step;
mod initialize;
mod step_message;

use patchbay_proto::issue_sync::setup_server::Setup;
use patchbay_proto::issue_sync::{
    AdvanceRequest, AdvanceResponse, GetStepRequest, InitializeRequest, SetupStep,
};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Setup for Context {
        initialize(InitializeRequest) -> SetupStep;
        get_step(GetStepRequest) -> SetupStep;
        advance(AdvanceRequest) -> AdvanceResponse;
    }
}
