//! Integrations with outside trackers: setup, links from issues to tickets, synchronisation in both directions.
//!
//! [`provider`] is what a kind of tracker has to answer; [`providers`] is the list of those that are built in. Everything else names no
//! provider.

pub mod provider;
pub mod providers;
