//! Settings: `PATCHBAY_*` environment variables and an optional TOML file. Each setting is declared where it
//! is read.
//!
//! ```
//! use patchbay_runtime::Settings;
//! use std::{net::SocketAddr, time::Duration};
//!
//! struct Config { listen: SocketAddr, drain: Duration, proxies: Vec<String> }
//!
//! impl Config {
//!     fn read(s: &Settings) -> Self {
//!         let s = s.section("Server");
//!         Self {
//!             listen: s.get("GRPC_LISTEN", "127.0.0.1:50051", "Address the gRPC server listens on."),
//!             drain: s.get("DRAIN_TIMEOUT", "30s", "How long running calls may take to end at a stop."),
//!             proxies: s.get("TRUSTED_PROXIES", "", "Hosts whose forwarding headers are believed."),
//!         }
//!     }
//! }
//!
//! let settings = Settings::from_pairs([("DRAIN_TIMEOUT", "5s"), ("TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2")]);
//! let config = Config::read(&settings);
//! settings.finish()?;
//! assert_eq!(config.drain, Duration::from_secs(5));
//! assert_eq!(config.proxies.len(), 2);
//! # assert_eq!(config.listen.port(), 50051);
//! # Ok::<(), patchbay_runtime::SettingsError>(())
//! ```
//!
//! The setting `DATABASE_URL` is given by `PATCHBAY_DATABASE_URL`, or in the file by `url` in `[database]`. A
//! secret can be given by a file that contains it, `PATCHBAY_SERVICE_SECRET_FILE`. The environment takes
//! precedence over the file, and the file over defaults. An empty value counts as not given, so that compose
//! files can pass variables on; the word `none` is the empty list. Reading does not fail immediately: all problems are collected for
//! [`Settings::finish`].

mod byte_size;
mod duration;
mod problem;
mod reading;
mod reference;
mod source;
mod unknown;
mod value;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use byte_size::ByteSize;
pub use duration::{format_duration, parse_duration};
pub use problem::SettingsError;
pub use reference::{Declaration, Default, Reference};
pub use value::Setting;

use source::Source;

/// The settings of a process and the record of their declarations. Clones share both.
#[derive(Clone)]
pub struct Settings {
    sources: Arc<Vec<Source>>,
    record: Arc<Mutex<Record>>,
    section: Arc<str>,
    overrides: Arc<BTreeMap<String, String>>,
}

#[derive(Default)]
struct Record {
    reference: Reference,
    problems: Vec<String>,
}

impl Settings {
    /// Reads the environment, and the TOML file that `--config` on the command line or `PATCHBAY_CONFIG`
    /// names.
    ///
    /// # Errors
    /// The file cannot be read or is not TOML, or a variable is not UTF-8.
    pub fn load() -> Result<Self, SettingsError> {
        Self::load_with(source::config_argument(std::env::args_os()))
    }

    /// As [`Settings::load`], for a program that has parsed its command line.
    ///
    /// # Errors
    /// As for [`Settings::load`].
    pub fn load_with(config: Option<PathBuf>) -> Result<Self, SettingsError> {
        source::load(std::env::vars_os(), config).map(Self::new)
    }

    /// Settings from pairs, for tests and for embedding. Names are those of the declarations; `_FILE` works
    /// as in the environment. No other source is read.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self::new(vec![Source::pairs(pairs.into_iter().map(|(name, value)| (name.into(), value.into())))])
    }

    fn new(sources: Vec<Source>) -> Self {
        let settings = Self {
            sources: Arc::new(sources),
            record: Arc::default(),
            section: Arc::from("General"),
            overrides: Arc::default(),
        };
        let meaning = "TOML file with settings; `--config` on the command line does the same.";
        let _: Option<PathBuf> = settings.optional("CONFIG", meaning);
        settings
    }

    /// The same settings. Declarations through the result appear in this section of the reference. Names are
    /// not affected.
    pub fn section(&self, title: &str) -> Self {
        Self { section: Arc::from(title), ..self.clone() }
    }

    /// The same settings with another default for `name`, in the result and the handles that are made from
    /// it. A binary that embeds a service uses it to choose defaults. It applies to every kind of setting.
    pub fn with_default_override(&self, name: &str, default: impl Into<String>) -> Self {
        let mut overrides = BTreeMap::clone(&self.overrides);
        overrides.insert(name.to_owned(), default.into());
        Self { overrides: Arc::new(overrides), ..self.clone() }
    }

    /// Records a problem that concerns several settings, such as one setting that requires another.
    pub fn problem(&self, problem: impl Into<String>) {
        self.record().problems.push(problem.into());
    }

    /// Completes the reading, after all settings have been declared.
    ///
    /// # Errors
    /// All problems, including undeclared names: most of these are misspellings, and a setting without effect
    /// is worse than a process that does not start.
    pub fn finish(&self) -> Result<(), SettingsError> {
        let unknown = self.unknown();
        SettingsError::unless_empty(self.record().problems.iter().cloned().chain(unknown).collect())
    }

    /// As [`Settings::finish`], for a process that shares environment or file with others. Returns a sentence
    /// for each undeclared name, to be logged.
    ///
    /// # Errors
    /// All problems except undeclared names.
    pub fn finish_sharing(&self) -> Result<Vec<String>, SettingsError> {
        SettingsError::unless_empty(self.record().problems.clone())?;
        Ok(self.unknown())
    }

    /// All declarations so far, in order.
    pub fn reference(&self) -> Reference {
        self.record().reference.clone()
    }

    /// The reference as Markdown, with a heading and a table for each section.
    pub fn reference_markdown(&self) -> String {
        self.record().reference.markdown()
    }

    fn unknown(&self) -> Vec<String> {
        let names = self.record().reference.names();
        self.sources.iter().flat_map(|source| unknown::problems(source, &names)).collect()
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Prints only names, because values may be secret.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given: Vec<_> = self.sources.iter().flat_map(Source::names).collect();
        f.debug_struct("Settings")
            .field("section", &self.section)
            .field("given", &given)
            .finish_non_exhaustive()
    }
}
