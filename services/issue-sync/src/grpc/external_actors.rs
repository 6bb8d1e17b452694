mod actor_message;
mod create_external_actor;
mod delete_external_actor;
mod organization;
mod update_external_actor;
mod validated;

use patchbay_proto::issue_sync::external_actors_server::ExternalActors;
use patchbay_proto::issue_sync::{
    CreateExternalActorRequest, CreateExternalActorResponse, DeleteExternalActorRequest,
    DeleteExternalActorResponse, ExternalActor, UpdateExternalActorRequest,
};

use crate::context::Context;

patchbay_rpc::unary! {
    impl ExternalActors for Context {
        create_external_actor(CreateExternalActorRequest) -> CreateExternalActorResponse;
        update_external_actor(UpdateExternalActorRequest) -> ExternalActor;
        delete_external_actor(DeleteExternalActorRequest) -> DeleteExternalActorResponse;
    }
}
