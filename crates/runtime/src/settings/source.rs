//! The sources of values: the environment, a TOML file, or pairs. The first source with a value is used.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::SettingsError;
use super::value::NO_ELEMENTS;

const PREFIX: &str = "PATCHBAY_";

/// Standard variable names and our names for the same settings, which take precedence.
const STANDARD_NAMES: [(&str, &str); 1] = [("OTEL_EXPORTER_OTLP_ENDPOINT", "OTLP_ENDPOINT")];

/// A value and its location, for messages.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) value: String,
    pub(super) origin: String,
}

/// The values of one source by declared name.
pub(super) struct Source {
    values: BTreeMap<String, Given>,
    /// Whether an undeclared name is a mistake. It is not in a source that other programs use too.
    pub(super) is_ours: bool,
}

impl Source {
    pub(super) fn pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::new(pairs.into_iter().map(|(name, value)| (name.clone(), Given { value, origin: name })))
    }

    /// Empty values count as not given.
    fn new(values: impl IntoIterator<Item = (String, Given)>) -> Self {
        let values = values.into_iter().filter(|(_, given)| !given.value.trim().is_empty()).collect();
        Self { values, is_ours: true }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Given> {
        self.values.get(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Given)> {
        self.values.iter().map(|(name, given)| (name.as_str(), given))
    }
}

/// The environment, the file that it or `config` names, and standard variables, in this order.
pub(super) fn load(
    environment: impl Iterator<Item = (OsString, OsString)>,
    config: Option<PathBuf>,
) -> Result<Vec<Source>, SettingsError> {
    let mut ours = Vec::new();
    let mut standard = Vec::new();
    let mut problems = Vec::new();
    for (name, value) in environment {
        let Some(name) = name.to_str() else { continue };
        let ours_name = name.strip_prefix(PREFIX);
        let standard_name = STANDARD_NAMES.iter().find(|(theirs, _)| *theirs == name).map(|(_, ours)| *ours);
        let (Some(target), list) = (match (ours_name, standard_name) {
            (Some(_), _) => (ours_name, &mut ours),
            _ => (standard_name, &mut standard),
        }) else {
            continue;
        };
        match value.into_string() {
            Ok(value) => list.push((target.to_owned(), Given { value, origin: name.to_owned() })),
            Err(_) => problems.push(format!("{name} is not UTF-8")),
        }
    }
    let environment = Source::new(ours);
    let config = config.or_else(|| environment.get("CONFIG").map(|given| PathBuf::from(&given.value)));
    let file = config.map(|path| read_file(&path)).transpose().unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    SettingsError::unless_empty(problems)?;
    Ok([Some(environment), file, Some(Source { is_ours: false, ..Source::new(standard) })]
        .into_iter()
        .flatten()
        .collect())
}

/// The path after `--config`, anywhere among the arguments.
pub(super) fn config_argument(arguments: impl Iterator<Item = OsString>) -> Option<PathBuf> {
    let mut arguments = arguments.skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--") => return None,
            Some("--config") => return arguments.next().map(PathBuf::from),
            Some(text) if text.starts_with("--config=") => {
                return text.strip_prefix("--config=").map(PathBuf::from);
            }
            _ => {}
        }
    }
    None
}

fn read_file(path: &Path) -> Result<Source, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    toml_source(&text, &path.display().to_string())
}

/// Converts tables to names: `url` in `[database]` becomes `DATABASE_URL`.
fn toml_source(text: &str, file: &str) -> Result<Source, String> {
    // The message of the parser quotes the line, which may contain a secret.
    let table: toml::Table = toml::from_str(text).map_err(|error: toml::de::Error| {
        let line =
            error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        format!("{file} line {line}: {}", error.message())
    })?;
    let mut values = BTreeMap::new();
    flatten(&table, &[], file, &mut values)?;
    Ok(Source::new(values))
}

fn flatten(
    table: &toml::Table,
    path: &[&str],
    file: &str,
    values: &mut BTreeMap<String, Given>,
) -> Result<(), String> {
    for (key, value) in table {
        let path = [path, &[key.as_str()]].concat();
        let origin = format!("{} in {file}", path.join("."));
        if let toml::Value::Table(inner) = value {
            flatten(inner, &path, file, values)?;
            continue;
        }
        let value = text_of(value).map_err(|problem| format!("{origin}: {problem}"))?;
        let name = path.join("_").to_ascii_uppercase();
        if let Some(other) = values.insert(name, Given { value, origin: origin.clone() }) {
            return Err(format!("{origin} and {} are the same setting", other.origin));
        }
    }
    Ok(())
}

