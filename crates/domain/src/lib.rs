//! The words of Patchbay: what every service means by an id, a scope, a role, a caller, an event, an error.
//!
//! Everything here is plain data and plain decisions. The crate knows no runtime, no database, no
//! broker and no wire protocol, so each decision is tested without any of them.

pub mod actor;
pub mod audit_event;
pub mod caller;
pub mod canonical_json;
pub mod clock;
pub mod component_url;
pub mod email;
pub mod error;
pub mod event;
pub mod feature;
pub mod ids;
pub mod role;
pub mod scope;
pub mod sealed;
pub mod secret;
pub mod shortened;
pub mod slug;
pub mod token;

pub use actor::Actor;
pub use audit_event::AuditEvent;
pub use caller::{AppCaller, Caller, Membership, UserCaller};
pub use clock::{Clock, ManualClock};
pub use email::EmailAddress;
pub use error::{Error, ErrorKind, FieldViolation, Result};
pub use event::EventType;
pub use role::Role;
pub use scope::{Scope, ScopeSet};
pub use secret::{SecretBytes, SecretString};
pub use shortened::shortened;
