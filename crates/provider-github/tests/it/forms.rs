use patchbay_provider::{Choice, Field, IssueInfo, Provider, Search};
use serde_json::{Value, json};

use crate::{Connected, connected, issue, object};

fn names(form: &[Field]) -> Vec<&str> {
    form.iter().map(|field| field.name.as_str()).collect()
}

impl Connected {
    async fn form(&self, issue: Option<&IssueInfo>, chosen: Value) -> Vec<Field> {
        self.provider.create_form(&self.installation, issue, &object(chosen)).await.unwrap()
    }

    async fn found(&self, field: &str, query: &str, project: &str) -> Vec<(String, String)> {
        let search = Search { field: field.to_owned(), query: query.to_owned(), project: project.to_owned() };
        let found = self.provider.search(&self.installation, &search).await.unwrap();
        found.into_iter().map(|Choice { value, label }| (value, label)).collect()
    }
}

#[tokio::test]
async fn the_form_of_a_new_issue_is_that_of_the_contract() {
    let it = connected().await;
    let form = it.form(Some(&issue()), json!({})).await;
    assert_eq!(names(&form), ["repo", "title", "description", "assignee", "labels"]);
    let repo = json!({
        "name": "repo", "type": "select", "label": "GitHub Repository", "default": "acme/shop", "required": true,
        "choices": [["acme/shop", "shop"], ["acme/web", "web"]],
        "url": "/extensions/github/search/acme/31/", "updatesForm": true,
    });
    assert_eq!(serde_json::to_value(&form[0]).unwrap(), repo);
    let link = "Sentry Issue: [SHOP-1A](https://patchbay.example/organizations/acme/issues/9/?referrer=github_integration)";
    assert_eq!(form[2].default, Some(json!(format!("{link}\n\n```\nheck\n```"))));
    let assignees = json!([["", "Unassigned"], ["wren", "wren"], ["finch", "finch"]]);
    assert_eq!(serde_json::to_value(&form[3].choices).unwrap(), assignees);
    let labels = json!({
        "name": "labels", "type": "select", "label": "Labels", "default": [], "required": false,
        "choices": [["Bug", "Bug"], ["printer", "printer"]], "multiple": true,
    });
    assert_eq!(serde_json::to_value(&form[4]).unwrap(), labels);
    assert_eq!(names(&it.form(None, json!({})).await), ["repo", "assignee", "labels"]);
}

#[tokio::test]
async fn the_form_follows_the_repository_that_was_chosen_or_used_last() {
    let it = connected().await;
    it.github.world().repositories.get_mut("acme/web").unwrap().labels = vec!["css".to_owned()];
    let last = IssueInfo { defaults: object(json!({ "repo": "acme/web" })), ..issue() };
    for form in [
        it.form(None, json!({ "repo": "Acme/Web" })).await,
        it.form(Some(&last), json!({})).await,
        it.form(Some(&last), json!({ "repo": "acme/gone" })).await,
    ] {
        assert_eq!(form[0].default, Some(json!("acme/web")));
        assert_eq!(form.last().unwrap().choices, Some(vec![Choice::new("css", "css")]));
    }
}

#[tokio::test]
async fn the_form_of_a_link_has_a_comment_that_may_be_blank() {
    let it = connected().await;
    let form = it.provider.link_form(&it.installation, &issue()).await.unwrap();
    assert_eq!(names(&form), ["repo", "externalIssue", "comment"]);
    assert_eq!(form[1].label.as_deref(), Some("Issue Number or Title"));
    assert_eq!(form[1].more["url"], "/extensions/github/search/acme/31/");
    assert_eq!(form[2].required, Some(false));
    let comment = form[2].default.as_ref().unwrap().as_str().unwrap();
    assert!(comment.starts_with("Sentry Issue: [SHOP-1A](https://patchbay.example/"), "{comment}");
}

#[tokio::test]
async fn an_installation_without_repositories_has_a_form_without_choices() {
    let it = connected().await;
    it.github.world().repositories.clear();
    let form = it.form(None, json!({})).await;
    assert_eq!((form[0].choices.as_deref(), &form[0].default), (Some(&[][..]), &Some(json!(""))));
}

