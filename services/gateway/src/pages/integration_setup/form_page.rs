//! The form of a step.

mod field;

use axum::http::StatusCode;
use axum::response::Response;
use patchbay_domain::FieldViolation;
use serde_json::{Map, Value};

use super::document::{Allows, document};
use super::step_form::FormField;
use crate::pages::html::escape;
use field::field;

/// A step with a form.
#[derive(Debug)]
pub(crate) struct FormPage<'a> {
    /// Where the form is sent to.
    pub(crate) action: &'a str,
    /// Slug of the organization.
    pub(crate) organization: &'a str,
    /// Key of the provider.
    pub(crate) provider: &'a str,
    /// Position of the step, from 1, and the number of steps.
    pub(crate) position: (i32, i32),
    pub(crate) form: &'a [FormField],
    /// The values that were typed; none at first.
    pub(crate) typed: Option<&'a Map<String, Value>>,
    pub(crate) problems: &'a [FieldViolation],
}

impl FormPage<'_> {
    pub(crate) fn render(&self) -> Response {
        let (step, steps) = self.position;
        let fields: String = self
            .form
            .iter()
            .enumerate()
            .map(|(n, of)| field(n, of, self.value(of), self.messages(of)))
            .collect();
        let content = format!(
            "<p>Tracker: {}. Organization: {}. Step {step} of {steps}.</p>{}\
             <form method=\"post\" action=\"{}\">{fields}<button>{}</button></form>",
            escape(self.provider),
            escape(self.organization),
            self.summary(),
            escape(self.action),
            if step == steps { "Finish" } else { "Continue" },
        );
        let title =
            if self.problems.is_empty() { "Set up an integration" } else { "Error: Set up an integration" };
        document(StatusCode::OK, title, &content, Allows::Form)
    }

    /// The value that was typed, or the proposal. Secrets are typed again.
    fn value(&self, field: &FormField) -> Value {
        match self.typed {
            Some(_) if field.is_secret() => Value::Null,
            Some(typed) => typed.get(&field.name).cloned().unwrap_or_default(),
            None => field.default.clone(),
        }
    }

    fn messages(&self, field: &FormField) -> &[String] {
        let found = self.problems.iter().find(|problem| problem.field == field.name);
        found.map_or(&[], |problem| &problem.messages)
    }

    /// All problems, those too that belong to no field; each leads to its field.
    fn summary(&self) -> String {
        if self.problems.is_empty() {
            return String::new();
        }
        let items: String = self.problems.iter().map(|problem| self.item(problem)).collect();
        format!("<div role=\"alert\"><p>Some fields have to be corrected:</p><ul>{items}</ul></div>")
    }

    fn item(&self, problem: &FieldViolation) -> String {
        let messages = escape(&problem.messages.join(" "));
        match self.form.iter().position(|field| field.name == problem.field) {
            Some(n) => {
                format!("<li><a href=\"#field-{n}\">{}: {messages}</a></li>", escape(&self.form[n].label))
            }
            None => format!("<li>{messages}</li>"),
        }
    }
}
