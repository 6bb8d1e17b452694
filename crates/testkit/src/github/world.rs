use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use patchbay_domain::Clock;
use serde_json::{Value, json};

use super::INSTALLATION;

/// Everything that the server knows.
#[derive(Debug)]
pub struct World {
    pub(super) clock: Clock,
    /// The address of pages.
    pub(super) url: String,
    /// People and organizations, by login.
    pub accounts: BTreeMap<String, Account>,
    /// By id.
    pub installations: BTreeMap<u64, Installed>,
    /// By full name.
    pub repositories: BTreeMap<String, Repository>,
    /// By key, for example `acme/shop#12`.
    pub issues: BTreeMap<String, Issue>,
    /// New keys of issues that were transferred, and new names of repositories that were renamed.
    pub moved: BTreeMap<String, String>,
    /// The person in the browser.
    pub signed_in: String,
    /// Where the browser goes after an installation.
    pub setup_url: String,
    /// Tokens of installations: the installation and the end.
    pub tokens: BTreeMap<String, (u64, DateTime<Utc>)>,
    /// Tokens of installations that were given out.
    pub tokens_issued: usize,
    /// Codes that were not exchanged yet, and tokens of people, with their logins.
    pub codes: BTreeMap<String, String>,
    /// Tokens of people, with their logins.
    pub user_tokens: BTreeMap<String, String>,
    /// Entries of a page, at most.
    pub page_limit: usize,
    /// Webhooks that were not taken yet: event, action, body.
    pub events: Vec<(String, String, Value)>,
    next_id: u64,
}

/// A person or an organization.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// Id.
    pub id: u64,
    /// Logins of owners; a person has none.
    pub owners: Vec<String>,
    /// Logins of people who see its installation without owning it.
    pub members: Vec<String>,
    /// Whether it is an organization.
    pub is_organization: bool,
}

/// An installation of the application.
#[derive(Debug, Clone)]
pub struct Installed {
    /// Login of the account.
    pub account: String,
    /// It gives out no tokens.
    pub is_suspended: bool,
}

/// A repository.
#[derive(Debug, Clone, Default)]
pub struct Repository {
    /// Accepts no changes.
    pub is_archived: bool,
    /// Names.
    pub labels: Vec<String>,
    /// Logins of people to whom issues can be assigned.
    pub assignable: Vec<String>,
}

/// An issue.
#[derive(Debug, Clone)]
pub struct Issue {
    /// Id; in contrast to the number it is of all repositories.
    pub id: u64,
    /// Title.
    pub title: String,
    /// Description.
    pub body: String,
    /// Whether it is closed.
    pub is_closed: bool,
    /// Logins.
    pub assignees: Vec<String>,
    /// Names.
    pub labels: Vec<String>,
    /// Ids and texts.
    pub comments: Vec<(u64, String)>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

impl World {
    pub(super) fn new(clock: Clock, url: String) -> Self {
        let person = |id| Account { id, ..Account::default() };
        let acme =
            Account { id: 100, owners: names(&["wren"]), members: names(&["finch"]), is_organization: true };
        let accounts = [("acme", acme), ("wren", person(5)), ("finch", person(6))];
        let repository = || Repository {
            is_archived: false,
            labels: names(&["printer", "Bug"]),
            assignable: names(&["wren", "finch"]),
        };
        let installed = Installed { account: "acme".to_owned(), is_suspended: false };
        Self {
            clock,
            url,
            accounts: accounts.map(|(login, account)| (login.to_owned(), account)).into(),
            installations: [(INSTALLATION, installed)].into(),
            repositories: ["acme/shop", "acme/web"].map(|name| (name.to_owned(), repository())).into(),
            issues: BTreeMap::new(),
            moved: BTreeMap::new(),
            signed_in: "wren".to_owned(),
            setup_url: String::new(),
            tokens: BTreeMap::new(),
            tokens_issued: 0,
            codes: BTreeMap::new(),
            user_tokens: BTreeMap::new(),
            page_limit: 100,
            events: Vec::new(),
            next_id: 9000,
        }
    }

    pub(super) fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A person opens an issue. Returns its key.
    pub fn open_issue(&mut self, repository: &str, title: &str, body: &str) -> String {
        let issue = Issue {
            id: self.id(),
            title: title.to_owned(),
            body: body.to_owned(),
            is_closed: false,
            assignees: Vec::new(),
            labels: Vec::new(),
            comments: Vec::new(),
            updated_at: self.now(),
        };
        let of_repository = |key: &String| key.rsplit_once('#').is_some_and(|(name, _)| name == repository);
        let moved = self.moved.keys().filter(|key| of_repository(key)).count();
        let number = self.issues.keys().filter(|key| of_repository(key)).count() + moved + 1;
        let key = format!("{repository}#{number}");
        self.issues.insert(key.clone(), issue);
        self.report("opened", &key, json!({}));
        key
    }

    /// A person assigns an issue to exactly these people.
    pub fn assign(&mut self, key: &str, logins: &[&str]) {
        let action = if logins.is_empty() { "unassigned" } else { "assigned" };
        self.change(key, action, |issue| issue.assignees = names(logins));
    }

    /// A person closes an issue, or opens it again.
    pub fn close(&mut self, key: &str, is_closed: bool) {
        let action = if is_closed { "closed" } else { "reopened" };
        self.change(key, action, |issue| issue.is_closed = is_closed);
    }

    /// A person transfers an issue to another repository. Returns its new key.
    pub fn transfer(&mut self, key: &str, repository: &str) -> String {
        let Issue { title, body, .. } = self.issues[key].clone();
        let new_key = self.open_issue(repository, &title, &body);
        let changes = json!({
            "changes": { "new_issue": self.issue_json(&new_key), "new_repository": self.repository_json(repository) },
        });
        self.report("transferred", key, changes);
        self.issues.remove(key);
        self.moved.insert(key.to_owned(), new_key.clone());
        new_key
    }

    /// A person renames a repository: its issues have other keys.
    pub fn rename_repository(&mut self, from: &str, to: &str) {
        let repository = self.repositories.remove(from).unwrap();
        self.repositories.insert(to.to_owned(), repository);
        let issues = std::mem::take(&mut self.issues);
        let renamed = |key: String| match key.rsplit_once('#') {
            Some((name, number)) if name == from => format!("{to}#{number}"),
            _ => key,
        };
        self.issues = issues.into_iter().map(|(key, issue)| (renamed(key), issue)).collect();
        self.moved.insert(from.to_owned(), to.to_owned());
        let old = from.rsplit_once('/').map_or(from, |(_, name)| name);
        let body = json!({
            "repository": self.repository_json(to), "changes": { "repository": { "name": { "from": old } } },
        });
        self.events.push(("repository".to_owned(), "renamed".to_owned(), body));
    }

    pub(super) fn change(&mut self, key: &str, action: &str, change: impl FnOnce(&mut Issue)) {
        let now = self.now();
        let issue = self.issues.get_mut(key).unwrap();
        change(issue);
        issue.updated_at = now;
        self.report(action, key, json!({}));
    }

    fn report(&mut self, action: &str, key: &str, more: Value) {
        let repository = key.rsplit_once('#').map_or(key, |(name, _)| name);
        let mut body = more;
        body["issue"] = self.issue_json(key);
        body["repository"] = self.repository_json(repository);
        self.events.push(("issues".to_owned(), action.to_owned(), body));
    }
}
