use patchbay_runtime::metrics::Counter;

patchbay_runtime::metrics! {
    /// What the tracker counts.
    pub struct TrackerMetrics in "tracker" {
        /// Entries of the audit log that were stored.
        pub audit_entries: Counter,
        /// Issues opened.
        pub issues_created: Counter,
        /// Errors recorded, those that were sent twice counted once.
        pub errors_recorded: Counter,
    }
}
