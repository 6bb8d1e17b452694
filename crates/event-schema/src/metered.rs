//! JSON whose every access by the validator is counted, so that a check can be ended when it takes too much work.
//!
//! The work of a check can grow exponentially with the nesting of `allOf`, `anyOf` and `$ref`, and the validator has no limit of its
//! own. Everything that it does looks at the data, so the counting is in the data.

use std::borrow::Cow;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::slice;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object, cmp, unique};
use serde_json::{Map, Number, Value, map};

/// The stack that a check may use, of the 2 MiB of a thread.
const MAX_STACK: usize = 1024 * 1024;
/// Bytes of a text that cost as much as one access.
const BYTES_PER_UNIT: usize = 32;

thread_local! {
    /// The check that this thread makes.
    static METER: Cell<Option<Meter>> = const { Cell::new(None) };
}

#[derive(Clone, Copy)]
struct Meter {
    work_left: u64,
    /// Where the stack of the check begins.
    stack: usize,
}

/// The check was ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMuchWork;

/// Runs a check, and ends it when it has made `work` accesses or needs too much stack.
pub(crate) fn within<T>(work: u64, check: impl FnOnce() -> T) -> Result<T, TooMuchWork> {
    METER.set(Some(Meter { work_left: work, stack: stack_pointer() }));
    // The validator is not changed by a check, so it is usable after one that was ended.
    let checked = catch_unwind(AssertUnwindSafe(check));
    METER.set(None);
    checked.map_err(|payload| match payload.downcast::<TooMuchWork>() {
        Ok(ended) => *ended,
        Err(panic) => resume_unwind(panic),
    })
}

/// Unwinds out of the validator, which knows no other way to end early: an error would only end one of many branches.
fn charge(units: usize) {
    let Some(meter) = METER.get() else { return };
    let work_left = meter.work_left.checked_sub(units as u64);
    match work_left.filter(|_| meter.stack.abs_diff(stack_pointer()) <= MAX_STACK) {
        Some(work_left) => METER.set(Some(Meter { work_left, ..meter })),
        None => resume_unwind(Box::new(TooMuchWork)),
    }
}

fn stack_pointer() -> usize {
    let marker = 0_u8;
    std::ptr::from_ref(&marker).addr()
}

/// Values in a value, as comparing or hashing visits them.
fn size(value: &Value) -> usize {
    match value {
        Value::Array(elements) => 1 + elements.iter().map(size).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(size).sum::<usize>(),
        Value::String(text) => 1 + text.len() / BYTES_PER_UNIT,
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}

pub(crate) struct Metered;

#[derive(Clone, Copy)]
pub(crate) struct Data<'a>(pub(crate) &'a Value);

pub(crate) struct Members<'a>(&'a Map<String, Value>);
pub(crate) struct Elements<'a>(&'a [Value]);
pub(crate) struct MembersIter<'a>(map::Iter<'a>);
pub(crate) struct ElementsIter<'a>(slice::Iter<'a, Value>);

impl Json for Metered {
    type Node<'a> = Data<'a>;
    type PreparedKey = String;
    type StringBuffer = Value;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(buffer: &mut Value, string: &str, f: impl FnOnce(Data<'_>) -> T) -> T {
        *buffer = Value::String(string.to_owned());
        f(Data(buffer))
    }
}

impl<'a> Node<'a, Metered> for Data<'a> {
    type Object = Members<'a>;
    type Array = Elements<'a>;
    type Number = &'a Number;

    fn as_object(&self) -> Option<Members<'a>> {
        charge(1);
        self.0.as_object().map(Members)
    }

    fn as_array(&self) -> Option<Elements<'a>> {
        charge(1);
        self.0.as_array().map(|elements| Elements(elements))
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        let text = self.0.as_str();
        charge(1 + text.map_or(0, str::len) / BYTES_PER_UNIT);
        text.map(Cow::Borrowed)
    }

    fn as_number(&self) -> Option<&'a Number> {
        charge(1);
        self.0.as_number()
    }

    fn as_boolean(&self) -> Option<bool> {
        charge(1);
        self.0.as_bool()
    }

    fn is_null(&self) -> bool {
        charge(1);
        self.0.is_null()
    }

    fn json_type(&self) -> JsonType {
        charge(1);
        match self.0 {
            Value::Null => JsonType::Null,
            Value::Bool(_) => JsonType::Boolean,
            Value::Number(_) => JsonType::Number,
            Value::String(_) => JsonType::String,
            Value::Array(_) => JsonType::Array,
            Value::Object(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        charge(size(self.0));
        cmp::equal(self.0, expected)
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Borrowed(self.0)
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref(self.0).addr()))
    }
}

impl<'a> Object<'a, Metered> for Members<'a> {
    type Node = Data<'a>;
    type MemberName = &'a str;
    type MembersIter = MembersIter<'a>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, key: &String) -> Option<Data<'a>> {
        charge(1);
        self.0.get(key).map(Data)
    }

    fn members(&self) -> MembersIter<'a> {
        MembersIter(self.0.iter())
    }
}

impl<'a> Iterator for MembersIter<'a> {
    type Item = (&'a str, Data<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        charge(1);
        self.0.next().map(|(name, value)| (name.as_str(), Data(value)))
    }
}

impl<'a> Array<'a, Metered> for Elements<'a> {
    type Node = Data<'a>;
    type ElementsIter = ElementsIter<'a>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn elements(&self) -> ElementsIter<'a> {
        ElementsIter(self.0.iter())
    }

    fn is_unique(&self) -> bool {
        charge(self.0.iter().map(size).sum());
        unique::is_unique(self.0)
    }
}

impl<'a> Iterator for ElementsIter<'a> {
    type Item = Data<'a>;

    fn next(&mut self) -> Option<Data<'a>> {
        charge(1);
        self.0.next().map(Data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_ends_when_its_work_is_done_and_the_next_one_starts_anew() {
        let data = Value::Null;
        let accesses = |times| (0..times).filter(|_| Data(&data).is_null()).count();
        assert_eq!(within(10, || accesses(10)), Ok(10));
        assert_eq!(within(10, || accesses(11)), Err(TooMuchWork));
        assert_eq!(within(10, || accesses(10)), Ok(10));
    }

    #[test]
    fn another_panic_is_not_taken_for_too_much_work() {
        let panicked = catch_unwind(|| within(10, || resume_unwind(Box::new("another"))));
        assert_eq!(panicked.unwrap_err().downcast_ref::<&str>(), Some(&"another"));
    }
}
