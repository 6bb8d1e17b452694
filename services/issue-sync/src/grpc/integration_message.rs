use patchbay_domain::Error;
use patchbay_proto::issue_sync as proto;
use patchbay_rpc::timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::context::Context;
use crate::domain::integration::{OrganizationIntegration, Status};
use crate::installations::metadata;
use patchbay_provider::{Descriptor, Object};

/// An integration without settings and forms.
pub(super) fn integration_message(
    context: &Context,
    of: &OrganizationIntegration,
    descriptor: &Descriptor,
) -> Result<proto::Integration, Error> {
    let metadata = metadata(context, &of.integration)?;
    let text = |name: &str| metadata.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    // The state of the account, unless its use by the organization ends.
    let status = match (of.integration.status, of.status) {
        (Status::Active, own) => own,
        (status, _) => status,
    };
    Ok(proto::Integration {
        id: of.integration.id,
        name: of.integration.name.clone(),
        icon: text("icon"),
        domain_name: text("domain_name"),
        account_type: text("account_type"),
        status: status.as_str().to_owned(),
        provider: Some(provider_message(descriptor, descriptor.can_add)),
        external_id: of.integration.external_id.clone(),
        organization_id: of.organization_id,
        organization_status: of.status.as_str().to_owned(),
        grace_period_end: of.grace_period_end.map(timestamp::to_wire),
        ..Default::default()
    })
}

pub(super) fn provider_message(descriptor: &Descriptor, can_add: bool) -> proto::Provider {
    let mut features: Vec<String> =
        descriptor.features.iter().map(|feature| feature.name().to_owned()).collect();
    features.sort();
    proto::Provider {
        key: descriptor.key.clone(),
        name: descriptor.name.clone(),
        metadata_json: json(&descriptor.metadata),
        can_add,
        can_disable: descriptor.can_disable,
        features,
        setup_width: i32::try_from(descriptor.setup_window.0).unwrap_or(i32::MAX),
        setup_height: i32::try_from(descriptor.setup_window.1).unwrap_or(i32::MAX),
        aspects_json: json(&descriptor.metadata.aspects),
    }
}

/// Texts, numbers and lists of them always have a JSON form.
pub(super) fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("keys are texts and numbers are finite")
}

pub(super) fn json_object(object: Object) -> Vec<u8> {
    json(&Value::Object(object))
}