fn text_of(value: &toml::Value) -> Result<String, String> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Array(elements) if elements.is_empty() => Ok(NO_ELEMENTS.to_owned()),
        toml::Value::Array(elements) => {
            let texts = elements.iter().map(text_of).collect::<Result<Vec<_>, _>>()?;
            if texts.iter().any(|text| text.contains(',')) {
                return Err("an element of a list cannot contain a comma".to_owned());
            }
            Ok(texts.join(","))
        }
        toml::Value::Table(_) => Err("a list cannot contain tables".to_owned()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Float(number) => Ok(number.to_string()),
        toml::Value::Boolean(flag) => Ok(flag.to_string()),
        toml::Value::Datetime(moment) => Ok(moment.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> std::vec::IntoIter<(OsString, OsString)> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect::<Vec<_>>().into_iter()
    }

    fn value(sources: &[Source], name: &str) -> Option<String> {
        sources.iter().find_map(|source| source.get(name)).map(|given| given.value.clone())
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_standard_variables() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"log = 'warn'\notlp_endpoint = 'http://file'\n[database]\nurl = 'sqlite:file'\n")
            .unwrap();
        let path = file.path().to_str().unwrap();
        let sources = load(
            environment(&[
                ("PATCHBAY_CONFIG", path),
                ("PATCHBAY_LOG", "debug"),
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://standard"),
                ("LOG", "of another program"),
            ]),
            None,
        )
        .unwrap();
        assert_eq!(value(&sources, "LOG").as_deref(), Some("debug"));
        assert_eq!(value(&sources, "DATABASE_URL").as_deref(), Some("sqlite:file"));
        assert_eq!(value(&sources, "OTLP_ENDPOINT").as_deref(), Some("http://file"));
    }

    #[test]
    fn a_standard_variable_is_read_under_our_name() {
        let sources = load(environment(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://standard")]), None).unwrap();
        assert_eq!(value(&sources, "OTLP_ENDPOINT").as_deref(), Some("http://standard"));
    }

    #[test]
    fn an_empty_variable_counts_as_not_given() {
        let sources = load(environment(&[("PATCHBAY_LOG", "")]), None).unwrap();
        assert_eq!(value(&sources, "LOG"), None);
    }

    #[test]
    fn the_command_line_names_the_file() {
        let argument = |line: &str| config_argument(line.split(' ').map(OsString::from));
        assert_eq!(argument("patchbay up --config a.toml --open"), Some(PathBuf::from("a.toml")));
        assert_eq!(argument("patchbay --config=a.toml"), Some(PathBuf::from("a.toml")));
        assert_eq!(argument("patchbay up"), None);
        assert_eq!(argument("patchbay run -- --config a.toml"), None);
    }

    #[test]
    fn tables_and_lists_become_names_and_commas() {
        let text = "empty = []\n[egress]\nallow = ['a.test', 'b.test']\nmax = 5\n[egress.deep]\non = true\n";
        let source = toml_source(text, "f").unwrap();
        for (name, expected) in [
            ("EMPTY", "none"),
            ("EGRESS_ALLOW", "a.test,b.test"),
            ("EGRESS_MAX", "5"),
            ("EGRESS_DEEP_ON", "true"),
        ] {
            assert_eq!(source.get(name).unwrap().value, expected);
        }
    }

    #[test]
    fn a_file_that_cannot_be_meant_is_refused_without_quoting_it() {
        for (text, problem) in [
            ("a = 1\nservice_secret = 'hunter2", "f line 2"),
            ("database_url = 'a'\n[database]\nurl = 'b'", "are the same setting"),
            ("list = ['hunter2,b']", "list in f: an element of a list cannot contain a comma"),
            ("[[list]]\na = 'hunter2'", "list in f: a list cannot contain tables"),
        ] {
            let message = toml_source(text, "f").err().expect(text);
            assert!(message.contains(problem), "{message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error =
            load(environment(&[("PATCHBAY_CONFIG", "/nonexistent/patchbay.toml")]), None).err().unwrap();
        assert!(error.to_string().contains("cannot read /nonexistent/patchbay.toml"), "{error}");
    }
}
