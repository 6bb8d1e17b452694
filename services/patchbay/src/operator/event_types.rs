//! `patchbay event-types`: custom event types.

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
use super::{answered, as_operator, found, people};

#[derive(Subcommand, Debug)]
pub enum Command {
    /// List custom event types; --json includes their schemas.
    List {
        /// Include the built-in event types.
        #[arg(long)]
        all: bool,
    },
    /// Add an event type. Does nothing if the same type exists already.
    Add {
        #[command(flatten)]
        name: Name,
        /// Scope that an app needs to receive the event, such as project:read. All types of a resource need the same scope.
        #[arg(long)]
        scope: String,
        /// File with a JSON Schema for the data of the event.
        #[arg(long, value_name = "FILE")]
        schema: Option<PathBuf>,
    },
    /// Change an event type; options that are not given keep their value. Events accepted before the change are delivered unchanged.
    Change {
        #[command(flatten)]
        name: Name,
        /// New scope.
        #[arg(long)]
        scope: Option<String>,
        /// File with the new JSON Schema.
        #[arg(long, value_name = "FILE", conflicts_with = "no_schema")]
        schema: Option<PathBuf>,
        /// Remove the schema: any data is accepted.
        #[arg(long)]
        no_schema: bool,
    },
    /// Remove an event type: new events of the type are refused, those accepted before are still delivered.
    Remove {
        #[command(flatten)]
        name: Name,
    },
}

/// The name of an event type.
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
            types.retain(|event_type| all || !event_type.built_in);
            Ok(Output::table(&["type", "scope", "hasSchema", "builtIn"], types.iter().map(json).collect()))
        }
        Command::Add { name, scope, schema } => {
            let (resource, action) = name.parts;
            let schema_json = schema.map(read).transpose()?.unwrap_or_default();
            let event_type = EventType { resource, action, scope, schema_json, built_in: false };
            match get(connection, &event_type.resource, &event_type.action).await? {
                Some(existing) if existing == event_type => {
                    output(&existing, "created", false, "the type exists already:")
                }
                Some(existing) if !existing.built_in => {
                    let name = label(&existing);
                    bail!(
                        "the type {name} exists already with other values; change it with `patchbay event-types change {name}`"
                    )
                }
                // For a built-in type the service refuses with the reason.
                _ => output(&put(connection, event_type).await?, "created", true, "added the type"),
            }
        }
        Command::Change { name, scope, schema, no_schema } => {
            let (resource, action) = name.parts;
            let Some(mut event_type) = get(connection, &resource, &action).await? else {
                bail!("there is no type {resource}.{action}; add it with `patchbay event-types add`")
            };
            event_type.scope = scope.unwrap_or(event_type.scope);
            if let Some(file) = schema {
                event_type.schema_json = read(file)?;
            } else if no_schema {
                event_type.schema_json.clear();
            }
            output(&put(connection, event_type).await?, "changed", true, "changed the type")
        }
        Command::Remove { name } => {
            let (resource, action) = name.parts;
            let name = format!("{resource}.{action}");
            let request = DeleteEventTypeRequest { resource, action };
            let removed =
                found(connection.event_types().delete_event_type(as_operator(request)).await)?.is_some();
            let text = if removed { "removed the type" } else { "there is no type" };
            Ok(Output::new(json!({ "type": name, "removed": removed }), format!("{text} {name}")))
        }
    }
}

async fn list(connection: &Connection) -> anyhow::Result<Vec<EventType>> {
    let mut types = Vec::new();
    loop {
        let request = ListEventTypesRequest { offset: i32::try_from(types.len())?, ..Default::default() };
        let page = answered(connection.event_types().list_event_types(as_operator(request)).await)?;
        types.extend(page.event_types);
        if !page.has_more {
            return Ok(types);
        }
    }
}

async fn get(connection: &Connection, resource: &str, action: &str) -> anyhow::Result<Option<EventType>> {
    let types = list(connection).await?;
    Ok(types
        .into_iter()
        .find(|event_type| (event_type.resource.as_str(), event_type.action.as_str()) == (resource, action)))
}

async fn put(connection: &Connection, event_type: EventType) -> anyhow::Result<EventType> {
    let EventType { resource, action, scope, schema_json, .. } = event_type;
    let request = PutEventTypeRequest { resource, action, scope, schema_json };
    answered(connection.event_types().put_event_type(as_operator(request)).await)
}

/// Reads a schema, which the service validates. An empty file is refused, because an empty schema means "no schema".
fn read(file: PathBuf) -> anyhow::Result<String> {
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    anyhow::ensure!(!text.trim().is_empty(), "{} is empty", file.display());
    Ok(text)
}

fn output(event_type: &EventType, key: &str, value: bool, text: &str) -> anyhow::Result<Output> {
    Ok(Output::new(people::with(json(event_type), key, value)?, format!("{text} {}", label(event_type))))
}

fn label(event_type: &EventType) -> String {
    format!("{}.{}", event_type.resource, event_type.action)
}

fn json(event_type: &EventType) -> Value {
    // An empty text means that there is no schema.
    let schema: Option<Value> = serde_json::from_str(&event_type.schema_json).ok();
    json!({
        "type": label(event_type),
        "resource": event_type.resource,
        "action": event_type.action,
        "scope": event_type.scope,
        "hasSchema": schema.is_some(),
        "schema": schema,
        "builtIn": event_type.built_in,
    })
}
