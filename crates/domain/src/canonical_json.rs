//! JSON in the form that JavaScript reproduces.
//!
//! Many receivers verify a signature over `JSON.stringify(JSON.parse(body))` instead of the received bytes.
//! [`canonicalize`] turns any JSON into a text for which both are the same: compact, UTF-8 without escapes,
//! numbers as ECMAScript prints them, and keys in the order in which a JavaScript object lists them (array
//! indices first in ascending order, then the others in order of insertion).

use serde_json::{Map, Value};

use crate::error::Error;

/// The largest key that JavaScript treats as an array index: 2^32 - 2.
const MAX_ARRAY_INDEX: u32 = u32::MAX - 1;

/// Parses `json` and writes it in canonical form.
/// Fails with `Invalid` for text that is not JSON (reason `INVALID_JSON`; this includes lone surrogates and
/// nesting deeper than 128 levels), and for integers that a JavaScript number cannot represent (reason
/// `NUMBER_NOT_REPRESENTABLE`), because receivers would get a different number.
pub fn canonicalize(json: &[u8]) -> Result<Vec<u8>, Error> {
    write(&parse(json)?)
}

/// [`canonicalize`] for a value that must be an object, as the `data` of every webhook is.
pub fn canonicalize_object(json: &[u8]) -> Result<Vec<u8>, Error> {
    let value = parse(json)?;
    if !value.is_object() {
        return Err(Error::invalid("NOT_AN_OBJECT", "The value must be a JSON object."));
    }
    write(&value)
}

/// Writes a value in canonical form. Fails like [`canonicalize`].
pub(crate) fn write(value: &Value) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    write_value(&mut out, value)?;
    Ok(out)
}

/// Whether JavaScript reads every number of `value` as it is written. A value with an integer beyond 2^53 is refused where it is
/// stored, because events that contain it could not be published.
pub fn is_exact(value: &Value) -> bool {
    const LARGEST: u64 = 1 << 53;
    match value {
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => integer.unsigned_abs() <= LARGEST,
            (None, Some(integer)) => integer <= LARGEST,
            // An integer that does not fit into 64 bits is read as a fraction as well.
            (None, None) => number.as_f64().is_some_and(|number| number.abs() <= LARGEST as f64),
        },
        Value::Array(items) => items.iter().all(is_exact),
        Value::Object(members) => members.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

fn parse(json: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice(json)
        .map_err(|error| Error::invalid("INVALID_JSON", format!("Not valid JSON: {error}.")))
}

fn write_value(out: &mut Vec<u8>, value: &Value) -> Result<(), Error> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => write_number(out, number)?,
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(out, item)?;
            }
            out.push(b']');
        }
        Value::Object(members) => write_object(out, members)?,
    }
    Ok(())
}

fn write_object(out: &mut Vec<u8>, members: &Map<String, Value>) -> Result<(), Error> {
    let mut indices: Vec<(u32, &Value)> =
        members.iter().filter_map(|(key, value)| Some((array_index(key)?, value))).collect();
    indices.sort_unstable_by_key(|(index, _)| *index);

    out.push(b'{');
    let mut first = true;
    let mut separate = |out: &mut Vec<u8>| {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
    };
    for (index, value) in indices {
        separate(out);
        out.extend_from_slice(format!("\"{index}\":").as_bytes());
        write_value(out, value)?;
    }
    for (key, value) in members.iter().filter(|(key, _)| array_index(key).is_none()) {
        separate(out);
        write_string(out, key);
        out.push(b':');
        write_value(out, value)?;
    }
    out.push(b'}');
    Ok(())
}

/// The key as an array index: decimal digits without a leading zero, at most [`MAX_ARRAY_INDEX`].
fn array_index(key: &str) -> Option<u32> {
    if !key.as_bytes().first()?.is_ascii_digit() || (key.len() > 1 && key.starts_with('0')) {
        return None;
    }
    key.parse().ok().filter(|index| *index <= MAX_ARRAY_INDEX)
}

