//! An operation under attack, by a caller who is allowed to call it.

use std::time::Duration;

use futures::{StreamExt, stream};
use serde_json::Value;
use tokio::time::interval;

use crate::fixtures::Thing;
use crate::operation::{Operation, Rule};
use crate::people::HOME;
use crate::server::{Answer, Server};
use crate::who::{Outcome, Who};
use crate::world::World;

/// Operations that are attacked concurrently.
const AT_ONCE: usize = 8;

/// Time between two requests of those who work on during an attack.
const PACE: Duration = Duration::from_millis(100);

/// Refusals of HTTP, which are the same for every operation.
const OF_HTTP: [u16; 4] = [413, 414, 415, 431];

/// Attacks each of these operations, and fails with everything that went wrong.
pub(crate) async fn on_each<'w, F>(world: &'w World<'_>, operations: Vec<Operation>, attack: F)
where
    F: AsyncFn(&mut Target<'w>) -> usize,
{
    let attacked = stream::iter(operations).map(async |operation| {
        let mut target = Target::new(world, operation).await;
        let tried = attack(&mut target).await;
        (tried, target.wrong)
    });
    let outcomes: Vec<_> = attacked.buffer_unordered(AT_ONCE).collect().await;
    let tried: usize = outcomes.iter().map(|(tried, _)| tried).sum();
    let wrong: Vec<_> = outcomes.into_iter().flat_map(|(_, wrong)| wrong).collect();
    let first: Vec<_> = wrong.iter().take(60).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {tried} went wrong:\n{}", wrong.len(), first.join("\n"));
    assert!(tried > 0);
}

/// One operation, its caller and something that it applies to.
pub(crate) struct Target<'w> {
    pub(crate) world: &'w World<'w>,
    pub(crate) operation: Operation,
    pub(crate) thing: Thing,
    who: Who,
    wrong: Vec<String>,
}

impl<'w> Target<'w> {
    async fn new(world: &'w World<'_>, operation: Operation) -> Self {
        let who = allowed(world, &operation);
        let thing = world.fresh(&operation, &who).await;
        Self { world, operation, thing, who, wrong: Vec::new() }
    }

    /// Sends this body to the thing.
    pub(crate) async fn send(&mut self, what: &str, body: String) -> Answer {
        let path = self.thing.path.clone();
        self.send_bytes(what, &path, &[("content-type", "application/json")], body.into_bytes()).await
    }

