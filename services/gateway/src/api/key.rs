//! One key of a request's body, declared once: its description in the OpenAPI document, and how its value is read.

use patchbay_domain::Result;
use serde_json::Value;

use super::fields::{Fields, REQUIRED};
use super::schema::{Field, Kind};

/// One key of a body and the type of its value.
pub(crate) struct Key<T> {
    pub(crate) field: Field,
    read: fn(&mut Fields, &'static str) -> T,
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> Key<T> {
    /// A key that has to be there. Readers of optional values leave the refusal to the service that owns the data.
    pub(crate) const fn required(self) -> Self {
        let field = Field { is_required: true, ..self.field };
        Self { field, read: self.read }
    }

    /// A key whose value is one of these. The handler refuses others.
    pub(crate) const fn choice(self, names: &'static [&'static str]) -> Self {
        self.described(Kind::Choice(names))
    }

    /// The same key, described as this kind in the OpenAPI document.
    pub(crate) const fn described(self, kind: Kind) -> Self {
        let field = Field { kind, ..self.field };
        Self { field, read: self.read }
    }

    /// The value; problems are recorded in `fields`.
    pub(crate) fn read(self, fields: &mut Fields) -> T {
        (self.read)(fields, self.field.name)
    }
}

/// A key with its own way of reading.
pub(crate) const fn custom<T>(
    name: &'static str,
    kind: Kind,
    read: fn(&mut Fields, &'static str) -> T,
) -> Key<T> {
    Key { field: Field { name, is_required: false, kind }, read }
}

/// A text that has to be there and must not be blank.
pub(crate) const fn required_text(name: &'static str) -> Key<String> {
    custom(name, Kind::Text, Fields::required_text).required()
}

/// A text that may be left out, but neither null nor blank.
pub(crate) const fn text(name: &'static str) -> Key<Option<String>> {
    custom(name, Kind::Text, Fields::text)
}

/// A text that may be left out or null, but not blank.
pub(crate) const fn nullable_text(name: &'static str) -> Key<Option<String>> {
    custom(name, Kind::NullableText, Fields::nullable_text)
}

/// A text that may be left out, null or blank.
pub(crate) const fn text_or_blank(name: &'static str) -> Key<Option<String>> {
    custom(name, Kind::NullableText, Fields::text_or_blank)
}

/// A boolean; false when it is left out.
pub(crate) const fn flag(name: &'static str) -> Key<bool> {
    custom(name, Kind::Flag, Fields::flag)
}

/// A boolean that has to be there.
pub(crate) const fn required_flag(name: &'static str) -> Key<bool> {
    custom(name, Kind::Flag, |fields: &mut Fields, name: &'static str| {
        require(fields, name);
        fields.flag(name)
    })
    .required()
}

/// A boolean that may be left out.
pub(crate) const fn given_flag(name: &'static str) -> Key<Option<bool>> {
    custom(name, Kind::Flag, Fields::given_flag)
}

/// A list of texts; empty when it is left out or null.
pub(crate) const fn texts(name: &'static str) -> Key<Vec<String>> {
    custom(name, Kind::Texts, Fields::texts)
}

/// A list of texts that has to be there.
pub(crate) const fn required_texts(name: &'static str) -> Key<Vec<String>> {
    custom(name, Kind::Texts, |fields: &mut Fields, name: &'static str| {
        require(fields, name);
        fields.texts(name)
    })
    .required()
}

/// A list of texts; `None` when it is left out or null.
pub(crate) const fn given_texts(name: &'static str) -> Key<Option<Vec<String>>> {
    custom(name, Kind::Texts, Fields::given_texts)
}

/// A whole number that may be left out or null.
pub(crate) const fn integer(name: &'static str) -> Key<Option<i32>> {
    custom(name, Kind::Integer, Fields::integer)
}

/// The id of something, as a whole number or as a text of digits. It may be left out or null.
pub(crate) const fn id(name: &'static str) -> Key<Option<i64>> {
    custom(name, Kind::Integer, Fields::id)
}

/// A list of whole numbers that may be left out or null.
pub(crate) const fn integers(name: &'static str) -> Key<Option<Vec<i32>>> {
    custom(name, Kind::Integers, Fields::choices)
}

/// Any JSON as text; it may be left out or null.
pub(crate) const fn json(name: &'static str) -> Key<Option<String>> {
    custom(name, Kind::Anything, Fields::json)
}

/// The keys of another declaration, among those of this one.
pub(crate) const fn group<T: RequestBody>() -> Key<T> {
    custom("", Kind::Group(T::FIELDS), |fields: &mut Fields, _| T::read_from(fields))
}

/// The value as it was sent, null included.
pub(crate) const fn anything(name: &'static str) -> Key<Option<Value>> {
    custom(name, Kind::Anything, |fields: &mut Fields, name: &'static str| fields.raw(name).cloned())
}

/// A key of Sentry's for something that Patchbay does not have: only null is accepted.
pub(crate) const fn unset(name: &'static str) -> Key<()> {
    custom(name, Kind::Anything, |fields: &mut Fields, name: &'static str| {
        if fields.is_given(name) {
            fields.problem(name, "Only null is supported.");
        }
    })
}

