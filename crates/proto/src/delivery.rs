//! The rules that every delivery satisfies. event-fanout and webhook-sender share them, so that no delivery is handed over that
//! cannot be processed.

use crate::webhook_sender::Delivery;

/// The last microsecond of the year 9999: what every engine can store.
const LATEST: i64 = 253_402_300_799_999_999;

impl Delivery {
    /// The first field that can be neither stored nor sent.
    pub fn unfit_field(&self) -> Option<&'static str> {
        // PostgreSQL takes no NUL in a text, and HTTP none in a header.
        let texts = [
            (&self.resource, "resource"),
            (&self.action, "action"),
            (&self.traceparent, "traceparent"),
            (&self.ordering_key, "ordering_key"),
        ];
        let text = texts.into_iter().find(|(text, _)| text.contains('\0')).map(|(_, field)| field);
        text.or_else(|| (!self.has_fit_time()).then_some("accepted_at"))
    }

    /// Whether every engine can store the time of acceptance.
    pub fn has_fit_time(&self) -> bool {
        (0..=LATEST).contains(&self.accepted_at_micros)
    }
}
