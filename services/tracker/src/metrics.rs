use patchbay_runtime::metrics::Counter;

patchbay_runtime::metrics! {
    /// Metrics of the tracker.
    pub struct TrackerMetrics in "tracker" {
        /// Audit entries stored.
        pub audit_entries: Counter,
        /// Issues opened.
        pub issues_created: Counter,
        /// Errors recorded, without duplicates.
        pub errors_recorded: Counter,
        /// Errors refused because they are invalid.
        pub errors_refused: Counter,
    }
}
