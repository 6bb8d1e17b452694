//! A choice for a field of a form.

use patchbay_proto::issue_sync::Choice;
use serde::Serialize;
use utoipa::ToSchema;

/// A choice.
#[derive(Serialize, ToSchema)]
#[schema(as = Choice)]
pub(crate) struct ChoiceJson {
    value: String,
    label: String,
}

impl From<Choice> for ChoiceJson {
    fn from(choice: Choice) -> Self {
        let Choice { value, label } = choice;
        Self { value, label }
    }
}
