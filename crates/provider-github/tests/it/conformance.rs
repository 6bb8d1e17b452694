use async_trait::async_trait;
use patchbay_provider::{Assignee, InboundRequest, Object, Provider, StepView};
use patchbay_provider_github::GitHub;
use patchbay_testkit::conformance::{Edit, Fault, Tracker, conforms};
use patchbay_testkit::github::{GitHubStandIn, INSTALLATION};
use patchbay_testkit::receiver::Answer;
use serde_json::json;

use crate::{config, object};

pub(crate) struct Subject {
    provider: GitHub,
    pub(crate) github: GitHubStandIn,
}

impl Subject {
    pub(crate) async fn start() -> Self {
        let github = GitHubStandIn::start().await;
        Self { provider: GitHub::new(&config(&github)).unwrap(), github }
    }
}

#[async_trait(?Send)]
impl Tracker for Subject {
    fn provider(&self) -> &dyn Provider {
        &self.provider
    }

    async fn answer(&self, step: &str, _view: &StepView, nonce: &str) -> Object {
        object(match step {
            "oauth_login" => json!({ "code": self.github.code("wren"), "state": nonce }),
            _ => json!({ "installationId": INSTALLATION.to_string() }),
        })
    }

    fn new_ticket(&self, title: &str) -> Object {
        object(json!({ "repo": "acme/shop", "title": title }))
    }

    fn missing_key(&self) -> &'static str {
        "acme/shop#999"
    }

    fn person(&self) -> Assignee {
        Assignee { names: vec!["@wren".to_owned()], emails: Vec::new() }
    }

    fn statuses(&self) -> [&'static str; 2] {
        ["open", "closed"]
    }

    async fn is_assigned(&self, key: &str) -> bool {
        self.github.world().issues[key].assignees == ["wren"]
    }

    async fn comments(&self, key: &str) -> Vec<String> {
        let world = self.github.world();
        world.issues[key].comments.iter().map(|(_, text)| text.clone()).collect()
    }

    async fn has_webhook(&self) -> Option<bool> {
        None
    }

    async fn change(&self, key: &str, edit: Edit) -> Option<InboundRequest> {
        drop(self.github.take_webhooks());
        match edit {
            Edit::Assign => self.github.world().assign(key, &["wren"]),
            Edit::Unassign => self.github.world().assign(key, &[]),
            Edit::Close => self.github.world().close(key, true),
            Edit::Reopen => self.github.world().close(key, false),
        }
        let (headers, body) = self.github.take_webhooks().pop().unwrap();
        Some(InboundRequest { method: "POST".to_owned(), path: "webhook".to_owned(), headers, body })
    }

    async fn fail(&self, fault: Option<Fault>) -> bool {
        let answer = |status: u16| Answer::status(status).body(r#"{"message":"Not today."}"#);
        match fault {
            // A token that is refused is renewed once, which is refused as well.
            Some(Fault::Unauthorized) => self.github.answer_next([answer(401), answer(401)]),
            Some(Fault::Forbidden) => self.github.answer_next([answer(403)]),
            Some(Fault::Limited) => self.github.answer_next([answer(429).header("retry-after", "7")]),
            Some(Fault::Broken) => self.github.answer_next([answer(500)]),
            Some(Fault::Html) => self.github.answer_next([Answer::status(200).body("<html>")]),
            Some(Fault::Away) => return false,
            None => {}
        }
        true
    }
}

#[tokio::test]
async fn github_conforms() {
    conforms(&Subject::start().await).await;
}
