//! Reading the fields of a JSON object, with the error messages of Django REST framework.
//!
//! All problems are collected, so that a developer sees them at once.

use patchbay_domain::{Error, Result, shortened};
use serde_json::{Map, Value};

use super::schema::{Field, flat};

pub(super) const REQUIRED: &str = "This field is required.";
const NULL: &str = "This field may not be null.";
const BLANK: &str = "This field may not be blank.";
const NOT_TEXT: &str = "Not a valid string.";
const NUL: &str = "Null characters are not allowed.";
const NOT_INTEGER: &str = "A valid integer is required.";
const NOT_BOOLEAN: &str = "Must be a valid boolean.";
const UNKNOWN: &str = "This field is not known here.";
/// Unknown keys that are named in a refusal.
const MAX_NAMED: usize = 20;

/// The fields of an object, and their problems.
pub(crate) struct Fields {
    object: Map<String, Value>,
    problems: Option<Error>,
}

impl Fields {
    pub(crate) fn new(object: Map<String, Value>) -> Self {
        Self { object, problems: None }
    }

    /// The whole body, for readers that take any key.
    pub(crate) fn into_json(self) -> Vec<u8> {
        serde_json::to_vec(&self.object).expect("JSON that was read")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.object.is_empty()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.object.keys().map(String::as_str)
    }

    /// The value as it was sent.
    pub(crate) fn raw(&self, name: &str) -> Option<&Value> {
        self.object.get(name)
    }

    /// A text that has to be there and to say something.
    pub(super) fn required_text(&mut self, name: &str) -> String {
        if !self.has(name) {
            self.problem(name, REQUIRED);
        }
        self.text(name).unwrap_or_default()
    }

    /// A text that may be left out; when it is there it says something.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        if self.raw(name) == Some(&Value::Null) {
            self.problem(name, NULL);
        }
        self.nullable_text(name)
    }

    /// A text that may be left out or null.
    pub(super) fn nullable_text(&mut self, name: &str) -> Option<String> {
        let text = self.text_or_blank(name)?;
        if text.is_empty() {
            self.problem(name, BLANK);
        }
        Some(text)
    }

    /// A text that may be left out, null or blank.
    pub(super) fn text_or_blank(&mut self, name: &str) -> Option<String> {
        match checked_text(self.object.get(name)?) {
            Ok(text) => text,
            Err(problem) => {
                self.problem(name, problem);
                None
            }
        }
    }

    /// A truth value; false when it is left out.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        match self.object.get(name) {
            None => false,
            Some(Value::Null) => self.unreadable(name, NULL),
            Some(value) => match truth(value) {
                Some(value) => value,
                None => self.unreadable(name, NOT_BOOLEAN),
            },
        }
    }

    /// A list of texts; empty when it is left out or null.
    pub(super) fn texts(&mut self, name: &str) -> Vec<String> {
        let items = match self.object.get(name) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(other) => {
                let message = format!("Expected a list of items but got type \"{}\".", kind(other));
                return self.unreadable(name, message);
            }
        };
        let texts: Result<Vec<_>, _> = items.iter().map(|item| checked_text(item)?.ok_or(NULL)).collect();
        match texts {
            Ok(texts) => texts,
            Err(problem) => self.unreadable(name, problem),
        }
    }

    /// A list of texts, where an empty one is not the same as none.
    pub(super) fn given_texts(&mut self, name: &str) -> Option<Vec<String>> {
        self.is_given(name).then(|| self.texts(name))
    }

    /// A truth value that may be left out.
    pub(super) fn given_flag(&mut self, name: &str) -> Option<bool> {
        self.has(name).then(|| self.flag(name))
    }

    /// A whole number that may be left out or null; one that is too large for its type is as large as possible.
    pub(super) fn integer(&mut self, name: &str) -> Option<i32> {
        let value = self.object.get(name).filter(|value| !value.is_null())?;
        match whole_number(value) {
            Some(number) => Some(number),
            None => {
                self.problem(name, NOT_INTEGER);
                None
            }
        }
    }

    /// The id of something, as a whole number or as a text of digits; it may be left out or null.
    pub(super) fn id(&mut self, name: &str) -> Option<i64> {
        let value = self.object.get(name).filter(|value| !value.is_null())?;
        let id = value.as_i64().or_else(|| value.as_str()?.parse().ok());
        if id.is_none() {
            self.problem(name, NOT_INTEGER);
        }
        id
    }

    /// A list of numbers that stand for something; it may be left out or null.
    pub(super) fn choices(&mut self, name: &str) -> Option<Vec<i32>> {
        let value = self.object.get(name).filter(|value| !value.is_null())?;
        let Value::Array(items) = value else {
            let message = format!("Expected a list of items but got type \"{}\".", kind(value));
            self.problem(name, message);
            return None;
        };
        let read = |item: &Value| whole_number(item).ok_or_else(|| item.clone());
        match items.iter().map(read).collect::<Result<Vec<_>, _>>() {
            Ok(numbers) => Some(numbers),
            Err(odd) => {
                let shown =
                    odd.as_str().map_or_else(|| kind(&odd).to_owned(), |text| shortened(text).into_owned());
                self.problem(name, format!("\"{shown}\" is not a valid choice."));
                None
            }
        }
    }

    /// Any JSON, as text; it may be left out or null. A blank text is an empty object, as forms send it.
    pub(super) fn json(&mut self, name: &str) -> Option<String> {
        match self.object.get(name)? {
            Value::Null => None,
            Value::String(text) if text.is_empty() => Some("{}".to_owned()),
            value => Some(value.to_string()),
        }
    }

    /// Refuses keys that are neither declared nor among `ignored`: the caller would believe that they have an effect.
    pub(crate) fn refuse_others(&mut self, declared: &[Field], ignored: &[&str]) {
        let declared = flat(declared);
        let is_known =
            |name: &str| ignored.contains(&name) || declared.iter().any(|field| field.name == name);
        let others = self.object.keys().filter(|name| !is_known(name)).take(MAX_NAMED);
        let others: Vec<String> = others.map(|name| shortened(name).into_owned()).collect();
        others.iter().for_each(|name| self.problem(name, UNKNOWN));
    }

    /// Whether there is a value that is not null.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        self.object.get(name).is_some_and(|value| !value.is_null())
    }

    /// Records a problem of a field.
    pub(crate) fn problem(&mut self, name: &str, message: impl Into<String>) {
        self.problems = Some(match self.problems.take() {
            None => Error::field(name, message),
            Some(problems) => problems.with_field(name, message),
        });
    }

    /// # Errors
    /// `INVALID_FIELD` with all recorded problems, if there are any.
    pub(crate) fn finish(self) -> Result<()> {
        self.problems.map_or(Ok(()), Err)
    }

    /// The placeholder for an unreadable value. It is never used, because [`Fields::finish`] fails.
    fn unreadable<T: Default>(&mut self, name: &str, message: impl Into<String>) -> T {
        self.problem(name, message);
        T::default()
    }
}

