//! The story: a public app from its registration to its uninstallation, one file for each chapter.

mod alert_rule;
mod comment;
mod events;
mod installation;
mod issue;
mod issue_link;
mod people;
mod registration;
mod retries;
mod token_refresh;
mod uninstallation;

use anyhow::Context;
use bytes::Bytes;
use patchbay_proto::event_fanout::{PublishRequest, Target};
use patchbay_rpc::{Security, request};
use patchbay_webhook_signature::Secret;
use serde_json::{Value, json};

use super::app::App;
use super::printer::Printer;
use super::rest::Rest;
use crate::all_in_one::AllInOne;
use crate::clients::Clients;
use crate::data_folder::DataFolder;

/// The tools of every chapter.
struct Story {
    printer: Printer,
    rest: Rest,
    clients: Clients,
    app: App,
}

/// The personal tokens of the users.
struct People {
    /// Owner of the organization that builds the app.
    owner: String,
    /// Manager of the organization that installs it.
    manager: String,
    /// Reviews apps for the operator.
    reviewer: String,
    /// Id of the organization that installs the app.
    customer_id: i64,
}

/// The registered app.
struct Registered {
    slug: String,
    client_id: String,
    client_secret: String,
    secret: Secret,
}

/// An installation and its token.
struct Installed {
    uuid: String,
    token: String,
    refresh_token: String,
}

/// Plays every chapter on a running Patchbay.
///
/// # Errors
/// The first check that fails.
pub(super) async fn play(running: &AllInOne, data: &DataFolder, printer: Printer) -> anyhow::Result<()> {
    // The product calls Patchbay as it would from another process: over TCP, with the service secret.
    let security = Security::secret(data.secret("service-secret")?);
    let product =
        patchbay_rpc::Target::Url(format!("http://{}", running.grpc.context("there is no gRPC port")?))
            .channel(&security)?;
    let mut story = Story {
        printer,
        rest: Rest::new(&running.base_url)?,
        clients: Clients::new(&product),
        app: App::start().await?,
    };
    let people = story.people_exist().await?;
    let registered = story.an_owner_registers_an_app(&people).await?;
    story.a_reviewer_publishes_it(&people, &registered).await?;
    let (uuid, code) = story.a_manager_installs_it(&people, &registered).await?;
    let installed = story.the_app_exchanges_the_code(&registered, &uuid, &code).await?;
    story.the_app_confirms_the_installation(&installed).await?;
    story.an_issue_reaches_the_app(&registered, &installed).await?;
    story.published_events_arrive_unchanged(&people, &registered, &installed).await?;
    story.a_failing_app_gets_the_same_bytes_again(&people, &registered).await?;
    story.the_request_log_shows_it(&people, &registered).await?;
    let issue = story.an_alert_rule_notifies_the_app(&people, &registered, &installed).await?;
    story.the_issue_is_linked_to_one_of_the_apps(&people, &registered, &installed, &issue).await?;
    story.a_comment_reaches_the_app(&people, &registered, &issue).await?;
    let installed = story.the_token_is_refreshed(&registered, installed).await?;
    story.the_manager_uninstalls_it(&people, &registered, &installed).await?;
    story.printer.done();
    Ok(())
}

impl Story {
    /// Publishes an event of Globex and returns its id.
    async fn publish(
        &self,
        people: &People,
        resource: &str,
        action: &str,
        data: &str,
        targets: Vec<Target>,
    ) -> anyhow::Result<String> {
        let event = PublishRequest {
            organization_id: people.customer_id,
            resource: resource.to_owned(),
            action: action.to_owned(),
            data_json: Bytes::copy_from_slice(data.as_bytes()),
            targets,
            ..Default::default()
        };
        Ok(self.clients.events.clone().publish(request(event)).await?.into_inner().event_id)
    }
}

impl Registered {
    /// The body of a token request: the app's credentials and the fields of the grant.
    fn grant(&self, grant: Value) -> Value {
        let mut body = json!({"client_id": self.client_id, "client_secret": self.client_secret});
        if let (Value::Object(body), Value::Object(grant)) = (&mut body, grant) {
            body.extend(grant);
        }
        body
    }
}
