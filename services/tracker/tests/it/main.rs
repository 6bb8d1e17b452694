//! Tests of the running service: in process, through a real channel, on both engines.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod alerts;
mod assigning;
mod audit;
mod bad_input;
mod belongings;
mod closed_membership;
mod comments;
mod deleting;
mod errors;
mod events;
mod followed;
mod invitations;
mod issues;
mod kinds;
mod listing;
mod marks;
mod members;
mod node;
mod organizations;
mod paging;
mod projects;
mod published;
mod schema;
mod searching;
mod service;
mod snowflakes;
mod status;
mod tickets;
mod users;
