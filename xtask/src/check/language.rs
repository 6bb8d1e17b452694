//! Prose is plain English: subject first, terms of the field, no riddles.

use regex::{Regex, RegexSet};

use super::tree::files;

/// Patterns that made sentences hard to read, with what to write instead. They apply to comments, documentation, log messages and help
/// texts alike; `_` joins words of an identifier, so that names of tests are free.
const FORBIDDEN: [(&str, &str); 16] = [
    (r"(?i)\b(nobody|whoever|whomever|somebody)\b", "name the person or the component"),
    (r"(?i)\b(is|are|was|were|be|been|being) told\b", "reported, sent, published, notified"),
    (r"(?i)\b(is|are) said\b", "state it"),
    (r"(?i)\bby the clock\b", "by wall-clock time"),
    (r"(?i)\blets? go of\b", "delete, release, drop"),
    (r"(?i)\b(becomes?|became) of\b", "name the outcome or the state"),
    (r"(?i)\bhears? of\b", "receives, learns"),
    (r"(?i)\bfor ever\b", "forever"),
    (r"(?i)\bso many of\b", "give the number or the share"),
    (r"(?i)\bof its own accord\b", "by itself"),
    (r"(?i)\bgoes on only\b", "continues when"),
    (r"(?i)\bthat is none\b", "an invalid …, not a …"),
    (r"(?i)\bwho asks\b", "the caller"),
    (r"(//[/!]?|\. ) ?What (is|was|has|comes|does|an?|the|they|it|there)\b", "start with the subject"),
    (r"(//[/!]?|\. ) ?Whatever\b", "start with the subject"),
    (r"(//[/!]?|\. ) ?Of (one|those|a|an|the one)\b", "start with the subject"),
];

/// This file holds the patterns themselves.
const EXCEPT: [&str; 1] = ["xtask/src/check/language.rs"];

/// The Unix user of that name.
const USER: &str = "\"nobody\"";

/// Every violation, as `file:line: text`.
pub(crate) fn violations() -> anyhow::Result<Vec<String>> {
    let patterns = FORBIDDEN.map(|(pattern, advice)| (Regex::new(pattern), advice));
    let any = RegexSet::new(FORBIDDEN.map(|(pattern, _)| pattern))?;
    let mut found = Vec::new();
    for file in files(&["rs", "proto", "md", "toml", "sql", "yml", "py"])? {
        // The text of a migration is part of its checksum, so an applied one cannot change.
        if EXCEPT.contains(&file.path.as_str()) || file.path.contains("/migrations/") {
            continue;
        }
        // One search of the whole file first, because nearly all files have no violation.
        if !any.is_match(&file.text) {
            continue;
        }
        for (number, line) in (1..).zip(file.text.lines()) {
            let line = line.replace(USER, "");
            for (pattern, advice) in &patterns {
                let hit = pattern.as_ref().map_err(Clone::clone)?.find(&line);
                if let Some(hit) = hit {
                    found.push(format!("{}:{number}: \"{}\": {advice}", file.path, hit.as_str().trim()));
                }
            }
        }
    }
    Ok(found)
}
