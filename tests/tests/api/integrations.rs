//! Integrations with outside trackers, to the letter. The tracker is in memory.

mod browser;
mod names;
mod settings;
mod setup;
mod tickets;

use serde_json::{Value, json};

use crate::people::HOME;
use crate::server::{Answer, Server};
use crate::who::Who;
use crate::world::World;

/// Calls in the name of the owner of [`HOME`].
struct Owner<'w> {
    world: World<'w>,
    token: String,
}

impl<'w> Owner<'w> {
    async fn new(server: &'w Server) -> Self {
        let world = World::new(server).await;
        let token = world.fixtures.apps.owner_token().to_owned();
        Self { world, token }
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let path = format!("/api/0/{path}");
        self.world.server.call(method, &path, &self.token, body.as_ref()).await
    }

    /// As [`Owner::call`], below [`HOME`].
    async fn home(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call(method, &format!("organizations/{HOME}/{path}"), body).await
    }

    /// The id of a new integration with this host.
    async fn connected(&self, host: &str) -> String {
        let path = "pipeline/integration_pipeline/";
        self.home("POST", path, Some(json!({ "action": "initialize", "provider": "slate" }))).await;
        self.home("POST", path, Some(json!({ "host": host, "secret": "hush-hush" }))).await;
        let done = self.home("POST", path, Some(json!({ "answer": "yes" }))).await.json();
        done["data"]["id"].as_str().unwrap().to_owned()
    }

    /// The id of a new issue.
    async fn issue(&self) -> String {
        let operations = self.world.description.operations();
        let get = operations.iter().find(|operation| operation.id == "get_issue").unwrap();
        let thing = self.world.fixtures.fresh(get, None).await;
        thing.path.trim_end_matches('/').rsplit('/').next().unwrap().to_owned()
    }
}

/// The part of an integration that is shown everywhere, without its braces.
fn short(id: &str, host: &str) -> String {
    format!(
        r#""id":"{id}","name":"Our slate","icon":null,"domainName":"{host}","accountType":null,"scopes":null,"outOfDate":null,"missingFeatures":null,"status":"active","provider":{{"key":"slate","slug":"slate","name":"Slate","canAdd":true,"canDisable":false,"features":["issue-basic","issue-sync","ticket-rules","user-mapping"],"aspects":{{}}}}"#
    )
}

/// The owner in a browser.
fn owner(world: &World<'_>) -> Who {
    Who::Session(world.people.named("owner").clone())
}