#[tokio::test]
async fn statuses_are_mapped_for_each_repository_but_archived_ones() {
    let it = connected().await;
    {
        let mut world = it.github.world();
        world.page_limit = 1;
        world.repositories.get_mut("acme/web").unwrap().is_archived = true;
        let docs = world.repositories["acme/shop"].clone();
        world.repositories.insert("acme/docs".to_owned(), docs);
    }
    let mapping = it.provider.status_mapping(&it.installation).await.unwrap();
    let projects = ["acme/docs", "acme/shop"].map(|name| Choice::new(name, name));
    assert_eq!(mapping.projects, projects);
    assert_eq!(mapping.statuses, [Choice::new("open", "Open"), Choice::new("closed", "Closed")]);
    assert_eq!(mapping.project_noun, "GitHub Repository");
    let dropdown = json!({ "url": "/extensions/github/search/acme/31/", "searchField": "repo" });
    assert_eq!(Value::Object(mapping.dropdown), dropdown);
}

#[tokio::test]
async fn a_list_of_repositories_has_an_end() {
    let it = connected().await;
    {
        let mut world = it.github.world();
        world.page_limit = 1;
        let repository = world.repositories["acme/shop"].clone();
        for number in 10..30 {
            world.repositories.insert(format!("acme/r{number}"), repository.clone());
        }
    }
    let form = it.form(None, json!({ "repo": "acme/web" })).await;
    let choices = form[0].choices.as_ref().unwrap();
    assert_eq!(choices.len(), 11, "ten pages, and the one that was chosen");
    assert_eq!(form[0].default, Some(json!("acme/web")));
}

#[tokio::test]
async fn choices_are_found() {
    let it = connected().await;
    it.github.world().open_issue("acme/shop", "Printer on fire", "");
    it.github.world().open_issue("acme/shop", "The 1 paper is out", "");
    it.github.world().open_issue("acme/web", "Printer too small", "");
    let pair = |value: &str, label: &str| (value.to_owned(), label.to_owned());
    assert_eq!(it.found("repo", "SHO", "").await, [pair("acme/shop", "shop")]);
    assert_eq!(it.found("externalIssue", "printer", "acme/shop").await, [pair("1", "#1 Printer on fire")]);
    let both = [pair("1", "#1 Printer on fire"), pair("2", "#2 The 1 paper is out")];
    assert_eq!(it.found("externalIssue", "1", "acme/shop").await, both);
    assert_eq!(it.found("externalIssue", "#77", "acme/shop").await, []);
    assert_eq!(it.found("assignee", "@WR", "acme/shop").await, [pair("wren", "wren")]);
    for (field, project, message) in [
        ("externalIssue", "", "repo is a required parameter"),
        ("color", "acme/shop", "color cannot be searched"),
    ] {
        let search = Search { field: field.to_owned(), query: "x".to_owned(), project: project.to_owned() };
        let failure = it.provider.search(&it.installation, &search).await.unwrap_err();
        assert_eq!(failure.message, message);
    }
}

#[test]
fn the_description_is_that_of_the_contract() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let it = runtime.block_on(connected());
    let descriptor = it.provider.descriptor();
    assert_eq!(
        (descriptor.key.as_str(), descriptor.name.as_str(), descriptor.path.as_str()),
        ("github", "GitHub", "github")
    );
    let features: Vec<&str> = descriptor.features.iter().map(|feature| feature.name()).collect();
    assert_eq!(features, ["issue-basic", "issue-sync", "ticket-rules", "commits", "user-mapping"]);
    assert_eq!(descriptor.kind.name(), "source_code_management");
    assert!(descriptor.at_names && descriptor.can_disable && !descriptor.needs_default_identity);
    assert_eq!(descriptor.setup_window, (1030, 1000));
    let settings: Vec<&str> = descriptor.settings.iter().map(|setting| setting.name.as_str()).collect();
    let expected = [
        "sync_status_forward",
        "sync_forward_assignment",
        "sync_comments",
        "sync_status_reverse",
        "sync_reverse_assignment",
        "resolution_strategy",
    ];
    assert_eq!(settings, expected);
    let text = "Unable to communicate with the GitHub instance. You may need to reinstall the integration.";
    assert_eq!(descriptor.unreachable_text, text);
}
