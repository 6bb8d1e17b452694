use axum::extract::State;
use axum::http::StatusCode;
use patchbay_domain::Scope;
use patchbay_proto::installation::{QuestionnaireEntry, RequestPublicationRequest};
use patchbay_rpc::request_as;
use serde_json::Value;

use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::{Fields, kind};
use crate::api::key::{RequestBody, custom, request_body};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::schema::{Field, Kind, optional, required};
use crate::context::Context;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

const ENTRY: &[Field] = &[required("question", Kind::Text), optional("answer", Kind::NullableText)];

request_body! {
    /// Answers to the questions of the reviewers.
    Questionnaire {
        entries: Vec<QuestionnaireEntry> = custom("questionnaire", Kind::Objects(ENTRY), entries).required(),
    }
}

pub(super) fn operation() -> Operation {
    post("request_publication", "/api/0/sentry-apps/{app}/publish-request/", request_publication)
        .does("Ask for an app to be published")
        .by(one_of(&[Scope::OrgAdmin]))
        .takes::<Questionnaire>()
        .answers_nothing(201)
}

async fn request_publication(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<StatusCode> {
    let message =
        RequestPublicationRequest { app: params.app()?, questionnaire: Questionnaire::read(fields)?.entries };
    let answer =
        context.services.publishing().request_publication(request_as(&caller, message)).await.answer();
    answer.map_err(|error| refusal(error, &caller))?;
    Ok(StatusCode::CREATED)
}

fn entries(fields: &mut Fields, name: &'static str) -> Vec<QuestionnaireEntry> {
    let entries = match fields.raw(name).cloned() {
        None => Err("This field is required.".to_owned()),
        Some(Value::Null) => Err("This field may not be null.".to_owned()),
        Some(Value::Array(entries)) => entries.iter().map(entry).collect(),
        Some(other) => Err(format!("Expected a list of items but got type \"{}\".", kind(&other))),
    };
    entries.unwrap_or_else(|problem| {
        fields.problem(name, problem);
        Vec::new()
    })
}

/// The answer may be left out.
fn entry(value: &Value) -> Result<QuestionnaireEntry, String> {
    let Value::Object(entry) = value else {
        return Err(format!("Invalid data. Expected a dictionary, but got {}.", kind(value)));
    };
    let text = |name: &str, is_required: bool| match entry.get(name) {
        Some(Value::String(text)) if text.contains('\0') => {
            Err("Null characters are not allowed.".to_owned())
        }
        Some(Value::String(text)) if is_required && text.trim().is_empty() => {
            Err(format!("{name}: This field may not be blank."))
        }
        Some(Value::String(text)) => Ok(text.trim().to_owned()),
        None | Some(Value::Null) if !is_required => Ok(String::new()),
        None => Err(format!("{name}: This field is required.")),
        Some(_) => Err(format!("{name}: Not a valid string.")),
    };
    Ok(QuestionnaireEntry { question: text("question", true)?, answer: text("answer", false)? })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Value) -> Result<Vec<QuestionnaireEntry>, String> {
        let Value::Object(object) = body else { panic!("an object is needed") };
        let read = Questionnaire::read(Fields::new(object)).map(|questionnaire| questionnaire.entries);
        read.map_err(|error| error.fields[0].messages.join("|"))
    }

    #[test]
    fn questions_come_with_their_answers() {
        let read_back = read(json!({ "questionnaire": [{ "question": " Why? ", "answer": null }] }));
        assert_eq!(
            read_back.unwrap(),
            [QuestionnaireEntry { question: "Why?".into(), answer: String::new() }]
        );
        assert!(read(json!({ "questionnaire": [] })).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_questionnaire_is_refused() {
        for (body, expected) in [
            (json!({}), "This field is required."),
            (json!({ "questionnaire": null }), "This field may not be null."),
            (json!({ "questionnaire": "x" }), "Expected a list of items but got type \"str\"."),
            (json!({ "questionnaire": [1] }), "Invalid data. Expected a dictionary, but got int."),
            (json!({ "questionnaire": [{}] }), "question: This field is required."),
            (json!({ "questionnaire": [{ "question": "" }] }), "question: This field may not be blank."),
            (json!({ "questionnaire": [{ "question": "a", "answer": [] }] }), "answer: Not a valid string."),
            (json!({ "questionnaire": [{ "question": "a\0" }] }), "Null characters are not allowed."),
        ] {
            assert_eq!(read(body.clone()).unwrap_err(), expected, "{body}");
        }
    }
}
