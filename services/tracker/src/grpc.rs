//! The gRPC services: a folder for each, a file for each RPC.
//!
//! Each RPC converts its request, decides in `domain`, stores, commits and converts the response.

mod alerts;
mod audit;
mod directory;
mod issues;
mod named;
mod own_memberships;
mod projects;
mod visible_projects;

pub(crate) use own_memberships::OwnMemberships;
