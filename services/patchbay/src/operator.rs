//! The operator's commands for organizations, users, tokens, apps and keys.
//!
//! They call the services over gRPC and never open a database themselves. [`connection`] finds the services: a deployment, the
//! `patchbay up` that runs on a data folder, or services started in this process for the command.

mod apps;
mod arguments;
mod connection;
mod event_types;
mod keys;
mod members;
mod organizations;
mod output;
mod people;
mod publish_requests;
mod seed;
mod sign_in_link;
mod tokens;
mod users;

use std::fmt;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use patchbay_domain::{Caller, Error, ErrorKind};
use patchbay_rpc::{request_as, status};
use patchbay_runtime::Settings;
use tonic::{Request, Response, Status};

use connection::Connection;
use output::Output;

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Create, list and change organizations.
    Organizations(With<organizations::Command>),
    /// Create, list and change users.
    Users(With<users::Command>),
    /// Add, list and remove members of an organization, and set their roles.
    Members(With<members::Command>),
    /// Create, list and revoke personal tokens of users.
    Tokens(With<tokens::Command>),
    /// Create a link that signs a user in once.
    SignInLink(sign_in_link::Arguments),
    /// List, approve and reject requests to publish an app.
    PublishRequests(With<publish_requests::Command>),
    /// List, disable and enable apps.
    Apps(With<apps::Command>),
    /// List, add, change and remove custom event types.
    EventTypes(With<event_types::Command>),
    /// Show which encryption keys the stored secrets use.
    Keys(With<keys::Command>),
    /// Create an organization with sample users, projects, errors, comments and alert rules.
    Seed(seed::Arguments),
}

/// The subcommands about one kind of thing.
#[derive(Args, Debug)]
pub struct With<C: Subcommand> {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: C,
}

/// Options of every operator command.
#[derive(Args, Debug, Clone, Default)]
pub struct Options {
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
    /// Data folder of a `patchbay up`, which need not be running. Without this option: the deployment that PATCHBAY_TRACKER_URL belongs to, or .patchbay if it is not set.
    #[arg(long, value_name = "FOLDER", global = true)]
    data_dir: Option<PathBuf>,
}

/// Runs a command and prints the result.
///
/// # Errors
/// Invalid settings, an unreachable service, a refusal by a service.
pub async fn run(settings: Settings, command: Command) -> anyhow::Result<()> {
    let Options { json, data_dir } = command.options().clone();
    let connection = Connection::open(settings, data_dir).await?;
    let done = perform(&connection, command).await;
    let place = connection.place.clone();
    // Also after a refusal: services that run in this process have to stop in order.
    connection.close().await?;
    let is_away = |error: &anyhow::Error| {
        error.downcast_ref::<Refusal>().is_some_and(|refusal| refusal.0.kind == ErrorKind::Unavailable)
    };
    match done {
        Err(error) if is_away(&error) => Err(error.context(format!("asked {place}"))),
        done => done?.print(json),
    }
}

async fn perform(connection: &Connection, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::Organizations(with) => organizations::run(connection, with.command).await,
        Command::Users(with) => users::run(connection, with.command).await,
        Command::Members(with) => members::run(connection, with.command).await,
        Command::Tokens(with) => tokens::run(connection, with.command).await,
        Command::SignInLink(arguments) => sign_in_link::run(connection, arguments).await,
        Command::PublishRequests(with) => publish_requests::run(connection, with.command).await,
        Command::Apps(with) => apps::run(connection, with.command).await,
        Command::EventTypes(with) => event_types::run(connection, with.command).await,
        Command::Keys(with) => keys::run(connection, with.command).await,
        Command::Seed(arguments) => seed::run(connection, arguments).await,
    }
}

impl Command {
    fn options(&self) -> &Options {
        match self {
            Self::Organizations(with) => &with.options,
            Self::Users(with) => &with.options,
            Self::Members(with) => &with.options,
            Self::Tokens(with) => &with.options,
            Self::SignInLink(arguments) => &arguments.options,
            Self::PublishRequests(with) => &with.options,
            Self::Apps(with) => &with.options,
            Self::EventTypes(with) => &with.options,
            Self::Keys(with) => &with.options,
            Self::Seed(arguments) => &arguments.options,
        }
    }
}

/// A request in the operator's name.
fn as_operator<M>(message: M) -> Request<M> {
    request_as(&Caller::Operator, message)
}

/// The response, or the refusal as a readable error.
fn answered<M>(answer: Result<Response<M>, Status>) -> anyhow::Result<M> {
    answer.map(Response::into_inner).map_err(|refusal| refused(&refusal))
}

/// The response, or `None` if the service answers "not found".
fn found<M>(answer: Result<Response<M>, Status>) -> anyhow::Result<Option<M>> {
    match answer {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(refusal) if refusal.code() == tonic::Code::NotFound => Ok(None),
        Err(refusal) => Err(refused(&refusal)),
    }
}

fn refused(refusal: &Status) -> anyhow::Error {
    Refusal(status::to_error(refusal)).into()
}

/// The error with which a service refused a request, as a message for the terminal.
#[derive(Debug)]
struct Refusal(Error);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error { message, reason, fields, .. } = &self.0;
        if fields.is_empty() {
            return write!(f, "{message} ({reason})");
        }
        let fields = fields.iter().map(|field| format!("{}: {}", field.field, field.messages.join(" ")));
        write!(f, "{} ({reason})", fields.collect::<Vec<_>>().join("; "))
    }
}

impl std::error::Error for Refusal {}
