//! The subset of JSON Schema that describes elements.

use serde_json::Value;

/// One keyword of a schema. Rules apply in the order in which they are listed; each ignores values of other types.
#[derive(Debug)]
pub(super) enum Rule {
    Type(Kind),
    OneWordOf(&'static [&'static str]),
    StartsWith(&'static Pattern),
    MinItems(usize),
    MaxItems(usize),
    MinLength(usize),
    MaxLength(usize),
    Required(&'static [&'static str]),
    Properties(&'static [(&'static str, &'static [Rule])]),
    Items(&'static [Rule]),
    /// Rules for each position of a list.
    Tuple(&'static [&'static [Rule]]),
    AnyOf(&'static [&'static [Rule]]),
    /// `oneOf`, each branch requiring one of these two properties.
    ExactlyOneKey(&'static [&'static str; 2]),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Text,
    Number,
    Boolean,
}

/// A regular expression that requires one of a few prefixes.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) starts: &'static [&'static str],
    /// The expression as Python writes it in a message.
    pub(super) written: &'static str,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::Text => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
        }
    }

    pub(super) fn is_kind_of(self, value: &Value) -> bool {
        match self {
            Self::Object => value.is_object(),
            Self::Array => value.is_array(),
            Self::Text => value.is_string(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
        }
    }
}
