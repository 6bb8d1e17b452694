use patchbay_provider::{Action, Assignee, Installation, Kind, Provider};
use patchbay_testkit::Receiver;
use patchbay_testkit::receiver::Answer;
use serde_json::{Value, json};

use crate::{Connected, connected, object};

const KEY: &str = "acme/shop#1";

impl Connected {
    async fn create(&self, fields: Value) -> patchbay_provider::Result<patchbay_provider::Ticket> {
        self.provider.create_issue(&self.installation, &object(fields)).await
    }

    async fn assign(&self, key: &str, names: &[&str]) -> Result<(), (Kind, String)> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let assignee = Assignee { names, emails: vec!["wren@example.org".to_owned()] };
        let assigned = self.provider.sync_assignee_outbound(&self.installation, key, Some(&assignee)).await;
        assigned.map_err(|failure| (failure.kind, failure.message))
    }

    fn assignees(&self) -> Vec<String> {
        self.github.world().issues[KEY].assignees.clone()
    }
}

async fn with_issue() -> Connected {
    let it = connected().await;
    assert_eq!(it.github.world().open_issue("acme/shop", "Printer on fire", "Hot."), KEY);
    it
}

#[tokio::test]
async fn an_issue_is_created_from_its_form_and_read() {
    let it = connected().await;
    let ticket = it
        .create(json!({
            "repo": "acme/shop", "title": "Printer on fire", "description": "Hot.", "assignee": "wren",
            "labels": ["Bug", " "], "unknown": "x",
        }))
        .await
        .unwrap();
    assert_eq!((ticket.key.as_str(), ticket.title.as_str()), (KEY, "Printer on fire"));
    assert_eq!((ticket.project.as_str(), ticket.status.as_str()), ("acme/shop", "open"));
    assert_eq!(it.provider.get_issue(&it.installation, KEY).await.unwrap(), ticket);
    let issue = it.github.world().issues[KEY].clone();
    assert_eq!((issue.assignees, issue.labels), (vec!["wren".to_owned()], vec!["Bug".to_owned()]));
    assert_eq!(
        (issue.body.as_str(), &ticket.metadata["provider_issue_id"]),
        ("Hot.", &json!(issue.id.to_string()))
    );
    let url = format!("{}/acme/shop/issues/1", it.github.url());
    assert_eq!(it.provider.issue_url(&it.installation, KEY), url);
    assert_eq!(it.provider.display_name(KEY), KEY);
    assert_eq!(it.github.last_header("x-github-api-version").as_deref(), Some("2022-11-28"));
    assert_eq!(it.github.last_header("accept").as_deref(), Some("application/vnd.github+json"));
}

#[tokio::test]
async fn a_form_with_missing_values_names_them() {
    let it = connected().await;
    for (fields, name, message) in [
        (json!({ "title": "x" }), "repo", "This field is required."),
        (json!({ "repo": "acme/shop", "title": " " }), "title", "This field is required."),
        (json!({ "repo": "../x", "title": "x" }), "repo", "Unknown repository."),
    ] {
        let failure = it.create(fields).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Fields(vec![(name.to_owned(), vec![message.to_owned()])]));
    }
    assert!(it.github.calls().is_empty());
}

#[tokio::test]
async fn a_ticket_is_linked_by_number_key_or_address() {
    let it = with_issue().await;
    let key = |fields: Value| it.provider.ticket_key(&it.installation, &object(fields));
    let address = format!("{}/Acme/Shop/issues/1", it.github.url());
    for fields in [
        json!({ "repo": "acme/shop", "externalIssue": 1 }),
        json!({ "externalIssue": "acme/shop#1" }),
        json!({ "externalIssue": address }),
    ] {
        let key = key(fields).unwrap();
        let ticket = it.provider.get_issue(&it.installation, &key).await.unwrap();
        assert_eq!(ticket.key, KEY, "as GitHub writes it");
    }
    for foreign in ["https://github.com/acme/shop/issues/1", "other/shop#1"] {
        let failure = key(json!({ "externalIssue": foreign })).unwrap_err();
        assert!(matches!(failure.kind, Kind::Fields(_)), "{foreign}");
    }
}

#[tokio::test]
async fn a_ticket_that_moved_is_read_with_its_new_key() {
    let it = with_issue().await;
    assert_eq!(it.github.world().transfer(KEY, "acme/web"), "acme/web#1");
    let ticket = it.provider.get_issue(&it.installation, KEY).await.unwrap();
    assert_eq!((ticket.key.as_str(), ticket.project.as_str()), ("acme/web#1", "acme/web"));
    it.provider.create_comment(&it.installation, KEY, "Still here.").await.unwrap();
    it.github.world().rename_repository("acme/web", "acme/site");
    let ticket = it.provider.get_issue(&it.installation, "acme/web#1").await.unwrap();
    assert_eq!(ticket.key, "acme/site#1");
    assert_eq!(it.github.world().issues["acme/site#1"].comments[0].1, "Still here.");
}

