//! `patchbay seed`.

use clap::Args;
use serde_json::json;
use tonic::Status;

use super::connection::Connection;
use super::output::Output;
use super::{Options, refused};
use crate::seed;

#[derive(Args, Debug)]
pub struct Arguments {
    #[command(flatten)]
    pub(super) options: Options,
    /// Seed of the random data; the same number creates the same organization.
    #[arg(long, default_value_t = 1)]
    number: u64,
}

pub(super) async fn run(connection: &Connection, arguments: Arguments) -> anyhow::Result<Output> {
    let seeded = seed::create(connection.tracker(), arguments.number).await.map_err(|error| {
        // Prints a refusal in the same way as the other commands.
        error.downcast_ref::<Status>().map(refused).unwrap_or(error)
    })?;
    let text = format!(
        "The organization {} has {} issues, {} errors and {} comments.",
        seeded.organization, seeded.issues, seeded.errors, seeded.comments
    );
    let json = json!({
        "organization": seeded.organization, "issues": seeded.issues, "errors": seeded.errors,
        "comments": seeded.comments,
    });
    Ok(Output::new(json, text))
}
