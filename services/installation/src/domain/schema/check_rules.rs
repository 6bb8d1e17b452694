use serde_json::Value;

use super::fault::{Broken, Fault};
use super::rule::Rule;

/// All faults of the value.
pub(super) fn faults<'v>(value: &'v Value, rules: &'static [Rule]) -> Vec<Fault<'v>> {
    let is_of_type = rules.iter().any(|rule| matches!(rule, Rule::Type(kind) if kind.is_kind_of(value)));
    let mut faults = Vec::new();
    for rule in rules {
        broken(value, rule, is_of_type, &mut faults);
    }
    faults
}

fn broken<'v>(value: &'v Value, rule: &'static Rule, is_of_type: bool, faults: &mut Vec<Fault<'v>>) {
    let mut say = |broken| faults.push(Fault::new(value, broken, is_of_type));
    match (rule, value) {
        (Rule::Type(kind), _) if !kind.is_kind_of(value) => say(Broken::Type(*kind)),
        (Rule::OneWordOf(words), _) if !words.iter().any(|word| value == word) => say(Broken::Words(words)),
        (Rule::StartsWith(pattern), Value::String(text))
            if !pattern.starts.iter().any(|start| text.starts_with(start)) =>
        {
            say(Broken::Pattern(pattern.written));
        }
        (Rule::MinItems(least), Value::Array(items)) if items.len() < *least => say(Broken::TooShort),
        (Rule::MaxItems(most), Value::Array(items)) if items.len() > *most => say(Broken::TooLong),
        (Rule::MinLength(least), Value::String(text)) if text.chars().count() < *least => {
            say(Broken::TooShort)
        }
        (Rule::MaxLength(most), Value::String(text)) if text.chars().count() > *most => say(Broken::TooLong),
        (Rule::Required(keys), Value::Object(object)) => {
            keys.iter().filter(|key| !object.contains_key(**key)).for_each(|key| say(Broken::Required(key)));
        }
        (Rule::Properties(properties), Value::Object(object)) => {
            for (key, rules) in *properties {
                if let Some(inner) = object.get(*key) {
                    faults.extend(self::faults(inner, rules).into_iter().map(Fault::deeper));
                }
            }
        }
        (Rule::Items(rules), Value::Array(items)) => {
            faults.extend(items.iter().flat_map(|item| self::faults(item, rules)).map(Fault::deeper));
        }
        (Rule::Tuple(each), Value::Array(items)) => {
            let pairs = items.iter().zip(*each);
            faults.extend(pairs.flat_map(|(item, rules)| self::faults(item, rules)).map(Fault::deeper));
        }
        (Rule::AnyOf(branches), _) => {
            let mut context = Vec::new();
            for branch in *branches {
                match self::faults(value, branch) {
                    none if none.is_empty() => return,
                    some => context.extend(some),
                }
            }
            say(Broken::NoBranch(context));
        }
        (Rule::ExactlyOneKey(keys), _) => {
            // `required` ignores values that are not objects.
            let missing = |key: &str| value.as_object().is_some_and(|object| !object.contains_key(key));
            match keys.map(missing) {
                [true, true] => {
                    let missing = keys.iter().map(|key| Fault::new(value, Broken::Required(key), false));
                    say(Broken::NoBranch(missing.collect()));
                }
                [false, false] => say(Broken::BothKeys(keys)),
                _ => {}
            }
        }
        _ => {}
    }
}
