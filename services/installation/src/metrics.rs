use patchbay_runtime::metrics::Counter;

patchbay_runtime::metrics! {
    /// What the installation service counts.
    pub struct InstallationMetrics in "installation" {
        /// Apps registered.
        pub apps_created: Counter,
        /// Installations made, those of internal apps included.
        pub installs: Counter,
        /// Installations removed.
        pub uninstalls: Counter,
    }
}