fn write_number(out: &mut Vec<u8>, number: &serde_json::Number) -> Result<(), Error> {
    let float = number.as_f64().unwrap_or(f64::NAN);
    let mut buffer = ryu_js::Buffer::new();
    let text = buffer.format(float);
    // JavaScript prints the shortest digits that identify the same double, so an integer is unchanged if
    // these are its own digits.
    let is_integer = number.is_i64() || number.is_u64();
    if is_integer && text != number.to_string() {
        let message = format!("{number} does not fit into a JavaScript number; send it as a string.");
        return Err(Error::invalid("NUMBER_NOT_REPRESENTABLE", message));
    }
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

fn write_string(out: &mut Vec<u8>, text: &str) {
    // serde_json escapes the same characters as JSON.stringify, in the same spelling.
    serde_json::to_writer(out, text).expect("writing to memory does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(json: &str) -> String {
        String::from_utf8(canonicalize(json.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn json_takes_the_form_that_javascript_gives_back() {
        // Each right-hand side is the output of Node's JSON.stringify(JSON.parse(left)).
        for (json, expected) in [
            (r#" { "b" : 1.0 , "a" : [ ] } "#, r#"{"b":1,"a":[]}"#),
            (r#"{"b":1,"2":2,"10":3,"1":4,"01":5}"#, r#"{"1":4,"2":2,"10":3,"b":1,"01":5}"#),
            (r#"{"4294967294":1,"a":2,"4294967295":3}"#, r#"{"4294967294":1,"a":2,"4294967295":3}"#),
            (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
            (
                r#"[1e21,1e20,1.5e-7,0.000001,-0,-0.0,1E2]"#,
                r#"[1e+21,100000000000000000000,1.5e-7,0.000001,0,0,100]"#,
            ),
            (r#""\u00e9\u2028\/\u001F\u007f\t""#, "\"é\u{2028}/\\u001f\u{7f}\\t\""),
            (r#"1566248777.677"#, "1566248777.677"),
            (r#"9007199254740993.0"#, "9007199254740992"),
        ] {
            assert_eq!(canonical(json), expected, "{json}");
        }
    }

    #[test]
    fn a_value_with_an_integer_beyond_two_to_the_53_is_not_exact() {
        for (json, expected) in [
            ("9007199254740992", true),
            ("-9007199254740992", true),
            (r#"[{"a":[1.5,null,"9007199254740993"]}]"#, true),
            ("9007199254740993", false),
            ("-9007199254740993", false),
            ("18446744073709551616", false),
            (r#"[{"a":[1,9007199254740994]}]"#, false),
        ] {
            assert_eq!(is_exact(&serde_json::from_str(json).unwrap()), expected, "{json}");
        }
    }

    #[test]
    fn an_integer_that_javascript_would_change_is_refused() {
        let error = canonicalize(br#"{"id":9007199254740993}"#).unwrap_err();
        assert_eq!(error.reason, "NUMBER_NOT_REPRESENTABLE");
        assert_eq!(canonical("9007199254740994"), "9007199254740994");
    }

    #[test]
    fn invalid_json_is_refused() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for json in ["", "{", "nul", r#""\ud800""#, "1 2", "NaN", "1e999", &deep, "\u{feff}{}"] {
            assert_eq!(canonicalize(json.as_bytes()).unwrap_err().reason, "INVALID_JSON", "{json:.20}");
        }
        assert_eq!(canonicalize(b"\"\xff\"").unwrap_err().reason, "INVALID_JSON");
        assert_eq!(canonicalize_object(b"[]").unwrap_err().reason, "NOT_AN_OBJECT");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<f64>().prop_filter("finite", |x| x.is_finite()).prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((prop_oneof!["[0-9]{1,3}", ".{0,6}"], inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_json_is_its_own_canonical_form(value in any_json()) {
            let once = canonicalize(value.to_string().as_bytes()).unwrap();
            prop_assert_eq!(canonicalize(&once).unwrap(), once);
        }

        #[test]
        fn any_bytes_are_accepted_or_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = canonicalize(&bytes);
        }
    }
}
