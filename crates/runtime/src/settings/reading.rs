//! Methods that declare a setting and read it.

use std::fs;

use patchbay_domain::SecretString;

use super::source::Given;
use super::{Declaration, Default, Setting, Settings};

impl Settings {
    /// A setting with a default in text form. A value that cannot be parsed is recorded for
    /// [`Settings::finish`], and the default is returned.
    ///
    /// # Panics
    /// If `default` cannot be parsed, which any test that reads the settings detects.
    pub fn get<T: Setting>(&self, name: &str, default: &str, meaning: &str) -> T {
        let default_given = self.overrides.get(name).map_or(default, String::as_str);
        self.declare::<T>(name, Default::Value(default_given.to_owned()), meaning, false);
        self.given(name)
            .and_then(|given| self.parse(&given))
            .or_else(|| T::parse(default_given).ok())
            .unwrap_or_else(|| panic!("the default {default_given:?} of {name} is not {}", T::kind()))
    }

    /// An optional setting.
    pub fn optional<T: Setting>(&self, name: &str, meaning: &str) -> Option<T> {
        self.declare::<T>(name, self.overridden(name, Default::None), meaning, false);
        self.given_or_overridden(name).and_then(|given| self.parse(&given))
    }

    /// A required setting. `example` is shown in the reference and in the error message, and is returned in
    /// place of a missing value.
    ///
    /// # Panics
    /// If `example` cannot be parsed.
    pub fn required<T: Setting>(&self, name: &str, example: &str, meaning: &str) -> T {
        let without = self.overridden(name, Default::Required { example: example.to_owned() });
        self.declare::<T>(name, without, meaning, false);
        let given = self.given_or_overridden(name);
        if given.is_none() {
            self.problem(format!("PATCHBAY_{name} is missing (for example {example:?}): {meaning}"));
        }
        given
            .and_then(|given| self.parse(&given))
            .or_else(|| T::parse(example).ok())
            .unwrap_or_else(|| panic!("the example {example:?} of {name} is not {}", T::kind()))
    }

    /// An optional secret, also from a file that `<name>_FILE` names. Its value is never shown.
    pub fn secret(&self, name: &str, meaning: &str) -> Option<SecretString> {
        self.declare::<String>(name, self.overridden(name, Default::None), meaning, true);
        self.given_secret(name)
    }

    /// Several secrets, separated by commas or line breaks; also from a file. Their values are never shown.
    pub fn secrets(&self, name: &str, meaning: &str) -> Vec<SecretString> {
        let given = self.secret(name, meaning);
        let parts = given.iter().flat_map(|secrets| secrets.expose().split([',', '\n']));
        parts.map(str::trim).filter(|part| !part.is_empty()).map(SecretString::new).collect()
    }

    /// A required secret; empty in place of a missing value.
    pub fn required_secret(&self, name: &str, meaning: &str) -> SecretString {
        let without = self.overridden(name, Default::Required { example: String::new() });
        self.declare::<String>(name, without, meaning, true);
        // A secret file that cannot be read is reported as such and not as a missing secret.
        if !self.is_given(name) {
            self.problem(format!("PATCHBAY_{name} or PATCHBAY_{name}_FILE is missing: {meaning}"));
        }
        self.given_secret(name).unwrap_or_else(|| SecretString::new(""))
    }

    /// A secret with a default, for addresses that contain a password only in some deployments.
    pub fn secret_or(&self, name: &str, default: &str, meaning: &str) -> SecretString {
        self.declare::<String>(
            name,
            self.overridden(name, Default::Value(default.to_owned())),
            meaning,
            true,
        );
        self.given_secret(name).unwrap_or_else(|| SecretString::new(default))
    }

    fn declare<T: Setting>(&self, name: &str, default: Default, meaning: &str, secret: bool) {
        let kind = if secret { "secret".to_owned() } else { T::kind() };
        self.record().reference.add(Declaration {
            section: self.section.to_string(),
            name: name.to_owned(),
            kind,
            default,
            meaning: meaning.to_owned(),
            secret,
        });
    }

    fn overridden(&self, name: &str, declared: Default) -> Default {
        self.overrides.get(name).cloned().map_or(declared, Default::Value)
    }

    fn given(&self, name: &str) -> Option<Given> {
        self.sources.iter().find_map(|source| source.get(name)).cloned()
    }

    fn given_or_overridden(&self, name: &str) -> Option<Given> {
        let default =
            || Given { value: self.overrides[name].clone(), origin: format!("the default of {name}") };
        self.given(name).or_else(|| self.overrides.contains_key(name).then(default))
    }

    fn is_given(&self, name: &str) -> bool {
        let file = format!("{name}_FILE");
        self.given_or_overridden(name).is_some() || self.given(&file).is_some()
    }

    fn parse<T: Setting>(&self, given: &Given) -> Option<T> {
        let Given { value, origin } = given;
        T::parse(value)
            .inspect_err(|problem| {
                // The value may contain a password even if it is not declared as a secret.
                let shown = if value.contains('@') { String::new() } else { format!(" = {value:?}") };
                self.problem(format!("{origin}{shown}: {problem}"));
            })
            .ok()
    }

    fn given_secret(&self, name: &str) -> Option<SecretString> {
        let file_name = format!("{name}_FILE");
        for source in self.sources.iter() {
            match (source.get(name), source.get(&file_name)) {
                (None, None) => {}
                (Some(given), None) => return Some(SecretString::new(given.value.as_str())),
                (None, Some(file)) => return self.secret_file(file),
                (Some(given), Some(file)) => {
                    self.problem(format!("{} and {} exclude each other", given.origin, file.origin));
                    return None;
                }
            }
        }
        self.overrides.get(name).map(|default| SecretString::new(default.as_str()))
    }

    fn secret_file(&self, file: &Given) -> Option<SecretString> {
        let Given { value: path, origin } = file;
        match fs::read_to_string(path) {
            Ok(text) if text.trim_end_matches(['\r', '\n']).is_empty() => {
                self.problem(format!("{origin}: the file {path} is empty"));
                None
            }
            Ok(text) => Some(SecretString::new(text.trim_end_matches(['\r', '\n']))),
            Err(error) => {
                self.problem(format!("{origin}: cannot read {path}: {error}"));
                None
            }
        }
    }
}
