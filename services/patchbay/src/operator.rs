//! The operator's commands: organizations, people, tokens, reviews, at the command line.
//!
//! They say what they want over gRPC, as every service does, and never touch a database by themselves. [`connection`] finds out
//! where: in a deployment, in the `patchbay up` that runs on a folder, or in one started here for the moment.

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

/// A command of the operator.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Found organizations, list and change them.
    Organizations(With<organizations::Command>),
    /// Register users, list and change them.
    Users(With<users::Command>),
    /// Say who is what in an organization.
    Members(With<members::Command>),
    /// Make, list and revoke personal tokens of users.
    Tokens(With<tokens::Command>),
    /// Make a link with which a user signs in, once.
    SignInLink(sign_in_link::Arguments),
    /// List, approve and reject requests to publish an app.
    PublishRequests(With<publish_requests::Command>),
    /// List, disable and enable apps.
    Apps(With<apps::Command>),
    /// List, add, change and remove event types beside the built-in ones.
    EventTypes(With<event_types::Command>),
    /// Tell how far the encryption of stored secrets with a new key is.
    Keys(With<keys::Command>),
    /// Fill a new organization with people, projects, errors, comments and rules, to look at or to try things on.
    Seed(seed::Arguments),
}

/// One of several commands about the same things.
#[derive(Args, Debug)]
pub struct With<C: Subcommand> {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: C,
}

/// What every command of the operator takes.
#[derive(Args, Debug, Clone, Default)]
pub struct Options {
    /// Print JSON, for scripts.
    #[arg(long, global = true)]
    json: bool,
    /// Folder of a `patchbay up`, running or not. Without it: the deployment whose PATCHBAY_TRACKER_URL is set, else .patchbay.
    #[arg(long, value_name = "FOLDER", global = true)]
    data_dir: Option<PathBuf>,
}

/// Runs a command and prints what came of it.
///
/// # Errors
/// Wrong settings, services that cannot be reached, and whatever they refuse.
pub async fn run(settings: Settings, command: Command) -> anyhow::Result<()> {
    let Options { json, data_dir } = command.options().clone();
    let connection = Connection::open(settings, data_dir).await?;
    let done = perform(&connection, command).await;
    let place = connection.place.clone();
    // Also after a refusal: what runs here for the moment has to end in order.
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
fn ask<M>(message: M) -> Request<M> {
    request_as(&Caller::Operator, message)
}

/// The answer, or the refusal in words for people.
fn answered<M>(answer: Result<Response<M>, Status>) -> anyhow::Result<M> {
    answer.map(Response::into_inner).map_err(|refusal| refused(&refusal))
}

/// The answer, or `None` when the thing is not there.
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

/// Why a service did not do what it was asked.
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
