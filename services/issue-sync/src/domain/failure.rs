//! Failures of providers as errors for the person who asked.

use patchbay_domain::Error;

use patchbay_provider::{Failure, Kind};

/// The failure while a ticket is created or linked. `provider` is its key.
pub(crate) fn of_linking(failure: Failure, provider: &str) -> Error {
    match failure.kind {
        Kind::Fields(fields) => with_fields(fields),
        Kind::Unreachable | Kind::RateLimited => Error::unavailable(
            "TRACKER_UNAVAILABLE",
            format!("Something went wrong while communicating with {provider}"),
        ),
        _ => Error::field("non_field_errors", failure.message),
    }
}

/// The failure while a form is built, or choices are searched: a sentence.
pub(crate) fn of_form(failure: Failure) -> Error {
    Error::invalid("INTEGRATION_REFUSED", failure.message)
}

/// The failure of a step of the setup.
pub(crate) fn of_setup(failure: Failure) -> Error {
    match failure.kind {
        Kind::Fields(fields) => with_fields(fields),
        _ => Error::invalid("SETUP_STEP_FAILED", failure.message),
    }
}

/// The refusal of settings.
pub(crate) fn of_settings(failure: Failure) -> Error {
    match failure.kind {
        Kind::Fields(fields) => {
            let message = fields.into_iter().flat_map(|(_, messages)| messages).next();
            Error::invalid("INVALID_SETTING", message.unwrap_or(failure.message))
        }
        _ => Error::invalid("INVALID_SETTING", failure.message),
    }
}

fn with_fields(fields: Vec<(String, Vec<String>)>) -> Error {
    let pairs = fields
        .into_iter()
        .flat_map(|(field, messages)| messages.into_iter().map(move |message| (field.clone(), message)));
    let error = Error::invalid("INVALID_FIELD", "The request has invalid fields.");
    pairs.fold(error, |error, (field, message)| error.with_field(field, message))
}

#[cfg(test)]
mod tests {
    use patchbay_domain::ErrorKind;

    use super::*;

    #[test]
    fn wrong_fields_keep_their_names_and_refusals_belong_to_no_field() {
        let summary = "You must specify a summary of the issue.";
        let error = of_linking(Failure::field("summary", summary), "jira_server");
        assert_eq!(
            (error.fields[0].field.as_str(), error.fields[0].messages[0].as_str()),
            ("summary", summary)
        );
        let error = of_linking(Failure::refused("No."), "jira_server");
        assert_eq!(error.fields[0].field, "non_field_errors");
    }

    #[test]
    fn a_tracker_that_is_down_is_not_the_fault_of_the_request() {
        let error = of_linking(Failure::new(Kind::Unreachable, "Unable to reach host: x"), "jira_server");
        assert_eq!(error.kind, ErrorKind::Unavailable);
        assert_eq!(error.message, "Something went wrong while communicating with jira_server");
    }
}
