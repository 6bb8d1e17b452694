//! A running Patchbay with people, apps and targets.

use std::collections::HashMap;

use patchbay_domain::Scope;

use crate::apps::Apps;
use crate::description::Description;
use crate::fixtures::{Fixtures, Thing};
use crate::operation::Operation;
use crate::people::{ABROAD, HOME, People};
use crate::server::{Answer, Server};
use crate::who::Who;

/// The targets and users of a test.
pub(crate) struct World<'s> {
    pub(crate) server: &'s Server,
    pub(crate) people: People,
    pub(crate) fixtures: Fixtures<'s>,
    pub(crate) description: Description,
}

impl<'s> World<'s> {
    pub(crate) async fn new(server: &'s Server) -> Self {
        let channel = &server.patchbay.channel;
        let people = People::new(channel).await;
        let all = Scope::ALL.iter().copied().collect();
        let mut owners = HashMap::new();
        for (organization, name) in [(HOME, "owner"), (ABROAD, "stranger")] {
            let owner = people.named(name).clone();
            owners.insert(organization, people.token(&owner, all).await);
        }
        let home = people.all[0].home;
        let fixtures =
            Fixtures::new(Apps::new(server, owners).await, channel, home, server.slate.clone()).await;
        Self { server, people, fixtures, description: server.description().await }
    }

    /// As [`World::fixtures`] creates it, but with the caller as the author of things that only the author
    /// may change.
    pub(crate) async fn fresh(&self, operation: &Operation, who: &Who) -> Thing {
        let mut thing = self.fixtures.fresh(operation, who.person()).await;
        if operation.names().any(|name| name == "comment") {
            let comment = thing.path.trim_end_matches('/').rsplit_once('/').unwrap().0.to_owned() + "/";
            let create = Operation { method: "POST".to_owned(), ..operation.clone() };
            let mut new = thing.clone();
            (new.path, new.body) = (comment.clone(), Some(serde_json::json!({ "text": "Mine." })));
            let own = self.send(&create, &new, who).await;
            assert_eq!(own.status, 201, "{who:?}: {own:?}");
            thing.path = format!("{comment}{}/", own.json()["id"].as_str().unwrap());
        }
        thing
    }

    /// Sends a request as a caller. The answer has to be as the API describes it.
    pub(crate) async fn ask(&self, operation: &Operation, thing: &Thing, who: &Who) -> Answer {
        if ["get_setup", "continue_setup", "submit_setup"].contains(&operation.id.as_str()) {
            // A setup belongs to its user. Callers who may not start one are refused now and afterwards.
            let start = Operation { method: "POST".to_owned(), ..operation.clone() };
            let mut beginning = thing.clone();
            beginning.path = format!("/api/0/organizations/{HOME}/pipeline/integration_pipeline/");
            beginning.body = Some(serde_json::json!({ "action": "initialize", "provider": "slate" }));
            self.send(&start, &beginning, who).await;
        }
        let answer = self.send(operation, thing, who).await;
        self.description.check(operation, &answer);
        answer
    }

    async fn send(&self, operation: &Operation, thing: &Thing, who: &Who) -> Answer {
        let headers = self.credentials(thing, who).await;
        self.server.send(&operation.method, &thing.path, &headers, thing.body.as_ref()).await
    }

    /// The headers by which a caller is known.
    pub(crate) async fn credentials(&self, thing: &Thing, who: &Who) -> Vec<(&'static str, String)> {
        let bearer = |token: String| vec![("authorization", format!("Bearer {token}"))];
        match who {
            Who::Anonymous => Vec::new(),
            Who::Session(person) => {
                vec![("cookie", person.cookie.clone()), ("sec-fetch-site", "same-origin".to_owned())]
            }
            Who::Token(person, limit) => bearer(self.people.token(person, *limit).await),
            Who::TheApp => bearer(thing.app.clone().unwrap()),
            Who::Neighbour(scopes) => bearer(self.fixtures.apps.caller(HOME, *scopes).await),
            Who::Foreigner(scopes) => bearer(self.fixtures.apps.caller(ABROAD, *scopes).await),
        }
    }
}
