use patchbay_provider::{Assignee, IssueInfo, Kind, Object, Provider, Search};
use patchbay_provider_jira_server::JiraServer;
use serde_json::{Value, json};

use crate::{Connected, build, config, connected, object, setup_state};
use patchbay_testkit::jira::{Standin, python};

fn issue() -> IssueInfo {
    IssueInfo {
        id: 9,
        short_id: "SHOP-1A".to_owned(),
        title: "ReferenceError: heck is not defined".to_owned(),
        body: "heck".to_owned(),
        url: "https://patchbay.example/organizations/acme/issues/9/".to_owned(),
        defaults: Object::new(),
    }
}

impl Connected {
    async fn ticket(&self) -> String {
        let fields = object(json!({
            "project": "20400", "issuetype": "1", "title": "Printer on fire", "description": "Hot.",
            "labels": "a, b", "priority": "1", "unknown": "x",
        }));
        self.provider.create_issue(&self.installation, &fields).await.unwrap().key
    }

    fn seen(&self, key: &str) -> Value {
        self.standin.control(&format!("issue/{key}"), &Value::Null)
    }
}

#[tokio::test]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn both_generations_of_jira_are_set_up_and_their_webhook_removed_again() {
    for options in [&["--version", "9"][..], &["--version", "10", "--path", "/jira"]] {
        let (provider, standin) = (JiraServer::new(), Standin::start(options));
        let (built, state) = build(&provider, &standin).await;
        let host = standin.url.split('/').nth(2).unwrap();
        assert_eq!(built.external_id, format!("{host}:patchbay-trial"));
        assert_eq!((built.name.as_str(), &built.metadata["domain_name"]), ("patchbay-trial", &json!(host)));
        let webhooks = standin.control("webhooks", &Value::Null);
        let url = webhooks[0]["url"].as_str().unwrap();
        assert!(url.starts_with("https://patchbay.example/extensions/jira-server/issue-updated/ey"), "{url}");
        assert_eq!(webhooks[0]["events"], json!(["jira:issue_created", "jira:issue_updated"]));
        provider.undo_build(&built, &state).await.unwrap();
        assert_eq!(standin.control("webhooks", &Value::Null), json!([]));
    }
}

#[tokio::test]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn a_webhook_that_somebody_removed_is_made_again() {
    let jira = connected(&[]).await;
    let check = async || jira.provider.check_webhook(&jira.installation).await.unwrap();
    assert!(!check().await);
    jira.standin.control("forget-webhooks", &Value::Null);
    assert!(check().await && !check().await);
}

#[tokio::test]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn a_setup_that_fails_says_why() {
    let (provider, standin) = (JiraServer::new(), Standin::start(&[]));
    let mut state = setup_state();
    let fields = object(json!({ "url": "jira", "consumerKey": "k".repeat(201), "privateKey": "x" }));
    let failure = provider.answer_step("installation_config", &fields, &mut state).await.unwrap_err();
    let Kind::Fields(fields) = failure.kind else { panic!("{failure:?}") };
    let messages: Vec<&str> = fields.iter().map(|(_, messages)| messages[0].as_str()).collect();
    assert_eq!(messages[0], "Enter a valid URL.");
    assert!(messages[1].contains("200 characters"));
    assert_eq!(messages[2], "Private key must be a valid SSH private key encoded in a PEM format.");

    let mut other = config(&standin);
    other.insert("consumerKey".to_owned(), "stranger".into());
    let failure = provider.answer_step("installation_config", &other, &mut state).await.unwrap_err();
    assert!(failure.message.starts_with("Could not fetch a request token from Jira. "), "{failure}");
    provider.answer_step("installation_config", &config(&standin), &mut state).await.unwrap();
    let missing = provider.answer_step("oauth_callback", &Object::new(), &mut state).await.unwrap_err();
    assert!(matches!(missing.kind, Kind::Fields(_)));
    let foreign = object(json!({ "oauth_token": "another" }));
    let failure = provider.answer_step("oauth_callback", &foreign, &mut state).await.unwrap_err();
    assert_eq!(failure.message, "Could not fetch an access token from Jira");
}

