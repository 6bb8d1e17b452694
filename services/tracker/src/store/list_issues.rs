use std::ops::Bound as End;

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, Query, Result};

use super::issue_words;
use super::issues::{self, FoundIssue, VISIBLE};
use crate::domain::input::pattern;
use crate::domain::issue::cursor::{Cursor, Position};
use crate::domain::search::text::Text;
use crate::domain::search::time::Span;
use crate::domain::search::{Condition, Term};

/// Maximum number of issues that are read for one page if no index finds the matches.
const LOOK: i64 = 2000;

/// A query for issues, with names resolved to ids.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listing {
    pub(crate) organization_id: i64,
    /// Projects of the organization; empty means all.
    pub(crate) project_ids: Vec<i64>,
    /// The issue of a query that is a short id.
    pub(crate) issue_id: Option<i64>,
    /// An issue matches if all terms are true.
    pub(crate) terms: Vec<Term<AssignedTo>>,
    pub(crate) sort: Sort,
    pub(crate) cursor: Option<Cursor>,
    /// How many to fetch.
    pub(crate) limit: i64,
}

/// The assignee of listed issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AssignedTo {
    Anyone,
    Unassigned,
    User(i64),
    Team(i64),
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Last seen first.
    #[default]
    Date,
    /// Last opened first.
    New,
}

/// One page of issues.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) found: Vec<FoundIssue>,
    /// Where the scan stopped at its limit. More matches can follow.
    pub(crate) stopped_at: Option<Position>,
}

/// The issues after the cursor in list order, or before the cursor in reverse order.
pub(crate) async fn list(db: &Db, listing: &Listing) -> Result<Listed> {
    let words = leading_words(&listing.terms);
    let with_rare_words = issue_words::with_rare(db, listing.organization_id, &words).await?;
    if with_rare_words.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Listed::default());
    }
    let mut conditions = Conditions::of(listing);
    let (in_index, others): (Vec<_>, Vec<_>) = listing.terms.iter().partition(|term| stands_in_index(term));
    in_index.into_iter().for_each(|term| conditions.term(term));
    let stopped_at = match &with_rare_words {
        // A rare word leaves few issues to read.
        Some(ids) => {
            conditions.one_of("i.id", ids);
            None
        }
        None if others.is_empty() => None,
        None => conditions.far_end(db, listing).await?,
    };
    if let Some(end) = stopped_at {
        conditions.up_to(listing, end);
    }
    others.into_iter().for_each(|term| conditions.term(term));

    let limit = conditions.number(listing.limit);
    let text = format!("where {} order by {} limit {limit}", conditions.sql, order(listing));
    let found = issues::read_all(conditions.bind(db.query(issues::select_where(&text)))).await?;
    Ok(Listed { found, stopped_at })
}

/// Beginnings of words that every matching issue has.
fn leading_words(terms: &[Term<AssignedTo>]) -> Vec<String> {
    let mut words = Vec::new();
    for term in terms.iter().filter(|term| !term.is_negated) {
        match &term.condition {
            Condition::Text(Text::Word(word)) => words.push(word.clone()),
            Condition::Text(Text::Literal { leading, .. }) => words.extend_from_slice(leading),
            _ => {}
        }
    }
    words.sort();
    words.dedup();
    words
}

/// Whether the index of the list order contains the columns of the term, so that skipped issues cost almost nothing.
fn stands_in_index(term: &Term<AssignedTo>) -> bool {
    matches!(term.condition, Condition::Status(_) | Condition::Assigned(_))
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

/// Conditions with numbered placeholders, and their values.
#[derive(Debug)]
struct Conditions {
    sql: String,
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
    /// All conditions except the terms of the search.
    fn of(listing: &Listing) -> Self {
        let mut conditions = Self { sql: VISIBLE.to_owned(), values: Vec::new(), lists: Vec::new() };
        match listing.project_ids.as_slice() {
            // The index of the project suffices, because a project belongs to one organization.
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
            self.sql,
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
                let last_seen = self.moment(position.last_seen);
                let id = self.number(position.id);
                format!("(i.last_seen, i.id) {comparison} ({last_seen}, {id})")
            }
            Sort::New => format!("i.id {comparison} {}", self.number(position.id)),
        };
        self.and(&condition);
    }

    fn term(&mut self, term: &Term<AssignedTo>) {
        let condition = match &term.condition {
            Condition::Status(status) => format!("i.status = '{}'", status.as_str()),
            Condition::Level(level) => format!("i.level = '{}'", level.as_str()),
            Condition::Assigned(to) => self.assigned(*to),
            Condition::FirstSeen(span) => self.within("i.first_seen", *span),
            Condition::LastSeen(span) => self.within("i.last_seen", *span),
            Condition::Text(Text::Word(word)) => self.word(word),
            Condition::Text(Text::Literal { text, .. }) => self.literal(text),
        };
        match term.is_negated {
            false => self.and(&condition),
            // A null, such as the assignee of an unassigned issue, counts as false.
            true => self.and(&format!("not coalesce({condition}, false)")),
        }
    }

    fn assigned(&mut self, to: AssignedTo) -> String {
        match to {
            AssignedTo::Anyone => {
                "(i.assigned_user_id is not null or i.assigned_team_id is not null)".to_owned()
            }
            AssignedTo::Unassigned => {
                "(i.assigned_user_id is null and i.assigned_team_id is null)".to_owned()
            }
            AssignedTo::User(id) => format!("i.assigned_user_id = {}", self.number(id)),
            AssignedTo::Team(id) => format!("i.assigned_team_id = {}", self.number(id)),
        }
    }

    fn within(&mut self, column: &str, (from, to): Span) -> String {
        let ends = [(from, ">=", ">"), (to, "<=", "<")].map(|(end, or_equal, strictly)| match end {
            End::Included(moment) => Some(format!("{column} {or_equal} {}", self.moment(moment))),
            End::Excluded(moment) => Some(format!("{column} {strictly} {}", self.moment(moment))),
            End::Unbounded => None,
        });
        let ends: Vec<String> = ends.into_iter().flatten().collect();
        format!("({})", ends.join(" and "))
    }

    /// A scalar, which PostgreSQL looks up for the issue at hand, where it would turn an `exists` into a join with all issues
    /// that have the word.
    fn word(&mut self, word: &str) -> String {
        let (from, to) = (self.text(word.to_owned()), self.text(issue_words::beyond(word)));
        format!(
            "(select true from issue_words w
              where w.issue_id = i.id and w.word >= {from} and w.word < {to} limit 1)"
        )
    }

    fn literal(&mut self, text: &str) -> String {
        let pattern = self.text(pattern::holding(text));
        let holds = |column: &str| format!("lower(i.{column} collate \"C\") like {pattern} escape '!'");
        format!("({} or {})", holds("title"), holds("culprit"))
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
        self.sql.push_str(" and ");
        self.sql.push_str(condition);
    }

    /// The placeholder of a new number.
    fn number(&mut self, number: i64) -> String {
        self.values.push(Bound::Number(number));
        self.place()
    }

    fn text(&mut self, text: String) -> String {
        self.values.push(Bound::Text(text));
        self.place()
    }

    fn moment(&mut self, moment: DateTime<Utc>) -> String {
        self.values.push(Bound::Moment(moment));
        self.place()
    }

    /// The placeholder of the last value.
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
