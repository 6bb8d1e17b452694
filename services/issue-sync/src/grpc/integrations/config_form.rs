use patchbay_domain::Error;
use patchbay_proto::issue_sync as proto;

use crate::context::Context;
use crate::domain::integration::OrganizationIntegration;
use crate::domain::organization::Organization;
use crate::domain::settings::{Mapped, form, values};
use crate::grpc::integration_message::{integration_message, json, json_object};
use crate::installations::acting;
use crate::installations::outcomes::measured;
use crate::store::status_mappings;
use patchbay_provider::SettingKind;

/// An integration with its settings. The tracker is asked what can be mapped; if it does not answer, the form says so.
pub(super) async fn with_config(
    context: &Context,
    organization: &Organization,
    of: &OrganizationIntegration,
) -> Result<Option<proto::Integration>, Error> {
    let Some(acting) = acting(context, of)? else { return Ok(None) };
    let descriptor = acting.provider.descriptor();
    let needs_mapping = descriptor.settings.iter().any(|setting| setting.kind == SettingKind::StatusMapping);
    let mapped = match (organization.may_sync(), needs_mapping && of.is_active()) {
        (false, _) => Mapped::FeatureOff,
        (true, false) => Mapped::Known(Default::default()),
        (true, true) => {
            let question = acting.provider.status_mapping(&acting.installation);
            match measured(context, of.integration.id, "status_mapping", question).await {
                Ok(mapping) => Mapped::Known(mapping),
                Err(_) => Mapped::Unreachable,
            }
        }
    };
    let mappings = status_mappings::list(&context.db, of.id).await?;
    let mut message = integration_message(context, of, descriptor)?;
    message.config_form_json = json(&form(descriptor, &context.config.product, &mapped));
    message.config_data_json = json_object(values(&descriptor.settings, &of.config, &mappings));
    Ok(Some(message))
}