#[tokio::test]
async fn a_redirect_to_another_host_gets_no_credentials() {
    let it = with_issue().await;
    it.provider.probe(&it.installation).await.unwrap();
    let installation = Installation { secrets: it.vault.stored().await, ..it.installation.clone() };
    let stranger = Receiver::start().await;
    let to = stranger.url("/api/v3/repos/acme/shop/issues/1");
    it.github.answer_next([Answer::status(301).header("location", to)]);
    let failure = it.provider.get_issue(&installation, KEY).await.unwrap_err();
    assert_eq!((failure.kind, failure.status), (Kind::Refused, Some(301)));
    assert!(stranger.received().is_empty());
}

#[tokio::test]
async fn an_issue_is_assigned_and_unassigned() {
    let it = with_issue().await;
    it.assign(KEY, &["@Wren"]).await.unwrap();
    assert_eq!(it.assignees(), ["wren"]);
    it.assign(KEY, &["@acme/ops", "@finch"]).await.unwrap();
    assert_eq!(it.assignees(), ["finch"]);
    let no_match = Err((Kind::NoUser, "No matching GitHub user found".to_owned()));
    assert_eq!(it.assign(KEY, &[]).await, no_match);
    assert_eq!(it.assign(KEY, &["@stranger"]).await, no_match);
    assert_eq!(it.assignees(), ["finch"], "the ticket stays as it is");
    it.provider.sync_assignee_outbound(&it.installation, KEY, None).await.unwrap();
    assert!(it.assignees().is_empty());
    let (kind, _) = it.assign("acme/shop#99", &["@wren"]).await.unwrap_err();
    assert_eq!(kind, Kind::Gone);
    let (kind, _) = it.assign("acme/gone#1", &["@wren"]).await.unwrap_err();
    assert_eq!(kind, Kind::Gone);
    it.github.world().repositories.get_mut("acme/shop").unwrap().is_archived = true;
    let refused = "Insufficient permissions to assign user to GitHub issue".to_owned();
    assert_eq!(it.assign(KEY, &["@wren"]).await, Err((Kind::Forbidden, refused)));
}

#[tokio::test]
async fn an_issue_is_closed_and_opened_again() {
    let it = with_issue().await;
    let ticket = it.provider.get_issue(&it.installation, KEY).await.unwrap();
    for (status, is_closed) in [("closed", true), ("open", false)] {
        it.provider.sync_status_outbound(&it.installation, &ticket, status).await.unwrap();
        assert_eq!(it.github.world().issues[KEY].is_closed, is_closed);
        let read = it.provider.get_issue(&it.installation, KEY).await.unwrap();
        assert_eq!(read.status, status);
    }
    let failure = it.provider.sync_status_outbound(&it.installation, &ticket, "6").await.unwrap_err();
    assert_eq!(failure.kind, Kind::NoTransition);
}

#[tokio::test]
async fn an_action_of_a_webhook_resolves_or_unresolves() {
    let it = connected().await;
    for (action, expected) in
        [("closed", Some(Action::Resolve)), ("reopened", Some(Action::Unresolve)), ("edited", None)]
    {
        let data = json!({ "action": action });
        assert_eq!(it.provider.resolve_action(&it.installation, &data).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_comment_is_quoted_written_and_edited() {
    let it = with_issue().await;
    let text = it.provider.quote_comment("Wren Ford", "It broke.\nAgain.");
    assert_eq!(text, "**Wren Ford** wrote:\n\n> It broke.\n> Again.");
    let id = it.provider.create_comment(&it.installation, KEY, &text).await.unwrap();
    it.provider.update_comment(&it.installation, KEY, &id, "Fixed.").await.unwrap();
    let comments = it.github.world().issues[KEY].comments.clone();
    assert_eq!(comments, [(id.parse().unwrap(), "Fixed.".to_owned())]);
    for wrong in ["404", "", "1/../2"] {
        let failure = it.provider.update_comment(&it.installation, KEY, wrong, "x").await.unwrap_err();
        assert_eq!(failure.kind, Kind::Gone, "{wrong}");
    }
}

#[tokio::test]
async fn a_removed_integration_leaves_the_application_alone() {
    let it = connected().await;
    it.provider.uninstall(&it.installation).await.unwrap();
    assert!(!it.provider.check_webhook(&it.installation).await.unwrap());
    assert!(it.github.calls().is_empty() && it.github.world().installations.contains_key(&77));
}
