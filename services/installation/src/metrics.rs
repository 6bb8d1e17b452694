use patchbay_runtime::metrics::{Counter, Gauge};

patchbay_runtime::metrics! {
    /// Metrics of the installation service.
    pub struct InstallationMetrics in "installation" {
        /// Apps registered.
        pub apps_created: Counter,
        /// Installations made, including those of internal apps.
        pub installs: Counter,
        /// Installations removed.
        pub uninstalls: Counter,
        /// Mails accepted by the mail transport.
        pub mails_sent: Counter,
        /// Failed attempts to send a mail that will be retried.
        pub mail_failures: Counter,
        /// Mails given up after a day of failed attempts; they stay in the table `mails` for 30 days.
        pub mails_given_up: Counter,
        /// Stored secrets not yet encrypted with the current key, as of the last check of this replica.
        pub secrets_to_reencrypt: Gauge,
        /// Stored secrets that this replica re-encrypted with the current key.
        pub secrets_reencrypted: Counter,
    }
}
