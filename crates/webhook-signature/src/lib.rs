#![doc = include_str!("../README.md")]

pub mod header;
mod secret;
mod signing;
mod verify;

pub use secret::{Secret, SecretError};
pub use signing::{Signer, SigningKey};
pub use verify::{DEFAULT_TOLERANCE, Verifier, VerifyError};
