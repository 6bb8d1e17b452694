//! The services this one calls. Calls are made in our own name: what the caller may do is decided here.

mod directory;
mod projects;
mod tokens;

pub(crate) use directory::Directory;
pub(crate) use projects::Projects;
pub(crate) use tokens::Tokens;
