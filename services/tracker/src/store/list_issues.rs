use patchbay_db::{Db, Result};

use super::issue_words;
use super::issues::{self, FoundIssue, VISIBLE};
use crate::domain::cursor::Cursor;
use crate::domain::status::Status;

/// What is listed, with every name looked up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    pub(crate) organization_id: i64,
    /// All when empty.
    pub(crate) project_ids: Vec<i64>,
    /// One issue that was asked for by its short id.
    pub(crate) issue_id: Option<i64>,
    pub(crate) status: Option<Status>,
    pub(crate) assigned: Option<AssignedTo>,
    pub(crate) words: Vec<String>,
    pub(crate) sort: Sort,
    pub(crate) cursor: Option<Cursor>,
    /// How many to fetch.
    pub(crate) limit: i64,
}

/// Whose issues are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AssignedTo {
    Anybody,
    Nobody,
    User(i64),
    Team(i64),
}

/// In what order issues are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Seen last in front.
    #[default]
    Date,
    /// Opened last in front.
    New,
}

/// The issues behind the cursor in their order, or before it in the opposite one.
pub(crate) async fn list(db: &Db, listing: &Listing) -> Result<Vec<FoundIssue>> {
    let matching = issue_words::matching(db, listing.organization_id, &listing.words).await?;
    if matching.is_none_possible() {
        return Ok(Vec::new());
    }
    let backwards = listing.cursor.is_some_and(|cursor| cursor.back);
    let mut sql = Sql::new(listing);
    sql.narrow(listing, &matching);
    let (comparison, direction) = if backwards { (">", "asc") } else { ("<", "desc") };
    if listing.cursor.is_some() {
        let position = match listing.sort {
            Sort::Date => format!("(i.last_seen, i.id) {comparison} ({}, {})", sql.place(), sql.place()),
            Sort::New => format!("i.id {comparison} {}", sql.place()),
        };
        sql.and(&position);
    }
    let order = match listing.sort {
        Sort::Date => format!("i.last_seen {direction}, i.id {direction}"),
        Sort::New => format!("i.id {direction}"),
    };
    let limit = sql.place();
    let text = format!("{} order by {order} limit {limit}", sql.text);

    let mut query = db.query(issues::select_where(&text)).bind(listing.organization_id);
    if let Some(&project_id) = listing.only_project() {
        query = query.bind(project_id);
    }
    if let Some(id) = listing.issue_id {
        query = query.bind(id);
    }
    if let Some(AssignedTo::User(id) | AssignedTo::Team(id)) = listing.assigned {
        query = query.bind(id);
    }
    for word in &matching.common {
        query = query.bind(word.as_str()).bind(issue_words::beyond(word));
    }
    query = match (listing.cursor, listing.sort) {
        (Some(cursor), Sort::Date) => query.bind(cursor.at).bind(cursor.id),
        (Some(cursor), Sort::New) => query.bind(cursor.id),
        (None, _) => query,
    };
    query = query.bind(listing.limit);
    if listing.project_ids.len() > 1 {
        query = query.bind_list(&listing.project_ids);
    }
    if let Some(ids) = &matching.rare {
        query = query.bind_list(ids);
    }
    issues::read_all(query).await
}

impl Listing {
    fn only_project(&self) -> Option<&i64> {
        if let [only] = self.project_ids.as_slice() { Some(only) } else { None }
    }
}

/// Conditions with numbered places, in the order in which [`list`] binds their values.
struct Sql {
    text: String,
    places: usize,
}

impl Sql {
    fn new(listing: &Listing) -> Self {
        // With one project its index leads; the organization is then only checked.
        let text = match listing.only_project() {
            Some(_) => format!("where {VISIBLE} and i.organization_id + 0 = $1 and i.project_id = $2"),
            None => format!("where {VISIBLE} and i.organization_id = $1"),
        };
        Self { text, places: if listing.only_project().is_some() { 2 } else { 1 } }
    }

    fn narrow(&mut self, listing: &Listing, matching: &issue_words::Matching) {
        if listing.issue_id.is_some() {
            let place = self.place();
            self.and(&format!("i.id = {place}"));
        }
        if let Some(status) = listing.status {
            self.and(&format!("i.status = '{}'", status.as_str()));
        }
        match listing.assigned {
            None => {}
            Some(AssignedTo::Anybody) => {
                self.and("(i.assigned_user_id is not null or i.assigned_team_id is not null)");
            }
            Some(AssignedTo::Nobody) => self.and("i.assigned_user_id is null and i.assigned_team_id is null"),
            Some(AssignedTo::User(_)) => {
                let place = self.place();
                self.and(&format!("i.assigned_user_id = {place}"));
            }
            Some(AssignedTo::Team(_)) => {
                let place = self.place();
                self.and(&format!("i.assigned_team_id = {place}"));
            }
        }
        for _ in &matching.common {
            let (from, to) = (self.place(), self.place());
            self.and(&format!(
                "exists (select 1 from issue_words w where w.issue_id = i.id and w.word >= {from} and w.word < {to})"
            ));
        }
        if listing.project_ids.len() > 1 {
            self.and("i.project_id in ($list)");
        }
        if matching.rare.is_some() {
            self.and("i.id in ($list)");
        }
    }

    fn and(&mut self, condition: &str) {
        self.text.push_str(" and ");
        self.text.push_str(condition);
    }

    fn place(&mut self) -> String {
        self.places += 1;
        format!("${}", self.places)
    }
}
