//! The shared vocabulary of all services: ids, scopes, roles, callers, events, errors.
//!
//! It consists of plain data and plain decisions. The crate has no runtime, database, broker or wire
//! protocol, so every decision is tested without them.

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
pub mod grant_code;
pub mod ids;
pub mod invisible;
pub mod random;
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
pub use random::Random;
pub use role::Role;
pub use scope::{Scope, ScopeSet};
pub use secret::{SecretBytes, SecretString};
pub use shortened::shortened;
