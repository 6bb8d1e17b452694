//! One file for each RPC.

mod encryption;
mod external_actors;
mod inbound;
mod integration_message;
mod integrations;
mod links;
mod organizations;
mod page;
mod setup;
