//! Names that are given but not declared.

use std::collections::BTreeSet;

use super::source::{Given, Source};

/// A sentence for each unknown name of `source`, with the declared name that it resembles.
pub(super) fn problems(source: &Source, declared: &BTreeSet<String>) -> Vec<String> {
    let unknown = |(name, given): (&str, &Given)| {
        let known = declared.contains(name) || is_of_others(name, &given.value);
        (!known).then(|| match closest(name, declared) {
            Some(close) => format!("{} is no setting; did you mean {close}?", given.origin),
            None => format!("{} is no setting", given.origin),
        })
    };
    if source.is_ours { source.iter().filter_map(unknown).collect() } else { Vec::new() }
}

/// Variables with our prefix that are not settings.
fn is_of_others(name: &str, value: &str) -> bool {
    // The variables of the test suite, which the processes it starts inherit.
    name.starts_with("TEST_") || is_service_link(name, value)
}

/// Kubernetes and Docker describe a service `patchbay-gateway` to other containers in variables such as
/// `PATCHBAY_GATEWAY_SERVICE_HOST` and `PATCHBAY_GATEWAY_PORT_8080_TCP`.
fn is_service_link(name: &str, value: &str) -> bool {
    let is_url = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let after_port = name.rsplit_once("_PORT_").map(|(_, rest)| rest);
    let numbered = after_port.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || (name.ends_with("_PORT") && is_url)
        || numbered
}

/// The declared name with the smallest edit distance, if it is small for the length of the name.
fn closest<'d>(name: &str, declared: &'d BTreeSet<String>) -> Option<&'d str> {
    let nearest = declared.iter().map(|candidate| (distance(name, candidate), candidate)).min()?;
    (nearest.0 <= 1 + name.len() / 5).then_some(nearest.1.as_str())
}

/// The Levenshtein distance over bytes; names are ASCII.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_edits() {
        for (a, b, edits) in
            [("", "", 0), ("LOG", "LOG", 0), ("LGO", "LOG", 2), ("LOGS", "LOG", 1), ("", "LOG", 3)]
        {
            assert_eq!(distance(a, b), edits, "{a} {b}");
        }
    }

    #[test]
    fn a_misspelling_finds_its_name_and_a_stranger_does_not() {
        let declared = BTreeSet::from(["DATABASE_URL".to_owned(), "LOG".to_owned()]);
        assert_eq!(closest("DATABSE_URL", &declared), Some("DATABASE_URL"));
        assert_eq!(closest("LOGS", &declared), Some("LOG"));
        assert_eq!(closest("SMTP_HOST", &declared), None);
    }

    #[test]
    fn service_links_are_not_taken_for_settings() {
        for (name, value) in [
            ("GATEWAY_SERVICE_HOST", "10.0.0.1"),
            ("GATEWAY_SERVICE_PORT", "8080"),
            ("GATEWAY_SERVICE_PORT_HTTP", "8080"),
            ("GATEWAY_PORT", "tcp://10.0.0.1:8080"),
            ("GATEWAY_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ] {
            assert!(is_service_link(name, value), "{name}");
        }
        assert!(!is_service_link("GATEWAY_PORT", "8080"));
        assert!(!is_service_link("REPORT_INTERVAL", "5s"));
    }
}
