mod config_form;
mod delete_integration;
mod get_health;
mod get_integration;
mod list_integrations;
mod list_providers;
mod update_integration;

use patchbay_proto::issue_sync::integrations_server::Integrations;
use patchbay_proto::issue_sync::{
    DeleteIntegrationRequest, DeleteIntegrationResponse, GetHealthRequest, GetIntegrationRequest, Health,
    Integration, ListIntegrationsRequest, ListIntegrationsResponse, ListProvidersRequest,
    ListProvidersResponse, UpdateIntegrationRequest, UpdateIntegrationResponse,
};

use crate::context::Context;

patchbay_rpc::unary! {
    impl Integrations for Context {
        list_providers(ListProvidersRequest) -> ListProvidersResponse;
        list_integrations(ListIntegrationsRequest) -> ListIntegrationsResponse;
        get_integration(GetIntegrationRequest) -> Integration;
        update_integration(UpdateIntegrationRequest) -> UpdateIntegrationResponse;
        delete_integration(DeleteIntegrationRequest) -> DeleteIntegrationResponse;
        get_health(GetHealthRequest) -> Health;
    }
}
