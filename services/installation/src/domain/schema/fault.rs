//! What breaks a rule, and which of many faults is the one to tell: jsonschema's `best_match`.

use serde_json::Value;

use super::python::repr;
use super::rule::Kind;

/// A value in a message is cut here; it may be a whole document.
const MAX_SHOWN: usize = 1_000;

#[derive(Debug)]
pub(super) struct Fault<'v> {
    value: &'v Value,
    broken: Broken<'v>,
    /// Steps from where the rules were applied to the value.
    depth: usize,
    /// Whether the value is of the type that was asked for, so that the fault is about its details.
    is_of_type: bool,
}

#[derive(Debug)]
pub(super) enum Broken<'v> {
    Type(Kind),
    Words(&'static [&'static str]),
    Pattern(&'static str),
    TooShort,
    TooLong,
    Required(&'static str),
    /// No branch fits; what each of them found.
    NoBranch(Vec<Fault<'v>>),
    BothKeys(&'static [&'static str; 2]),
}

impl<'v> Fault<'v> {
    pub(super) fn new(value: &'v Value, broken: Broken<'v>, is_of_type: bool) -> Self {
        Self { value, broken, depth: 0, is_of_type }
    }

    /// The same fault seen from the value around it.
    pub(super) fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    /// Faults near the top tell more, those of alternatives less.
    fn relevance(&self) -> (i64, bool, bool) {
        let is_alternative = matches!(self.broken, Broken::NoBranch(_) | Broken::BothKeys(_));
        let depth = i64::try_from(self.depth).unwrap_or(i64::MAX);
        (-depth, !is_alternative, !self.is_of_type)
    }

    fn message(&self) -> String {
        let mut value = repr(self.value);
        if let Some((end, _)) = value.char_indices().nth(MAX_SHOWN) {
            value.truncate(end);
            value.push('…');
        }
        match &self.broken {
            Broken::Type(kind) => format!("{value} is not of type '{}'", kind.name()),
            Broken::Words(words) => format!("{value} is not one of {}", repr(&words.to_vec().into())),
            Broken::Pattern(written) => format!("{value} does not match {written}"),
            Broken::TooShort => format!("{value} is too short"),
            Broken::TooLong => format!("{value} is too long"),
            Broken::Required(key) => format!("'{key}' is a required property"),
            Broken::NoBranch(_) => format!("{value} is not valid under any of the given schemas"),
            Broken::BothKeys([first, second]) => {
                format!(
                    "{value} is valid under each of {{'required': ['{second}']}}, {{'required': ['{first}']}}"
                )
            }
        }
    }
}

/// The message of the fault that tells most; nothing when there is none.
pub(super) fn best(faults: Vec<Fault<'_>>) -> Option<String> {
    // The first of the most relevant ones.
    let mut best = faults.into_iter().rev().max_by_key(Fault::relevance)?;
    // Inside of alternatives it is the other way round: who came furthest in one meant that one.
    loop {
        let Broken::NoBranch(context) = &mut best.broken else { return Some(best.message()) };
        context.sort_by_key(Fault::relevance);
        match &context[..] {
            [first, second, ..] if first.relevance() == second.relevance() => return Some(best.message()),
            [] => return Some(best.message()),
            _ => best = context.swap_remove(0),
        }
    }
}
