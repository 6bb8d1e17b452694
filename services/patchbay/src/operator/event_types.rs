//! `patchbay event-types`: kinds of events beside the built-in ones.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use patchbay_proto::installation::{
    DeleteEventTypeRequest, EventType, ListEventTypesRequest, PutEventTypeRequest,
};
use serde_json::{Value, json};

use super::connection::Connection;
use super::output::Output;
use super::{answered, ask, found, people};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// List the operator's own event types; --json has their schemas too.
    List {
        /// Also the built-in ones.
        #[arg(long)]
        all: bool,
    },
    /// Add a type. It may be repeated: one that is there already and is the same is left as it is.
    Add {
        #[command(flatten)]
        name: Name,
        /// Scope that an app needs to be sent it, such as project:read. All types of a resource need the same.
        #[arg(long)]
        scope: String,
        /// File with the JSON Schema that its data have to satisfy.
        #[arg(long, value_name = "FILE")]
        schema: Option<PathBuf>,
    },
    /// Change a type; what is not given stays as it is. Events that were accepted before are delivered as they are.
    Change {
        #[command(flatten)]
        name: Name,
        /// Another scope.
        #[arg(long)]
        scope: Option<String>,
        /// File with another JSON Schema.
        #[arg(long, value_name = "FILE", conflicts_with = "no_schema")]
        schema: Option<PathBuf>,
        /// Take whatever the data are.
        #[arg(long)]
        no_schema: bool,
    },
    /// Remove a type: such events are refused from then on. Those that were accepted before are still delivered.
    Remove {
        #[command(flatten)]
        name: Name,
    },
}

/// A type as people write it.
#[derive(Args, Debug)]
pub struct Name {
    /// Resource and action, such as deploy.finished.
    #[arg(value_name = "RESOURCE.ACTION", value_parser = parts, id = "type")]
    parts: (String, String),
}

fn parts(name: &str) -> Result<(String, String), String> {
    let (resource, action) = name
        .split_once('.')
        .ok_or("a resource and an action with a dot between them, such as deploy.finished")?;
    Ok((resource.to_owned(), action.to_owned()))
}

pub(super) async fn run(connection: &Connection, command: Command) -> anyhow::Result<Output> {
    match command {
        Command::List { all } => {
            let mut types = list(connection).await?;
            types.retain(|one| all || !one.built_in);
            Ok(Output::table(&["type", "scope", "hasSchema", "builtIn"], types.iter().map(json).collect()))
        }
        Command::Add { name, scope, schema } => {
            let (resource, action) = name.parts;
            let schema_json = schema.map(read).transpose()?.unwrap_or_default();
            let wanted = EventType { resource, action, scope, schema_json, built_in: false };
            match get(connection, &wanted.resource, &wanted.action).await? {
                Some(existing) if existing == wanted => {
                    told(&existing, "created", false, "there is already the type")
                }
                Some(existing) if !existing.built_in => {
                    let name = label(&existing);
                    bail!("there is already another {name}; `patchbay event-types change {name}` changes it")
                }
                // Why a built-in one cannot be added is the service's to say.
                _ => told(&put(connection, wanted).await?, "created", true, "added the type"),
            }
        }
        Command::Change { name, scope, schema, no_schema } => {
            let (resource, action) = name.parts;
            let Some(mut wanted) = get(connection, &resource, &action).await? else {
                bail!("there is no {resource}.{action}; `patchbay event-types add` adds it")
            };
            wanted.scope = scope.unwrap_or(wanted.scope);
            if let Some(file) = schema {
                wanted.schema_json = read(file)?;
            } else if no_schema {
                wanted.schema_json.clear();
            }
            told(&put(connection, wanted).await?, "changed", true, "changed the type")
        }
        Command::Remove { name } => {
            let (resource, action) = name.parts;
            let name = format!("{resource}.{action}");
            let asked = DeleteEventTypeRequest { resource, action };
            let removed = found(connection.event_types().delete_event_type(ask(asked)).await)?.is_some();
            let text = if removed { "removed the type" } else { "there is no type" };
            Ok(Output::new(json!({ "type": name, "removed": removed }), format!("{text} {name}")))
        }
    }
}

async fn list(connection: &Connection) -> anyhow::Result<Vec<EventType>> {
    let asked = ListEventTypesRequest {};
    Ok(answered(connection.event_types().list_event_types(ask(asked)).await)?.event_types)
}

async fn get(connection: &Connection, resource: &str, action: &str) -> anyhow::Result<Option<EventType>> {
    let types = list(connection).await?;
    Ok(types.into_iter().find(|one| (one.resource.as_str(), one.action.as_str()) == (resource, action)))
}

async fn put(connection: &Connection, wanted: EventType) -> anyhow::Result<EventType> {
    let EventType { resource, action, scope, schema_json, .. } = wanted;
    let asked = PutEventTypeRequest { resource, action, scope, schema_json };
    answered(connection.event_types().put_event_type(ask(asked)).await)
}

/// What a file holds; whether it is a schema is the service's to say. One that is empty would mean that there is none.
fn read(file: PathBuf) -> anyhow::Result<String> {
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    anyhow::ensure!(!text.trim().is_empty(), "{} is empty", file.display());
    Ok(text)
}

fn told(one: &EventType, key: &str, value: bool, text: &str) -> anyhow::Result<Output> {
    Ok(Output::new(people::with(json(one), key, value)?, format!("{text} {}", label(one))))
}

fn label(one: &EventType) -> String {
    format!("{}.{}", one.resource, one.action)
}

fn json(one: &EventType) -> Value {
    // What is not JSON is not there.
    let schema: Option<Value> = serde_json::from_str(&one.schema_json).ok();
    json!({
        "type": label(one),
        "resource": one.resource,
        "action": one.action,
        "scope": one.scope,
        "hasSchema": schema.is_some(),
        "schema": schema,
        "builtIn": one.built_in,
    })
}
