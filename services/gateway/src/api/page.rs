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
        let size = self.page.size;
        self.page_of(has_more, size, entries)
    }

    /// The answer if the service may have returned fewer entries than a page has, because they are large.
    pub(crate) fn cut_page<T>(self, has_more: bool, returned: usize, entries: T) -> Paged<T> {
        let returned = i32::try_from(returned).unwrap_or(i32::MAX).min(self.page.size);
        self.page_of(has_more, returned, entries)
    }

    /// [`Paging::list`] if the service may have returned fewer entries than a page has, because they are large.
    pub(crate) fn cut_list<T>(
        self,
        has_more: bool,
        entries: impl IntoIterator<Item = T>,
    ) -> Paged<Json<Vec<T>>> {
        let entries: Vec<T> = entries.into_iter().collect();
        self.cut_page(has_more, entries.len(), Json(entries))
    }

    fn page_of<T>(self, has_more: bool, returned: i32, entries: T) -> Paged<T> {
        Paged { link: self.page.link(&self.url, &self.query, has_more, returned), entries }
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
    /// How many entries are before it.
    offset: i32,
}

impl Page {
    /// Reads `per_page` and `cursor`, which is `<size>:<page>:<1 when it leads back>`. The page counts pages of this size.
    fn read_up_to(largest: i32, query: &Query) -> Result<Self> {
        let size = size(largest, query)?;
        let offset = match query.get("cursor") {
            None | Some("") => 0,
            Some(cursor) => offset(cursor, size).ok_or_else(|| invalid("cursor"))?,
        };
        Ok(Self { size, offset })
    }

    fn size(self) -> i32 {
        self.size
    }

    fn offset(self) -> i32 {
        self.offset
    }

    /// The `Link` header of this page, on which `returned` entries are. `url` is the route's own, without a query.
    fn link(
        self,
        url: &str,
        query: &Query,
        has_more: bool,
        returned: i32,
    ) -> Option<(HeaderName, HeaderValue)> {
        let link = |relation: &str, offset: i32, back: u8, results: bool| {
            // An offset between two pages is counted in pages of one entry.
            let (size, number) =
                if offset % self.size == 0 { (self.size, offset / self.size) } else { (1, offset) };
            let cursor = format!("{size}:{number}:{back}");
            let query = query.with("cursor", &cursor);
            format!("<{url}?{query}>; rel=\"{relation}\"; results=\"{results}\"; cursor=\"{cursor}\"")
        };
        let previous = link("previous", self.offset.saturating_sub(self.size).max(0), 1, self.offset > 0);
        let next = link("next", self.offset.saturating_add(returned.max(1)), 0, has_more);
        let value = HeaderValue::from_str(&format!("{previous}, {next}")).ok()?;
        Some((header::LINK, value))
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

/// The number of entries before the page of a cursor. A cursor without a usable size counts in pages of the requested size.
fn offset(cursor: &str, page_size: i32) -> Option<i32> {
    let mut parts = cursor.split(':');
    let (size, number, _back) = (parts.next()?, parts.next()?, parts.next()?);
    let size = size.parse().ok().filter(|size| (1..=LARGEST).contains(size)).unwrap_or(page_size);
    let number: i32 = number.parse().ok().filter(|number| *number >= 0)?;
    parts.next().is_none().then_some(number.checked_mul(size)?)
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
            ("per_page=10&cursor=1:17:0", Ok((10, 17))),
            ("per_page=10&cursor=5:3:0", Ok((10, 15))),
            ("per_page=10&cursor=0:3:0", Ok((10, 30))),
            ("per_page=10&cursor=x:3:0", Ok((10, 30))),
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
        let (_, value) =
            Page::read_up_to(LARGEST, &query).unwrap().link("http://x/", &query, false, 10).unwrap();
        assert_eq!(
            value,
            concat!(
                r#"<http://x/?per_page=10&x=%22&cursor=10%3A0%3A1>; rel="previous"; results="true"; cursor="10:0:1", "#,
                r#"<http://x/?per_page=10&x=%22&cursor=10%3A2%3A0>; rel="next"; results="false"; cursor="10:2:0""#,
            )
        );
    }

    #[test]
    fn cursors_of_pages_that_were_cut_short_lead_over_every_entry() {
        let query = Query::parse("per_page=10");
        let next = |page: Page, returned| {
            let (_, value) = page.link("http://x/", &query, true, returned).unwrap();
            let value = value.to_str().unwrap().to_owned();
            let cursor = value.rsplit("cursor=\"").next().unwrap().trim_end_matches('"');
            Page::read_up_to(LARGEST, &Query::parse(&query.with("cursor", cursor))).unwrap()
        };
        let (mut page, mut offsets) = (Page::read_up_to(LARGEST, &query).unwrap(), Vec::new());
        for returned in [3, 7, 10, 1, 10] {
            page = next(page, returned);
            offsets.push(page.offset());
        }
        assert_eq!(offsets, [3, 10, 20, 21, 31]);
    }
}
