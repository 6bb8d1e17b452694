use patchbay_runtime::metrics::{Counter, Gauge};

patchbay_runtime::metrics! {
    /// What the installation service counts.
    pub struct InstallationMetrics in "installation" {
        /// Apps registered.
        pub apps_created: Counter,
        /// Installations made, those of internal apps included.
        pub installs: Counter,
        /// Installations removed.
        pub uninstalls: Counter,
        /// Mails that a mail server, or whatever stands in for one, accepted.
        pub mails_sent: Counter,
        /// Tries to hand over a mail that failed and will be repeated.
        pub mail_failures: Counter,
        /// Mails that nobody accepted within a day; they stay in the table `mails` for 30 days.
        pub mails_given_up: Counter,
        /// Stored secrets that are not encrypted with the current key yet, as this replica last saw it.
        pub secrets_to_reencrypt: Gauge,
        /// Stored secrets that this replica has encrypted with the current key instead of another one.
        pub secrets_reencrypted: Counter,
    }
}
