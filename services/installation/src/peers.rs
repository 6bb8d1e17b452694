//! Clients of other services. Calls are made as this service, because it has already authorized the caller.

mod directory;
mod projects;
mod tokens;

pub(crate) use directory::Directory;
pub(crate) use projects::Projects;
pub(crate) use tokens::Tokens;
