//! Names of features that an organization may use.

use patchbay_domain::shortened;

const MAX_NAME: usize = 64;
const MAX_FEATURES: usize = 100;

/// Sorts the names and removes duplicates and empty names.
///
/// # Errors
/// The problem, as a sentence.
pub(crate) fn read<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<String>, String> {
    let mut features: Vec<String> = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if let Some(wrong) = features.iter().find(|name| !is_name(name)) {
        return Err(format!("{:?} is not the name of a feature.", shortened(wrong)));
    }
    features.sort();
    features.dedup();
    if features.len() > MAX_FEATURES {
        return Err(format!("Ensure this field has no more than {MAX_FEATURES} elements."));
    }
    Ok(features)
}

/// Permits Sentry's names and those of the operator's product.
fn is_name(name: &str) -> bool {
    name.len() <= MAX_NAME && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use patchbay_domain::feature;

    use super::*;

    #[test]
    fn names_are_sorted_and_each_is_there_once() {
        let read_all = |names: &[&str]| read(names.iter().copied());
        assert_eq!(read_all(&["b", "a", "b", ""]).unwrap(), ["a", "b"]);
        assert!(read_all(&[]).unwrap().is_empty());
        for wrong in ["Upper", "a b", "organizations:a", "a\0", "ä", &"a".repeat(65)] {
            assert!(read_all(&[wrong]).is_err(), "{wrong:?}");
        }
        let many: Vec<String> = (0..101).map(|number| format!("f{number}")).collect();
        assert!(read(many.iter().map(String::as_str)).is_err());
    }

    #[test]
    fn what_new_organizations_get_is_a_list_of_names() {
        assert_eq!(read(feature::DEFAULT.iter().copied()).unwrap(), feature::DEFAULT);
    }
}