#[tokio::test]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn a_ticket_is_created_from_its_form_and_read() {
    let jira = connected(&[]).await;
    let (provider, installation) = (&jira.provider, &jira.installation);
    let form = provider.create_form(installation, Some(&issue()), &Object::new()).await.unwrap();
    let names: Vec<&str> = form.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["project", "title", "description", "issuetype", "priority", "labels"]);
    let description = form[2].default.as_ref().unwrap().as_str().unwrap();
    let link = "[SHOP-1A|https://patchbay.example/organizations/acme/issues/9/?referrer=jira_server]";
    assert_eq!(description, format!("Sentry Issue: {link}\n\n{{code}}\nheck\n{{code}}"));

    let key = jira.ticket().await;
    let ticket = provider.get_issue(installation, &key).await.unwrap();
    assert_eq!(
        (ticket.title.as_str(), ticket.project.as_str(), ticket.status.as_str()),
        ("Printer on fire", "20400", "1")
    );
    let fields = &jira.seen(&key)["fields"];
    assert_eq!((&fields["labels"], &fields["priority"]), (&json!(["a", "b"]), &json!({ "id": "1" })));
    assert_eq!(fields.get("unknown"), None);
    assert_eq!(provider.issue_url(installation, &key), format!("{}/browse/{key}", jira.standin.url));

    let without_title = object(json!({ "project": "20400", "issuetype": "1" }));
    let failure = provider.create_issue(installation, &without_title).await.unwrap_err();
    let expected = Kind::Fields(vec![(
        "summary".to_owned(),
        vec!["You must specify a summary of the issue.".to_owned()],
    )]);
    assert_eq!(failure.kind, expected);
    for (missing, message) in
        [("issuetype", "Issue type is required."), ("project", "Jira project is required")]
    {
        let mut fields = without_title.clone();
        fields.remove(missing);
        let failure = provider.create_issue(installation, &fields).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Fields(vec![(missing.to_owned(), vec![message.to_owned()])]));
    }
    let gone = provider.get_issue(installation, "OPS-999").await.unwrap_err();
    assert_eq!(gone.kind, Kind::Gone);
    assert_eq!(gone.message, "Error Communicating with Jira Server (HTTP 404): Issue Does Not Exist");
}

#[tokio::test]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn assignees_statuses_comments_and_links_go_to_the_ticket() {
    let jira = connected(&[]).await;
    let (provider, installation, key) = (&jira.provider, &jira.installation, jira.ticket().await);
    let by_address = Assignee { names: Vec::new(), emails: vec!["wren@example.org".to_owned()] };
    provider.sync_assignee_outbound(installation, &key, Some(&by_address)).await.unwrap();
    assert_eq!(jira.seen(&key)["fields"]["assignee"]["name"], "wren");
    let by_name = Assignee { names: vec!["FINCH".to_owned()], ..by_address.clone() };
    provider.sync_assignee_outbound(installation, &key, Some(&by_name)).await.unwrap();
    assert_eq!(jira.seen(&key)["fields"]["assignee"]["name"], "finch");
    let unknown = Assignee { names: Vec::new(), emails: vec!["ada@example.org".to_owned()] };
    let failure = provider.sync_assignee_outbound(installation, &key, Some(&unknown)).await.unwrap_err();
    assert_eq!(
        (failure.kind, failure.message.as_str()),
        (Kind::NoUser, "No matching Jira Server user found")
    );
    provider.sync_assignee_outbound(installation, &key, None).await.unwrap();
    assert_eq!(jira.seen(&key)["fields"]["assignee"], Value::Null);

    let ticket = provider.get_issue(installation, &key).await.unwrap();
    provider.sync_status_outbound(installation, &ticket, "6").await.unwrap();
    assert_eq!(jira.seen(&key)["fields"]["status"]["id"], "6");
    let failure = provider.sync_status_outbound(installation, &ticket, "99").await.unwrap_err();
    assert_eq!(failure.kind, Kind::NoTransition);
    let action = provider.resolve_action(installation, &json!({ "from": "1", "to": "6" })).await.unwrap();
    assert_eq!(action, Some(patchbay_provider::Action::Resolve));

    let text = provider.quote_comment("Wren Ford", "It broke.");
    let id = provider.create_comment(installation, &key, &text).await.unwrap();
    provider.update_comment(installation, &key, &id, "Fixed.").await.unwrap();
    assert_eq!(jira.seen(&key)["fields"]["comment"]["comments"][0]["body"], "Fixed.");

    provider.after_link(installation, &issue(), &ticket).await.unwrap();
    assert_eq!(jira.seen(&key)["links"]["patchbay:issue:9"]["title"], "Sentry Issue: SHOP-1A");
    provider.after_unlink(installation, 9, &key).await.unwrap();
    provider.after_unlink(installation, 9, &key).await.unwrap();
    assert_eq!(jira.seen(&key)["links"], json!({}));
}

