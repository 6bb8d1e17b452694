//! Something for each operation to be called about. An operation that is not known here fails the tests: add what
//! stands in its path to [`Fixtures::part`] and its body to [`Fixtures::body`].

use std::sync::atomic::{AtomicU32, Ordering};

use patchbay_domain::ScopeSet;
use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_proto::auth_token::tokens_client::TokensClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{
    CreateIssueRequest, CreateProjectRequest, CreateUserRequest, SetMemberRequest,
};
use patchbay_rpc::{Channel, request};
use serde_json::{Value, json};

use crate::apps::Apps;
use crate::operation::Operation;
use crate::people::{HOME, Person};

/// A request that succeeds for whoever may send it.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    /// A token of the app it belongs to.
    pub(crate) app: Option<String>,
}

/// Makes things.
pub(crate) struct Fixtures<'s> {
    pub(crate) apps: Apps<'s>,
    channel: Channel,
    issue: i64,
    number: AtomicU32,
}

impl<'s> Fixtures<'s> {
    pub(crate) async fn new(apps: Apps<'s>, channel: &Channel) -> Self {
        let wanted = CreateProjectRequest {
            organization: HOME.to_owned(),
            name: "Front End".to_owned(),
            ..Default::default()
        };
        ProjectsClient::new(channel.clone()).create_project(request(wanted)).await.unwrap();
        let wanted = CreateIssueRequest {
            organization: HOME.to_owned(),
            project: "front-end".to_owned(),
            title: "ReferenceError: heck is not defined".to_owned(),
            ..Default::default()
        };
        let issue = IssuesClient::new(channel.clone()).create_issue(request(wanted)).await.unwrap();
        let issue = issue.into_inner().id;
        Self { apps, channel: channel.clone(), issue, number: AtomicU32::new(0) }
    }

    /// A thing of [`HOME`] that nobody else uses; one's own, where people have things of their own.
    pub(crate) async fn fresh(&self, operation: &Operation, person: Option<&Person>) -> Thing {
        let mut path = operation.path.clone();
        let (mut app, mut token) = (None, None);
        for name in operation.names() {
            let part = match (name, operation.id.as_str()) {
                ("organization", _) => HOME.to_owned(),
                ("app", "list_app_tokens" | "create_app_token" | "revoke_app_token") => {
                    let (slug, number) = self.apps.internal().await;
                    token = Some(number);
                    slug
                }
                ("app", "request_publication") => self.apps.with_logo().await,
                ("app", "review_publication") => self.apps.waiting().await,
                ("app", "enable_app") => self.apps.disabled().await,
                ("app", _) => self.apps.unpublished().await,
                ("token", "revoke_app_token") => token.take().unwrap(),
                ("member", _) => self.member().await.to_string(),
                ("installation", _) => {
                    let installed = self.apps.installed().await;
                    app = Some(installed.token);
                    installed.uuid
                }
                ("project", _) => "front-end".to_owned(),
                ("delivery", _) => self.apps.delivery().await,
                ("recovery", _) => self.apps.recovery().await,
                ("issue", _) => self.issue.to_string(),
                (name, id) => panic!("{id} has no fixture for {{{name}}}"),
            };
            path = path.replace(&format!("{{{name}}}"), &part);
        }
        let mut body = self.body(operation).await;
        if let (Some(person), "revoke_user_token") = (person, operation.id.as_str()) {
            body = Some(json!({ "tokenId": self.token_of(person).await }));
        }
        Thing { path, body, app }
    }

    /// The number of a new member of [`HOME`].
    async fn member(&self) -> i64 {
        let mut directory = DirectoryClient::new(self.channel.clone());
        let name = self.unique("member");
        let email = format!("{name}@patchbay.example");
        let wanted = CreateUserRequest { name, email, ..Default::default() };
        let user_id = directory.create_user(request(wanted)).await.unwrap().into_inner().id;
        let organization = HOME.to_owned();
        let member = SetMemberRequest { organization, user_id, role: "member".to_owned() };
        directory.set_member(request(member)).await.unwrap();
        user_id
    }

    /// The number of a new personal token.
    async fn token_of(&self, person: &Person) -> i64 {
        let (user_id, scopes) = (person.user_id(), vec!["openid".to_owned()]);
        let wanted = MintUserTokenRequest { user_id, scopes, name: "to be revoked".to_owned() };
        let minted = TokensClient::new(self.channel.clone()).mint_user_token(request(wanted)).await;
        minted.unwrap().into_inner().id
    }

    fn unique(&self, what: &str) -> String {
        format!("{what}-{}", self.number.fetch_add(1, Ordering::Relaxed))
    }

    /// Of what there is none: for each name in a path, one that nobody has. Where something else stands behind an
    /// organization, it is that which is missing.
    pub(crate) async fn missing(&self, operation: &Operation) -> Thing {
        let is_inside = operation.names().count() > 1;
        let path = operation.names().fold(operation.path.clone(), |path, name| {
            let nobodys = match name {
                "organization" if is_inside => HOME,
                "installation" | "delivery" | "recovery" => "00000000-0000-4000-8000-000000000000",
                "organization" | "app" | "project" => "nobodys",
                _ => "999999999",
            };
            path.replace(&format!("{{{name}}}"), nobodys)
        });
        Thing { path, body: self.body(operation).await, app: None }
    }

    async fn body(&self, operation: &Operation) -> Option<Value> {
        if !operation.takes_body {
            return None;
        }
        Some(match operation.id.as_str() {
            "create_app" => self.apps.body(HOME, false, ScopeSet::EMPTY),
            "update_app" | "rotate_secret" | "disable_app" | "recover_webhooks" => json!({}),
            "set_app_avatar" => json!({ "avatar_type": "default" }),
            "record_app_interaction" => json!({ "tsdbField": "sentry_app_viewed" }),
            "request_publication" => json!({ "questionnaire": [{ "question": "Why?", "answer": "So." }] }),
            "review_publication" => json!({ "approve": true }),
            "install" => json!({ "slug": self.apps.unpublished().await }),
            "mark_installed" => json!({ "status": "installed" }),
            "set_project_filter" => json!({ "projects": ["front-end"] }),
            "switch_webhooks" => json!({ "status": "stopped" }),
            "create_user_token" => json!({ "scopes": ["openid"] }),
            "revoke_user_token" => json!({ "tokenId": 999_999_999 }),
            "create_organization" => json!({ "name": self.unique("organization") }),
            "update_organization" => json!({ "name": "Acme" }),
            "add_member" => json!({ "email": format!("{}@patchbay.example", self.unique("new")) }),
            "update_member" => json!({ "orgRole": "member" }),
            id => panic!("{id} has no fixture for its body"),
        })
    }
}
