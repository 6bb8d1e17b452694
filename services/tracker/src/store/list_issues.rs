use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, Query, Result};

use super::issue_words::{self, Matching};
use super::issues::{self, FoundIssue, VISIBLE};
use crate::domain::cursor::{Cursor, Position};
use crate::domain::status::Status;

/// Of issues with a common word so many are looked at for one page.
const LOOK: i64 = 2000;

/// What is listed, with every name looked up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    pub(crate) organization_id: i64,
    /// Of the organization; all when empty.
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

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) found: Vec<FoundIssue>,
    /// Where looking for common words was given up. There may be more behind it, however many were found.
    pub(crate) stopped_at: Option<Position>,
}

/// The issues behind the cursor in their order, or before it in the opposite one.
pub(crate) async fn list(db: &Db, listing: &Listing) -> Result<Listed> {
    let matching = issue_words::matching(db, listing.organization_id, &listing.words).await?;
    if matching.is_none_possible() {
        return Ok(Listed::default());
    }
    let mut conditions = Conditions::of(listing);
    if let Some(ids) = &matching.rare {
        conditions.one_of("i.id", ids);
    }
    let stopped_at = match &matching {
        // A rare word leaves little to look at.
        Matching { rare: None, common } if !common.is_empty() => conditions.far_end(db, listing).await?,
        _ => None,
    };
    if let Some(end) = stopped_at {
        conditions.up_to(listing, end);
    }
    matching.common.iter().for_each(|word| conditions.word(word));

    let limit = conditions.number(listing.limit);
    let text = format!("where {} order by {} limit {limit}", conditions.text, order(listing));
    let found = issues::read_all(conditions.bind(db.query(issues::select_where(&text)))).await?;
    Ok(Listed { found, stopped_at })
}

fn is_backwards(listing: &Listing) -> bool {
    listing.cursor.is_some_and(|cursor| cursor.back)
}

fn order(listing: &Listing) -> String {
    let direction = if is_backwards(listing) { "asc" } else { "desc" };
    match listing.sort {
        Sort::Date => format!("i.last_seen {direction}, i.id {direction}"),
        Sort::New => format!("i.id {direction}"),
    }
}

/// Conditions with numbered places and what is bound to them.
#[derive(Debug)]
struct Conditions {
    text: String,
    values: Vec<Bound>,
    lists: Vec<Vec<i64>>,
}

#[derive(Debug)]
enum Bound {
    Number(i64),
    Text(String),
    Moment(DateTime<Utc>),
}

impl Conditions {
    /// Everything but words. All of it stands in the index of the order, so that what is passed over costs next to nothing.
    fn of(listing: &Listing) -> Self {
        let mut conditions = Self { text: VISIBLE.to_owned(), values: Vec::new(), lists: Vec::new() };
        match listing.project_ids.as_slice() {
            // Its own index leads; a project is of one organization.
            [only] => conditions.equal("i.project_id", *only),
            some => {
                conditions.equal("i.organization_id", listing.organization_id);
                if !some.is_empty() {
                    conditions.one_of("i.project_id", some);
                }
            }
        }
        if let Some(id) = listing.issue_id {
            conditions.equal("i.id", id);
        }
        if let Some(status) = listing.status {
            conditions.and(&format!("i.status = '{}'", status.as_str()));
        }
        match listing.assigned {
            None => {}
            Some(AssignedTo::Anybody) => {
                conditions.and("(i.assigned_user_id is not null or i.assigned_team_id is not null)");
            }
            Some(AssignedTo::Nobody) => {
                conditions.and("i.assigned_user_id is null and i.assigned_team_id is null");
            }
            Some(AssignedTo::User(id)) => conditions.equal("i.assigned_user_id", id),
            Some(AssignedTo::Team(id)) => conditions.equal("i.assigned_team_id", id),
        }
        if let Some(Cursor { at, back }) = listing.cursor {
            conditions.at(listing, if back { ">" } else { "<" }, at);
        }
        conditions
    }

    /// The position of the last of the next [`LOOK`] issues; `None` when there are fewer.
    async fn far_end(&self, db: &Db, listing: &Listing) -> Result<Option<Position>> {
        let text = format!(
            "select i.last_seen, i.id from issues i left join projects p on p.id = i.project_id
             where {} order by {} limit 1 offset {}",
            self.text,
            order(listing),
            LOOK - 1
        );
        let end: Option<(DateTime<Utc>, i64)> =
            self.bind(db.query(AssertSqlSafe(text))).fetch_optional().await?;
        Ok(end.map(|(last_seen, id)| Position { last_seen, id }))
    }

    fn up_to(&mut self, listing: &Listing, end: Position) {
        self.at(listing, if is_backwards(listing) { "<=" } else { ">=" }, end);
    }

    fn at(&mut self, listing: &Listing, comparison: &str, position: Position) {
        let condition = match listing.sort {
            Sort::Date => {
                self.values.push(Bound::Moment(position.last_seen));
                let last_seen = self.place();
                let id = self.number(position.id);
                format!("(i.last_seen, i.id) {comparison} ({last_seen}, {id})")
            }
            Sort::New => format!("i.id {comparison} {}", self.number(position.id)),
        };
        self.and(&condition);
    }

    /// A scalar, which PostgreSQL looks up for the issue at hand, where it would turn an `exists` into a join with all issues
    /// that have the word.
    fn word(&mut self, word: &str) {
        self.values.push(Bound::Text(word.to_owned()));
        let from = self.place();
        self.values.push(Bound::Text(issue_words::beyond(word)));
        let to = self.place();
        self.and(&format!(
            "(select true from issue_words w
              where w.issue_id = i.id and w.word >= {from} and w.word < {to} limit 1)"
        ));
    }

    fn equal(&mut self, column: &str, number: i64) {
        let condition = format!("{column} = {}", self.number(number));
        self.and(&condition);
    }

    fn one_of(&mut self, column: &str, numbers: &[i64]) {
        self.and(&format!("{column} in ($list)"));
        self.lists.push(numbers.to_vec());
    }

    fn and(&mut self, condition: &str) {
        self.text.push_str(" and ");
        self.text.push_str(condition);
    }

    /// The place of another number.
    fn number(&mut self, number: i64) -> String {
        self.values.push(Bound::Number(number));
        self.place()
    }

    /// The place of the last value.
    fn place(&self) -> String {
        format!("${}", self.values.len())
    }

    fn bind<'e>(&self, mut query: Query<'e>) -> Query<'e> {
        for value in &self.values {
            query = match value {
                Bound::Number(number) => query.bind(*number),
                Bound::Text(text) => query.bind(text.as_str()),
                Bound::Moment(moment) => query.bind(*moment),
            };
        }
        self.lists.iter().fold(query, |query, list| query.bind_list(list))
    }
}
