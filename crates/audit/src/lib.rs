//! Entries of the audit log.
//!
//! An entry is written to the outbox of the transaction that makes the change, so it exists if and only if
//! the change does. The relay publishes it to the topic [`Topic::Audit`](patchbay_bus::Topic::Audit). The
//! tracker stores it once, however often it arrives.
//!
//! ```no_run
//! use patchbay_audit::Entry;
//! use patchbay_domain::{AuditEvent, Caller, Clock};
//!
//! # async fn install(db: patchbay_db::Db, caller: Caller, clock: Clock) -> patchbay_db::Result<()> {
//! let mut tx = db.begin().await?;
//! // … the change itself …
//! let entry = Entry::new(AuditEvent::SentryAppInstall, 7, &caller, clock.now())
//!     .target("installation", "a8e5d37a-696c-4c54-adb5-b3f28d64c7de", "ACME")
//!     .detail("app", "acme");
//! tx.outbox(entry.into_message()).await?;
//! tx.commit().await
//! # }
//! ```
//!
//! An in-process bus confirms a message only after it is consumed. In tests of a service, consume the entries
//! with `patchbay_testkit::audit::AuditTrail`.

mod actor;
mod entry;

pub use entry::Entry;
