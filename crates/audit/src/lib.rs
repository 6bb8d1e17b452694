//! Entries of the audit log, written by whoever changes something.
//!
//! An entry goes into the outbox of the transaction that makes the change, so that there is one exactly when there
//! was a change. The relay carries it to the topic [`Topic::Audit`](patchbay_bus::Topic::Audit); the tracker keeps it, once,
//! however often it arrives.
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
//! In tests of a service nobody keeps the entries, and an in-process bus confirms a message only when it was consumed:
//! follow them with `patchbay_testkit::audit::AuditTrail`.

mod actor;
mod entry;

pub use entry::Entry;
