use patchbay_proto::issue_sync as proto;

use crate::domain::setup::Setup;
use crate::grpc::integration_message::{json, json_object};
use patchbay_provider::{Provider, StepView};

pub(super) fn step_message(setup: &Setup, provider: &dyn Provider, view: StepView) -> proto::SetupStep {
    let steps = &provider.descriptor().setup_steps;
    let number = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    proto::SetupStep {
        step: steps.get(setup.step).cloned().unwrap_or_default(),
        step_index: number(setup.step),
        total_steps: number(steps.len()),
        provider: setup.provider.clone(),
        data_json: json_object(view.data),
        form_json: if view.form.is_empty() { Vec::new() } else { json(&view.form) },
        redirect_url: view.redirect_url.unwrap_or_default(),
        organization_slug: setup.organization_slug.clone(),
    }
}
