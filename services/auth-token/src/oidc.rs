//! The configured OpenID Connect provider.

mod http;
mod provider;

pub(crate) use provider::Provider;