/// Also a number that is written as a text, as forms do it.
fn whole_number(value: &Value) -> Option<i32> {
    let number = match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_u64().map(|_| i64::MAX))?,
        Value::String(text) => text.trim().parse::<i64>().ok()?,
        _ => return None,
    };
    Some(number.clamp(i32::MIN.into(), i32::MAX.into()) as i32)
}

/// The spellings of Django REST framework.
fn truth(value: &Value) -> Option<bool> {
    let text = match value {
        Value::Bool(value) => return Some(*value),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_ascii_lowercase(),
        _ => return None,
    };
    match text.as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// `None` is null.
fn checked_text(value: &Value) -> Result<Option<String>, &'static str> {
    match value {
        Value::Null => Ok(None),
        // A number is taken for what it looks like, as in a form.
        Value::Number(number) => Ok(Some(number.to_string())),
        // PostgreSQL cannot store it.
        Value::String(text) if text.contains('\0') => Err(NUL),
        Value::String(text) => Ok(Some(text.trim().to_owned())),
        _ => Err(NOT_TEXT),
    }
}

/// The name of a JSON type in Django REST framework.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        match value {
            Value::Object(object) => Fields::new(object),
            other => panic!("{other} is no object"),
        }
    }

    fn problem(value: Value, read: impl FnOnce(&mut Fields)) -> Option<String> {
        let mut fields = fields(json!({ "x": value }));
        read(&mut fields);
        fields.finish().err().map(|error| error.fields[0].messages.join("|"))
    }

    #[test]
    fn each_kind_of_field_takes_what_it_should() {
        let cases: [(Value, [Option<&str>; 5]); 10] = [
            (json!(null), [Some(NULL), None, None, Some(NULL), None]),
            (json!(""), [Some(BLANK), Some(BLANK), None, Some(NOT_BOOLEAN), Some("list")]),
            (json!(" a "), [None, None, None, Some(NOT_BOOLEAN), Some("list")]),
            (json!(1), [None, None, None, None, Some("list")]),
            (json!(2.5), [None, None, None, Some(NOT_BOOLEAN), Some("list")]),
            (json!("Yes"), [None, None, None, None, Some("list")]),
            (json!(["a", 1]), [Some(NOT_TEXT), Some(NOT_TEXT), Some(NOT_TEXT), Some(NOT_BOOLEAN), None]),
            (json!(true), [Some(NOT_TEXT), Some(NOT_TEXT), Some(NOT_TEXT), None, Some("list")]),
            (json!("a\0"), [Some(NUL), Some(NUL), Some(NUL), Some(NOT_BOOLEAN), Some("list")]),
            (
                json!([true]),
                [Some(NOT_TEXT), Some(NOT_TEXT), Some(NOT_TEXT), Some(NOT_BOOLEAN), Some(NOT_TEXT)],
            ),
        ];
        for (value, expected) in cases {
            let found = [
                problem(value.clone(), |fields| drop(fields.required_text("x"))),
                problem(value.clone(), |fields| drop(fields.nullable_text("x"))),
                problem(value.clone(), |fields| drop(fields.text_or_blank("x"))),
                problem(value.clone(), |fields| _ = fields.flag("x")),
                problem(value.clone(), |fields| drop(fields.texts("x"))),
            ];
            for (found, expected) in found.iter().zip(expected) {
                match (found, expected) {
                    (None, None) => {}
                    (Some(found), Some(expected)) => assert!(found.contains(expected), "{value}: {found}"),
                    other => panic!("{value}: {other:?}"),
                }
            }
        }
    }

    #[test]
    fn numbers_and_choices_are_whole() {
        for (value, expected) in [
            (json!(7), Ok(Some(7))),
            (json!("7"), Ok(Some(7))),
            (json!(u64::MAX), Ok(Some(i32::MAX))),
            (json!(null), Ok(None)),
            (json!(1.5), Err(NOT_INTEGER)),
            (json!("x"), Err(NOT_INTEGER)),
            (json!(true), Err(NOT_INTEGER)),
        ] {
            let mut fields = fields(json!({ "x": value }));
            let number = fields.integer("x");
            let problem = fields.finish().err().map(|error| error.fields[0].messages.concat());
            assert_eq!((number, problem.as_deref()), (expected.ok().flatten(), expected.err()), "{value}");
        }
        assert_eq!(
            problem(json!([0, "x"]), |fields| drop(fields.choices("x"))).unwrap(),
            "\"x\" is not a valid choice."
        );
        assert_eq!(problem(json!([0, "1"]), |fields| drop(fields.choices("x"))), None);
        assert!(problem(json!("x"), |fields| drop(fields.choices("x"))).unwrap().contains("list"));
    }

    #[test]
    fn problems_of_several_fields_are_reported_together() {
        let mut fields = fields(json!({ "flag": 7, "list": "x" }));
        fields.required_text("name");
        fields.flag("flag");
        fields.texts("list");
        let error = fields.finish().unwrap_err();
        let names: Vec<_> = error.fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(names, ["name", "flag", "list"]);
        assert_eq!(error.fields[2].messages, ["Expected a list of items but got type \"str\"."]);
    }

    #[test]
    fn keys_that_are_neither_known_nor_ignored_are_named_as_they_were_written() {
        let known = [super::super::schema::optional("hasSeen", super::super::schema::Kind::Flag)];
        let long = "x".repeat(10_000);
        let mut given = fields(json!({ "hasSeen": 1, "id": 1, "hasseen": 1, "has_seen": 1, long: 1 }));
        given.refuse_others(&known, &["id"]);
        let error = given.finish().unwrap_err();
        let names: Vec<_> = error.fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(names[..2], ["hasseen", "has_seen"]);
        assert!(names.len() == 3 && names[2].len() < 1000, "{names:?}");
        assert_eq!(error.fields[0].messages, [UNKNOWN]);

        let many = (0..1000).map(|n| (n.to_string(), json!(1))).collect();
        let mut many = Fields::new(many);
        many.refuse_others(&known, &[]);
        assert_eq!(many.finish().unwrap_err().fields.len(), MAX_NAMED);
    }

    #[test]
    fn a_missing_field_is_required_or_has_its_default() {
        let mut fields = fields(json!({}));
        assert!(!fields.flag("x") && fields.texts("x").is_empty() && fields.text("x").is_none());
        fields.required_text("x");
        assert_eq!(fields.finish().unwrap_err().fields[0].messages, [REQUIRED]);
    }
}