    /// Sends a request as the caller. It must get an answer that is described and no failure of ours.
    pub(crate) async fn send_bytes(
        &mut self,
        what: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut all = self.world.credentials(&self.thing, &self.who).await;
        all.extend(headers.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let answer = self.world.server.send_bytes(&self.operation.method, path, &all, body).await;
        if let Err(problem) = self.judge(&answer) {
            self.fails(what, &problem, &answer);
        }
        if answer.status < 400 && self.operation.method != "GET" {
            self.renew().await;
        }
        answer
    }

    /// Makes the next request succeed as well; a fresh thing costs several requests, and few operations use one up.
    async fn renew(&mut self) {
        // A comment belongs to its author, who is the caller here.
        if self.operation.method == "PUT" && self.operation.names().any(|name| name == "comment") {
            return;
        }
        self.thing = match self.world.fixtures.again(&self.operation, &self.thing).await {
            Some(thing) => thing,
            None => self.world.fresh(&self.operation, &self.who).await,
        };
    }

    fn judge(&self, answer: &Answer) -> Result<(), String> {
        match answer.status {
            500.. => Err("is a failure of ours".to_owned()),
            status if OF_HTTP.contains(&status) => {
                let detail = serde_json::from_str::<Value>(&answer.body).unwrap_or_default();
                detail["detail"].as_str().map(drop).ok_or_else(|| "has no detail".to_owned())
            }
            _ => self.world.description.compare(&self.operation, answer),
        }
    }

    /// The thing as the answer to a successful request and the API then show it.
    pub(crate) async fn shown(&self, answer: &Answer) -> Vec<Value> {
        let credentials = self.world.credentials(&self.thing, &self.who).await;
        let shown = self.world.server.send("GET", &self.readable(), &credentials, None).await;
        assert_eq!(shown.status, 200, "{}: {shown:?}", self.operation.id);
        let mut answers = vec![answer, &shown];
        let reviewer = Who::Session(self.world.people.named("superuser").clone());
        let credentials = self.world.credentials(&self.thing, &reviewer).await;
        let requests;
        if self.operation.id == "request_publication" {
            requests = self.world.server.send("GET", "/api/0/publish-requests/", &credentials, None).await;
            answers.push(&requests);
        }
        answers.into_iter().map(|answer| serde_json::from_str(&answer.body).unwrap_or_default()).collect()
    }

    /// The address of the thing, or of what it belongs to if it has none.
    fn readable(&self) -> String {
        let (path, query) = self.thing.path.split_once('?').unwrap_or((&self.thing.path, ""));
        // Lists do not show every issue.
        if let Some(issue) = query.strip_prefix("id=") {
            return format!("/api/0/issues/{issue}/");
        }
        let (mut template, mut path) = (self.operation.path.as_str(), path);
        while self.world.description.document["paths"][template]["get"].is_null() {
            let parent = |path: &str| path.trim_end_matches('/').rfind('/').unwrap() + 1;
            (template, path) = (&template[..parent(template)], &path[..parent(path)]);
        }
        match self.operation.id.contains("ticket") {
            true => format!("{path}?action=create"),
            false => path.to_owned(),
        }
    }

    /// Records that the answer to an attack is wrong.
    pub(crate) fn fails(&mut self, what: &str, problem: &str, answer: &Answer) {
        let Operation { id, method, .. } = &self.operation;
        let answer: String = format!("{answer:?}").chars().take(400).collect();
        self.wrong.push(format!("{id} ({method} {:.120}) {what}: {problem}: {answer}", self.thing.path));
    }
}

/// The description of the operation.
fn described<'w>(world: &'w World<'_>, operation: &Operation) -> &'w Value {
    &world.description.document["paths"][&operation.path][operation.method.to_ascii_lowercase()]
}

/// The schema of the body.
pub(crate) fn schema<'w>(world: &'w World<'_>, operation: &Operation) -> &'w Value {
    &described(world, operation)["requestBody"]["content"]["application/json"]["schema"]
}

/// The keys of the body, or the parameters of the query.
pub(crate) fn keys(world: &World<'_>, operation: &Operation, place: Place) -> Vec<String> {
    match place {
        Place::Body => {
            let properties = schema(world, operation)["properties"].as_object();
            properties.into_iter().flat_map(|keys| keys.keys().cloned()).collect()
        }
        Place::Query => {
            let parameters = described(world, operation)["parameters"].as_array().into_iter().flatten();
            let in_query = parameters.filter(|parameter| parameter["in"] == "query");
            in_query.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
        }
    }
}

/// The keys of the body that change nothing: they are ignored when an answer comes back.
pub(crate) fn read_only(world: &World<'_>, operation: &Operation) -> Vec<String> {
    let keys = schema(world, operation)["properties"].as_object().into_iter().flatten();
    keys.filter(|(_, key)| key["readOnly"] == true).map(|(name, _)| name.clone()).collect()
}

/// Where a request has keys.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    Body,
    Query,
}

/// A caller who may call the operation: an owner where owners may, a superuser or the app elsewhere.
fn allowed(world: &World<'_>, operation: &Operation) -> Who {
    let candidates = ["owner", "superuser"].map(|name| Who::Session(world.people.named(name).clone()));
    match operation.access.rule {
        Rule::Anyone | Rule::Client => Who::Anonymous,
        _ => candidates
            .into_iter()
            .find(|who| who.expected(&operation.access) == Outcome::Done)
            .unwrap_or(Who::TheApp),
    }
}

/// Runs while an attack lasts: a stranger to the organization works on.
pub(crate) async fn while_others_work<T>(
    server: &Server,
    world: &World<'_>,
    attack: impl Future<Output = T>,
) -> T {
    let token =
        world.people.token(world.people.named("member"), patchbay_domain::Role::Member.scopes()).await;
    let others_work = async {
        let mut pace = interval(PACE);
        loop {
            for path in [format!("/api/0/organizations/{HOME}/projects/"), "/api/0/sentry-apps/".to_owned()] {
                pace.tick().await;
                let answer = server.call("GET", &path, &token, None).await;
                assert_eq!(answer.status, 200, "{path}: {answer:?}");
            }
        }
    };
    tokio::select! {
        outcome = attack => outcome,
        () = others_work => unreachable!("it never ends"),
    }
}
