use async_trait::async_trait;
use patchbay_provider::{Assignee, InboundRequest, Object, Provider, StepView};
use patchbay_provider_jira_server::JiraServer;
use patchbay_testkit::conformance::{Edit, Fault, Tracker, conforms};
use patchbay_testkit::jira::Standin;
use serde_json::{Value, json};

use crate::{config, object};

struct Jira {
    provider: JiraServer,
    standin: Standin,
}

#[async_trait(?Send)]
impl Tracker for Jira {
    fn provider(&self) -> &dyn Provider {
        &self.provider
    }

    async fn answer(&self, step: &str, view: &StepView, _nonce: &str) -> Object {
        if step == "installation_config" {
            return config(&self.standin);
        }
        let address = view.redirect_url.as_deref().unwrap();
        object(json!({ "oauthToken": address.rsplit_once("oauth_token=").unwrap().1 }))
    }

    fn new_ticket(&self, title: &str) -> Object {
        object(json!({ "project": "20400", "issuetype": "1", "title": title }))
    }

    fn missing_key(&self) -> &'static str {
        "OPS-999"
    }

    fn person(&self) -> Assignee {
        Assignee { names: Vec::new(), emails: vec!["wren@example.org".to_owned()] }
    }

    fn statuses(&self) -> [&'static str; 2] {
        ["1", "6"]
    }

    async fn is_assigned(&self, key: &str) -> bool {
        self.seen(key)["fields"]["assignee"]["name"] == "wren"
    }

    async fn comments(&self, key: &str) -> Vec<String> {
        let seen = self.seen(key);
        let comments = seen["fields"]["comment"]["comments"].as_array().unwrap();
        comments.iter().map(|comment| comment["body"].as_str().unwrap().to_owned()).collect()
    }

    async fn has_webhook(&self) -> Option<bool> {
        Some(self.standin.control("webhooks", &Value::Null) != json!([]))
    }

    async fn change(&self, key: &str, edit: Edit) -> Option<InboundRequest> {
        let body = match edit {
            Edit::Assign => json!({ "assignee": "wren" }),
            Edit::Unassign => json!({ "assignee": null }),
            Edit::Close => json!({ "status": "6" }),
            Edit::Reopen => json!({ "status": "1" }),
        };
        self.standin.control(&format!("issue/{key}"), &body);
        None
    }

    async fn fail(&self, fault: Option<Fault>) -> bool {
        let how = match fault {
            None => Value::Null,
            Some(Fault::Unauthorized) => json!("401"),
            Some(Fault::Forbidden) => json!("403"),
            Some(Fault::Limited) => json!("429"),
            Some(Fault::Broken) => json!("500"),
            Some(Fault::Html) => json!("html"),
            Some(Fault::Away) => return false,
        };
        self.standin.control("broken", &json!({ "how": how }));
        true
    }
}

impl Jira {
    fn seen(&self, key: &str) -> Value {
        self.standin.control(&format!("issue/{key}"), &Value::Null)
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn jira_server_conforms() {
    conforms(&Jira { provider: JiraServer::new(), standin: Standin::start(&[]) }).await;
}
