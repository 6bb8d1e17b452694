//! The program for Roundup passes the suite of providers, with a real Roundup.

use async_trait::async_trait;
use patchbay_provider::{Assignee, InboundRequest, Object, Provider, StepView};
use patchbay_testkit::conformance::{Edit, Fault, Tracker, conforms};
use serde_json::{Value, json};

use crate::roundup_tracker::{ACCOUNT, RoundupTracker};

struct Subject {
    provider: patchbay_provider_remote::Remote,
    roundup: RoundupTracker,
}

#[async_trait(?Send)]
impl Tracker for Subject {
    fn provider(&self) -> &dyn Provider {
        &self.provider
    }

    async fn answer(&self, _step: &str, _view: &StepView, _nonce: &str) -> Object {
        let account = json!({"url": self.roundup.url, "username": ACCOUNT.0, "password": ACCOUNT.1});
        account.as_object().cloned().unwrap()
    }

    fn new_ticket(&self, title: &str) -> Object {
        json!({"title": title, "description": "Hot.", "priority": "2"}).as_object().cloned().unwrap()
    }

    fn missing_key(&self) -> &'static str {
        "999"
    }

    fn person(&self) -> Assignee {
        Assignee { names: Vec::new(), emails: vec!["You@example.com".to_owned()] }
    }

    fn statuses(&self) -> [&'static str; 2] {
        ["1", "8"]
    }

    async fn is_assigned(&self, key: &str) -> bool {
        self.roundup.item(&format!("issue/{key}")).await["assignedto"]["id"] == "4"
    }

    async fn comments(&self, key: &str) -> Vec<String> {
        let issue = self.roundup.item(&format!("issue/{key}")).await;
        let mut texts = Vec::new();
        for message in issue["messages"].as_array().unwrap() {
            let id = message["id"].as_str().unwrap();
            texts.push(self.roundup.text(id).await);
        }
        texts
    }

    async fn has_webhook(&self) -> Option<bool> {
        Some(self.roundup.webhooks() > 0)
    }

    async fn change(&self, key: &str, edit: Edit) -> Option<InboundRequest> {
        let values = match edit {
            Edit::Assign => json!({"assignedto": "4"}),
            Edit::Unassign => json!({"assignedto": ""}),
            Edit::Close => json!({"status": "8"}),
            Edit::Reopen => json!({"status": "1"}),
        };
        self.roundup.change(key, values).await;
        None
    }

    async fn fail(&self, fault: Option<Fault>) -> bool {
        match fault {
            Some(Fault::Away) => self.roundup.kill_tracker(),
            None => self.roundup.start_tracker().await,
            _ => return false,
        }
        true
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn the_program_for_roundup_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let roundup = RoundupTracker::start(folder.path()).await;
    let provider = patchbay_provider_remote::read(&roundup.providers).unwrap().remove(0);
    assert_eq!(Value::from(provider.descriptor().key.as_str()), "roundup");
    conforms(&Subject { provider, roundup }).await;
}
