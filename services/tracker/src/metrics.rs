use patchbay_runtime::metrics::Counter;

patchbay_runtime::metrics! {
    /// What the tracker counts.
    pub struct TrackerMetrics in "tracker" {
        /// Issues opened.
        pub issues_created: Counter,
    }
}