#[tokio::test]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn choices_are_found() {
    let jira = connected(&[]).await;
    let key = jira.ticket().await;
    let found = async |field: &str, query: &str| {
        let search = Search { field: field.to_owned(), query: query.to_owned(), project: "20400".to_owned() };
        let found = jira.provider.search(&jira.installation, &search).await.unwrap();
        found.into_iter().map(|choice| (choice.value, choice.label)).collect::<Vec<_>>()
    };
    let ticket = vec![(key.clone(), format!("({key}) Printer on fire"))];
    assert_eq!(found("externalIssue", &key).await, ticket);
    assert_eq!(found("externalIssue", "say \"fire\"").await, ticket);
    let wren = ("wren".to_owned(), "Wren Ford - Wren@example.org (wren)".to_owned());
    assert_eq!(found("assignee", "wren+x").await, []);
    assert_eq!(found("reporter", "wre").await, [wren]);
    assert_eq!(found("customfield_10050", "va").await, [("cf[10050]".to_owned(), "value".to_owned())]);
    let mapping = jira.provider.status_mapping(&jira.installation).await.unwrap();
    assert_eq!((mapping.projects.len(), mapping.statuses.len()), (2, 3));
}

#[tokio::test]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn whatever_jira_answers_has_its_words_and_its_kind() {
    let jira = connected(&[]).await;
    let probe = async || jira.provider.probe(&jira.installation).await.unwrap_err();
    let words = |status: u16| format!("Error Communicating with Jira Server (HTTP {status}): Not today.");
    for (status, kind) in
        [(403, Kind::Forbidden), (429, Kind::RateLimited), (500, Kind::Unreachable), (400, Kind::Refused)]
    {
        jira.standin.control("broken", &json!({ "how": status.to_string() }));
        let failure = probe().await;
        assert_eq!((failure.kind, failure.message), (kind, words(status)));
    }
    jira.standin.control("broken", &json!({ "how": "429" }));
    assert!(probe().await.retry_at.is_some());
    jira.standin.control("broken", &json!({ "how": "html" }));
    let failure = probe().await;
    assert_eq!(failure.message, "An unsupported response type was returned: text/html");
    jira.standin.control("broken", &json!({ "how": null }));
    jira.standin.control("clock", &json!({ "seconds": 7200 }));
    assert_eq!(probe().await.kind, Kind::ClockSkew);
    drop(jira.standin);
    let installation = jira.installation;
    let failure = jira.provider.probe(&installation).await.unwrap_err();
    assert!(
        failure.kind == Kind::Unreachable && failure.message.starts_with("Unable to reach host: 127.0.0.1:")
    );
}

#[tokio::test]
#[ignore = "needs the Python environment of cargo xtask test"]
async fn the_standin_serves_a_client_of_others() {
    let jira = connected(&[]).await;
    let key = jira.ticket().await;
    let token = jira.installation.secrets.identity_text("access_token").unwrap();
    let program = r#"
import sys
from jira import JIRA
url, token, key_file, ticket = sys.argv[1:]
oauth = {"access_token": token, "access_token_secret": "s", "consumer_key": "patchbay-trial",
         "key_cert": open(key_file).read(), "signature_method": "RSA-SHA1"}
jira = JIRA(server=url, oauth=oauth, get_server_info=True, max_retries=0)
issue = jira.issue(ticket)
assert issue.fields.summary == "Printer on fire", issue.fields.summary
jira.add_comment(issue, "From a client of others.")
jira.assign_issue(ticket, "wren")
jira.transition_issue(issue, "46")
again = jira.issue(ticket)
assert again.fields.status.name == "Shipped", again.fields.status
assert again.fields.assignee.name == "wren"
assert [found.key for found in jira.search_issues(f'id="{ticket}"')] == [ticket]
"#;
    let output = std::process::Command::new(python())
        .args(["-c", program, &jira.standin.url, token])
        .arg(jira.standin.key_file())
        .arg(&key)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