fn require(fields: &mut Fields, name: &'static str) {
    if !fields.has(name) {
        fields.problem(name, REQUIRED);
    }
}

/// The body of an operation, declared by [`request_body`].
pub(crate) trait RequestBody: Sized {
    /// The keys, for the OpenAPI document.
    const FIELDS: &'static [Field];

    /// Keys of the operation's answers that are ignored when they come back. `None` if all unknown keys are.
    const IGNORED: Option<&'static [&'static str]> = None;

    /// Reads every key, in the order of their declaration. Problems are recorded in `fields`.
    fn read_from(fields: &mut Fields) -> Self;

    /// Reads every key.
    ///
    /// # Errors
    /// `INVALID_FIELD`, with all problems that the keys have.
    fn read(mut fields: Fields) -> Result<Self> {
        let body = Self::read_from(&mut fields);
        fields.finish().map(|()| body)
    }

    /// As [`RequestBody::read_from`]; other keys are problems.
    fn read_only_from(fields: &mut Fields) -> Self {
        let body = Self::read_from(fields);
        fields.refuse_others(Self::FIELDS, &[]);
        body
    }

    /// As [`RequestBody::read`]; other keys are refused.
    ///
    /// # Errors
    /// `INVALID_FIELD`, with all problems that the keys have.
    fn read_only(mut fields: Fields) -> Result<Self> {
        let body = Self::read_only_from(&mut fields);
        fields.finish().map(|()| body)
    }
}

/// Records the keys that `B` neither has nor ignores.
pub(crate) fn refuse_others<B: RequestBody>(fields: &mut Fields) {
    if let Some(ignored) = B::IGNORED {
        fields.refuse_others(B::FIELDS, ignored);
    }
}

/// Declares the body of a request: each key stands once, for the reader and for the OpenAPI document. Keys that are
/// not declared are ignored by [`RequestBody::read`] and refused by [`RequestBody::read_only`]. With `only, ignoring …` they are
/// always refused, except for read-only keys of the operation's answers, so that an answer can be sent back.
macro_rules! request_body {
    ($(#[$meta:meta])* $name:ident { $($field:ident: $type:ty = $key:expr),* $(,)? } only, ignoring $ignored:expr) => {
        $(#[$meta])*
        pub(crate) struct $name {
            $(pub(crate) $field: $type,)*
        }

        impl crate::api::key::RequestBody for $name {
            const FIELDS: &'static [crate::api::schema::Field] = &[$($key.field),*];
            const IGNORED: Option<&'static [&'static str]> = Some(&$ignored);

            fn read_from(fields: &mut crate::api::fields::Fields) -> Self {
                let body = Self { $($field: $key.read(fields)),* };
                crate::api::key::refuse_others::<Self>(fields);
                body
            }
        }
    };
    ($(#[$meta:meta])* $name:ident { $($field:ident: $type:ty = $key:expr),* $(,)? }) => {
        $(#[$meta])*
        pub(crate) struct $name {
            $(pub(crate) $field: $type,)*
        }

        impl crate::api::key::RequestBody for $name {
            const FIELDS: &'static [crate::api::schema::Field] = &[$($key.field),*];

            fn read_from(fields: &mut crate::api::fields::Fields) -> Self {
                Self { $($field: $key.read(fields)),* }
            }
        }
    };
}

pub(crate) use request_body;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    mod example {
        use super::super::*;

        request_body! {
            Example {
                name: String = required_text("name"),
                is_public: bool = flag("isPublic"),
                tags: Vec<String> = required_texts("tags"),
            }
        }
    }

    #[test]
    fn a_declaration_is_read_and_described() {
        use example::Example;
        let body = json!({ "name": " a ", "tags": ["x"], "other": 7 });
        let Value::Object(object) = body else { panic!("an object is needed") };
        let read = Example::read(Fields::new(object)).unwrap();
        assert_eq!((read.name.as_str(), read.is_public, read.tags), ("a", false, vec!["x".to_owned()]));
        let body = json!({ "name": "a", "tags": [], "isPublic": true, "\u{1f680}".repeat(100): 1 });
        let Value::Object(object) = body else { panic!("an object is needed") };
        let refused = Example::read_only(Fields::new(object)).err().unwrap();
        let refused: Vec<_> =
            refused.fields.iter().map(|violation| violation.field.chars().count()).collect();
        assert_eq!(refused, [64], "a key that is not declared is named, and cut");
        let missing = Example::read(Fields::new(Default::default())).err().unwrap();
        let names: Vec<_> = missing.fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(names, ["name", "tags"]);
        let described: Vec<_> = Example::FIELDS.iter().map(|field| (field.name, field.is_required)).collect();
        assert_eq!(described, [("name", true), ("isPublic", false), ("tags", true)]);
    }
}
