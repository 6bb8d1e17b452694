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
    /// Which organization; the same number gives the same one.
    #[arg(long, default_value_t = 1)]
    number: u64,
}

pub(super) async fn run(connection: &Connection, arguments: Arguments) -> anyhow::Result<Output> {
    let planted = seed::plant(connection.tracker(), arguments.number).await.map_err(|error| {
        // In the words that the other commands have for a refusal.
        error.downcast_ref::<Status>().map(refused).unwrap_or(error)
    })?;
    let text = format!(
        "The organization {} has {} issues, {} errors and {} comments.",
        planted.organization, planted.issues, planted.errors, planted.comments
    );
    let json = json!({
        "organization": planted.organization, "issues": planted.issues, "errors": planted.errors,
        "comments": planted.comments,
    });
    Ok(Output::new(json, text))
}
