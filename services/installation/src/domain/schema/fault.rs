//! Faults (broken rules), and the choice of the one to report: jsonschema's `best_match`.

use serde_json::Value;

use super::python::repr;
use super::rule::Kind;

/// Values in messages are cut to this many characters.
const MAX_SHOWN: usize = 1_000;

#[derive(Debug)]
pub(super) struct Fault<'v> {
    value: &'v Value,
    broken: Broken<'v>,
    /// Steps from where the rules were applied to the value.
    depth: usize,
    /// Whether the value has the required type.
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
    /// No branch of alternatives matches; contains the faults of all branches.
    NoBranch(Vec<Fault<'v>>),
    BothKeys(&'static [&'static str; 2]),
}

impl<'v> Fault<'v> {
    pub(super) fn new(value: &'v Value, broken: Broken<'v>, is_of_type: bool) -> Self {
        Self { value, broken, depth: 0, is_of_type }
    }

    /// The same fault, seen from the enclosing value.
    pub(super) fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    /// Faults near the top are more relevant, faults of alternatives less.
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

/// The message of the most relevant fault, if there is any.
pub(super) fn best(faults: Vec<Fault<'_>>) -> Option<String> {
    // `max_by_key` returns the last of equals, so reverse to get the first.
    let mut best = faults.into_iter().rev().max_by_key(Fault::relevance)?;
    // Within alternatives the deepest fault wins: the author most likely meant the branch that matched furthest.
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
