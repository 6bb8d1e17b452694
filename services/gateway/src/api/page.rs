//! Pages of a list: Sentry's `cursor` in the query and its `Link` header.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use patchbay_domain::{Error, Result};

use crate::api::error::Failure;
use crate::api::query::Query;
use crate::context::Context;

const LARGEST: i32 = 100;

/// The page that a request asks for, of at most `LARGEST` entries. A handler takes it after the caller, so that requests
/// without credentials are refused first.
pub(crate) struct Paging<const LARGEST_PAGE: i32 = LARGEST> {
    page: Page,
    /// The URL of the request, without its query.
    url: String,
    query: Query,
}

impl<const LARGEST_PAGE: i32> FromRequestParts<Context> for Paging<LARGEST_PAGE> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Failure> {
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        let page = Page::read_up_to(LARGEST_PAGE, &query)?;
        Ok(Self { page, url: format!("{}{}", context.config.base_url(), parts.uri.path()), query })
    }
}

impl<const LARGEST_PAGE: i32> Paging<LARGEST_PAGE> {
    /// Number of entries before the page.
    pub(crate) fn offset(&self) -> i32 {
        self.page.offset()
    }

    /// Number of entries of the page.
    pub(crate) fn size(&self) -> i32 {
        self.page.size()
    }

    /// The answer: these entries as a JSON array, with links to the pages around them.
    pub(crate) fn list<T>(self, has_more: bool, entries: impl IntoIterator<Item = T>) -> Paged<Json<Vec<T>>> {
        self.page(has_more, Json(entries.into_iter().collect()))
    }

    /// The answer: these entries, with links to the pages around them.
    pub(crate) fn page<T>(self, has_more: bool, entries: T) -> Paged<T> {
        Paged { link: self.page.link(&self.url, &self.query, has_more), entries }
    }
}

/// A page of a list and its `Link` header.
pub(crate) struct Paged<T> {
    link: Option<(HeaderName, HeaderValue)>,
    entries: T,
}

impl<T: IntoResponse> IntoResponse for Paged<T> {
    fn into_response(self) -> Response {
        (AppendHeaders(self.link), self.entries).into_response()
    }
}

/// The position of a page in its list.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
struct Page {
    /// How many entries a page has.
    size: i32,
    /// 0 for the first page.
    number: i32,
}

impl Page {
    /// Reads `per_page` and `cursor`, which is `<size>:<page>:<1 when it leads back>`.
    fn read_up_to(largest: i32, query: &Query) -> Result<Self> {
        let size = size(largest, query)?;
        let number = match query.get("cursor") {
            None | Some("") => 0,
            Some(cursor) => page_number(cursor).ok_or_else(|| invalid("cursor"))?,
        };
        let page = Self { size, number };
        page.checked_offset().map(|_| page).ok_or_else(|| invalid("cursor"))
    }

    fn size(self) -> i32 {
        self.size
    }

    fn offset(self) -> i32 {
        self.checked_offset().unwrap_or(i32::MAX)
    }

    /// The `Link` header of this page. `url` is the route's own, without a query.
    fn link(self, url: &str, query: &Query, has_more: bool) -> Option<(HeaderName, HeaderValue)> {
        let link = |relation: &str, number: i32, back: u8, results: bool| {
            let cursor = format!("{}:{number}:{back}", self.size);
            let query = query.with("cursor", &cursor);
            format!("<{url}?{query}>; rel=\"{relation}\"; results=\"{results}\"; cursor=\"{cursor}\"")
        };
        let previous = link("previous", self.number.saturating_sub(1).max(0), 1, self.number > 0);
        let next = link("next", self.number.saturating_add(1), 0, has_more);
        let value = HeaderValue::from_str(&format!("{previous}, {next}")).ok()?;
        Some((header::LINK, value))
    }

    fn checked_offset(self) -> Option<i32> {
        self.number.checked_mul(self.size)
    }
}

/// Reads `per_page` (`limit` in older lists of issues) of a list whose cursor is a position.
pub(crate) fn page_size(query: &Query) -> Result<i32> {
    size(LARGEST, query)
}

fn size(largest: i32, query: &Query) -> Result<i32> {
    let size = match query.get("per_page").or_else(|| query.get("limit")) {
        None => largest,
        Some(text) => text.parse().map_err(|_| invalid("per_page"))?,
    };
    if (1..=largest).contains(&size) {
        return Ok(size);
    }
    let message = format!("Invalid per_page value. Must be between 1 and {largest}.");
    Err(Error::invalid("INVALID_PAGE", message))
}

fn invalid(what: &str) -> Error {
    Error::invalid("INVALID_PAGE", format!("Invalid {what} parameter."))
}

fn page_number(cursor: &str) -> Option<i32> {
    let mut parts = cursor.split(':');
    let (_size, number, _back) = (parts.next()?, parts.next()?, parts.next()?);
    let number = number.parse().ok().filter(|number| *number >= 0)?;
    parts.next().is_none().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_from_the_query() {
        let cases = [
            ("", Ok((100, 0))),
            ("cursor=", Ok((100, 0))),
            ("per_page=10&cursor=10:3:0", Ok((10, 30))),
            ("cursor=100:0:1", Ok((100, 0))),
            ("per_page=0", Err("Invalid per_page value. Must be between 1 and 100.")),
            ("per_page=101", Err("Invalid per_page value. Must be between 1 and 100.")),
            ("per_page=x", Err("Invalid per_page parameter.")),
            ("cursor=x", Err("Invalid cursor parameter.")),
            ("cursor=100:-1:0", Err("Invalid cursor parameter.")),
            ("cursor=100:1:0:0", Err("Invalid cursor parameter.")),
            ("cursor=100:2147483647:0", Err("Invalid cursor parameter.")),
        ];
        for (query, expected) in cases {
            let page = Page::read_up_to(LARGEST, &Query::parse(query));
            let found = page.map(|page| (page.size(), page.offset())).map_err(|error| error.message);
            assert_eq!(found, expected.map_err(str::to_owned), "{query}");
        }
    }

    #[test]
    fn the_links_lead_to_the_pages_before_and_behind() {
        let query = Query::parse("per_page=10&cursor=10:1:0&x=%22");
        let (_, value) = Page::read_up_to(LARGEST, &query).unwrap().link("http://x/", &query, false).unwrap();
        assert_eq!(
            value,
            concat!(
                r#"<http://x/?per_page=10&x=%22&cursor=10%3A0%3A1>; rel="previous"; results="true"; cursor="10:0:1", "#,
                r#"<http://x/?per_page=10&x=%22&cursor=10%3A2%3A0>; rel="next"; results="false"; cursor="10:2:0""#,
            )
        );
    }
}
