//! One field of a form, with its label, its help and its problems.

use serde_json::Value;

use super::super::step_form::FormField;
use crate::pages::html::escape;

/// The field at this position of the form.
pub(super) fn field(n: usize, field: &FormField, value: Value, problems: &[String]) -> String {
    if field.kind == "blank" {
        return format!("<p>{}</p>", escape(&field.help));
    }
    let label = format!("<label for=\"field-{n}\">{}</label>", escape(&field.label));
    let control = control(field, &value, &attributes(n, field, problems));
    let line = match field.kind.as_str() {
        "boolean" => format!("<p>{control} {label}</p>"),
        _ if field.required => format!("<p>{label} (required)<br>{control}</p>"),
        _ => format!("<p>{label}<br>{control}</p>"),
    };
    let help = match field.help.as_str() {
        "" => String::new(),
        help => format!("<p id=\"field-{n}-help\">{}</p>", escape(help)),
    };
    let problem = match problems {
        [] => String::new(),
        problems => format!("<p id=\"field-{n}-error\">Error: {}</p>", escape(&problems.join(" "))),
    };
    format!("{line}{help}{problem}")
}

/// The attributes that all kinds of fields have.
fn attributes(n: usize, field: &FormField, problems: &[String]) -> String {
    let mut attributes = format!("id=\"field-{n}\" name=\"{}\"", escape(&field.name));
    let mut described = Vec::new();
    if !field.help.is_empty() {
        described.push(format!("field-{n}-help"));
    }
    if !problems.is_empty() {
        described.push(format!("field-{n}-error"));
        attributes.push_str(" aria-invalid=\"true\"");
    }
    if !described.is_empty() {
        attributes.push_str(&format!(" aria-describedby=\"{}\"", described.join(" ")));
    }
    if !field.placeholder.is_empty() {
        attributes.push_str(&format!(" placeholder=\"{}\"", escape(&field.placeholder)));
    }
    // A box that has to be ticked is no question.
    if field.required && field.kind != "boolean" {
        attributes.push_str(" required");
    }
    if field.disabled {
        attributes.push_str(" disabled");
    }
    attributes
}

fn control(field: &FormField, value: &Value, attributes: &str) -> String {
    match field.kind.as_str() {
        "boolean" => {
            let checked = if value == &Value::Bool(true) { " checked" } else { "" };
            format!("<input type=\"checkbox\" value=\"true\" {attributes}{checked}>")
        }
        "select" => {
            let multiple = if field.multiple { " multiple" } else { "" };
            let choices: String = field.choices.iter().map(|choice| option(choice, value)).collect();
            format!("<select {attributes}{multiple}>{choices}</select>")
        }
        // The line end after the tag is not part of the text; a text that begins with one would lose it otherwise.
        "textarea" => format!(
            "<textarea rows=\"8\" cols=\"64\" autocomplete=\"off\" spellcheck=\"false\" {attributes}>\n{}</textarea>",
            escape(text(value))
        ),
        _ => {
            let kind = if field.is_secret() { "password" } else { "text" };
            let value = escape(text(value));
            format!("<input type=\"{kind}\" size=\"64\" autocomplete=\"off\" value=\"{value}\" {attributes}>")
        }
    }
}

fn option((choice, label): &(String, String), value: &Value) -> String {
    let is_chosen = match value {
        Value::Array(chosen) => chosen.iter().any(|one| one == choice),
        one => one == choice,
    };
    let selected = if is_chosen { " selected" } else { "" };
    format!("<option value=\"{}\"{selected}>{}</option>", escape(choice), escape(label))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::step_form::read_form;
    use super::*;

    fn shown(of: Value, value: Value, problems: &[&str]) -> String {
        let form = read_form(json!([of]).to_string().as_bytes());
        let problems: Vec<String> = problems.iter().map(|&problem| problem.to_owned()).collect();
        field(0, &form[0], value, &problems)
    }

    #[test]
    fn a_field_has_a_label_and_is_described_by_its_help_and_its_problem() {
        let of = json!({ "name": "url", "type": "text", "label": "URL", "help": "Where?", "required": true });
        assert_eq!(
            shown(of, json!("x"), &["Enter a valid URL."]),
            "<p><label for=\"field-0\">URL</label> (required)<br><input type=\"text\" size=\"64\" autocomplete=\"off\" value=\"x\" \
             id=\"field-0\" name=\"url\" aria-invalid=\"true\" aria-describedby=\"field-0-help field-0-error\" required></p>\
             <p id=\"field-0-help\">Where?</p><p id=\"field-0-error\">Error: Enter a valid URL.</p>"
        );
    }

    #[test]
    fn no_value_of_a_provider_or_a_person_is_markup() {
        let odd = "\"'><script>x</script>";
        for kind in ["text", "textarea", "select", "boolean", "blank", "unknown"] {
            let of = json!({
                "name": odd, "type": kind, "label": odd, "help": odd, "placeholder": odd, "choices": [[odd, odd]],
            });
            let html = shown(of, json!(odd), &[odd]);
            assert!(!html.contains("<script") && !html.contains("'>") && !html.contains("\"'"), "{html}");
        }
    }

    #[test]
    fn choices_and_boxes_keep_what_was_chosen() {
        let choices = json!([["a", "A"], ["b", "B"]]);
        let one = json!({ "name": "x", "type": "select", "choices": choices });
        assert!(shown(one, json!("b"), &[]).contains("<option value=\"b\" selected>B</option>"));
        let several = json!({ "name": "x", "type": "select", "multiple": true, "choices": choices });
        let html = shown(several, json!(["a", "b"]), &[]);
        assert!(html.contains(" multiple>") && html.matches(" selected").count() == 2, "{html}");
        let flag = json!({ "name": "x", "type": "boolean", "required": true });
        let html = shown(flag.clone(), json!(true), &[]);
        assert!(html.contains(" checked") && !html.contains(" required"), "{html}");
        assert!(!shown(flag, json!(false), &[]).contains(" checked"));
    }

    #[test]
    fn a_secret_line_is_hidden() {
        let of = json!({ "name": "clientSecret", "type": "text" });
        assert!(shown(of, Value::Null, &[]).contains("<input type=\"password\""));
    }
}
