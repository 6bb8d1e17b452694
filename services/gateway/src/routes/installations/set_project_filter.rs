use axum::Json;
use axum::extract::State;
use patchbay_domain::Error;
use patchbay_proto::installation::SetProjectFilterRequest;
use patchbay_rpc::request_as;
use serde_json::Value;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::{Fields, kind};
use crate::api::key::{RequestBody, anything, request_body};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::hook_project::{HookProjectJson, hook_projects};
use patchbay_edge::answer::Answer;

const NAME: &str = "projects";

request_body! {
    /// The projects of the filter.
    NewFilter {
        projects: Option<Value> = anything(NAME).required(),
    }
}

pub(super) fn operation() -> Operation {
    post(
        "set_project_filter",
        "/api/0/sentry-app-installations/{installation}/service-hook-projects/",
        set_project_filter,
    )
    .does("Choose the projects whose new issues and errors are sent")
    .by(one_of(WRITERS).and_the_app())
    .takes::<NewFilter>()
    .lists::<HookProjectJson>()
}

/// Replaces the filter.
async fn set_project_filter(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Json<Vec<HookProjectJson>>> {
    let message = SetProjectFilterRequest { uuid: params.installation()?, ..read(fields)? };
    let request = request_as(&caller, message);
    let filter = context.services.installations().set_project_filter(request).await.answer()?;
    Ok(Json(hook_projects(filter)))
}

/// Slugs or numbers; the type of the first element decides.
fn read(fields: Fields) -> patchbay_domain::Result<SetProjectFilterRequest> {
    let refused = |message: &str| Err(Error::field(NAME, message));
    let items = match NewFilter::read(fields)?.projects {
        None => return refused("This field is required."),
        Some(Value::Null) => return refused("This field may not be null."),
        Some(Value::Array(items)) => items,
        Some(other) => {
            return refused(&format!("Expected a list of items but got type \"{}\".", kind(&other)));
        }
    };
    let mut message = SetProjectFilterRequest::default();
    match items.first() {
        None => return refused("Projects list cannot be empty"),
        Some(Value::String(_)) => {
            message.project_slugs = items.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        Some(Value::Number(number)) if !number.is_f64() => {
            // A number that is too large names no project.
            let ids = items.iter().filter(|item| item.is_i64() || item.is_u64());
            message.project_ids = ids.map(|item| item.as_i64().unwrap_or(i64::MAX)).collect();
        }
        Some(_) => {
            return refused("Project identifiers must be either all strings (slugs) or all integers (IDs)");
        }
    }
    if message.project_slugs.len() + message.project_ids.len() < items.len() {
        return refused(
            "Mixed types detected. All project identifiers must be of the same type \
             (either all strings/slugs or all integers/IDs)",
        );
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_json(projects: Value) -> Result<SetProjectFilterRequest, String> {
        let object = [(NAME.to_owned(), projects)].into_iter().collect();
        read(Fields::new(object)).map_err(|error| error.fields[0].messages.join("|"))
    }

    #[test]
    fn projects_are_named_by_slug_or_by_number() {
        assert_eq!(read_json(json!(["web", "api"])).unwrap().project_slugs, ["web", "api"]);
        assert_eq!(read_json(json!([7, -1, u64::MAX])).unwrap().project_ids, [7, -1, i64::MAX]);
    }

    #[test]
    fn what_is_no_list_of_projects_is_refused_in_sentrys_words() {
        let neither = "Project identifiers must be either all strings (slugs) or all integers (IDs)";
        let mixed = "Mixed types detected. All project identifiers must be of the same type \
                     (either all strings/slugs or all integers/IDs)";
        for (projects, expected) in [
            (json!([]), "Projects list cannot be empty"),
            (json!("web"), "Expected a list of items but got type \"str\"."),
            (json!(null), "This field may not be null."),
            (json!([null]), neither),
            (json!([true]), neither),
            (json!([1.5]), neither),
            (json!([{}]), neither),
            (json!(["web", 7]), mixed),
            (json!([7, "web"]), mixed),
            (json!([7, 1.5]), mixed),
        ] {
            assert_eq!(read_json(projects.clone()).unwrap_err(), expected, "{projects}");
        }
        assert!(read(Fields::new(Default::default())).is_err());
    }
}
