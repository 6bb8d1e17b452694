//! The filter in the query of the webhook log.

use chrono::{DateTime, NaiveDateTime, Utc};
use patchbay_domain::{Error, shortened};

use super::next_page::page_limit;
use crate::api::query::Query;

/// The filter of a query.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Filter {
    /// Empty for all.
    pub(super) event_type: String,
    pub(super) errors_only: bool,
    pub(super) organization: Option<String>,
    pub(super) start: Option<DateTime<Utc>>,
    pub(super) end: Option<DateTime<Utc>>,
    /// Empty for all, as the next ones.
    pub(super) installation: String,
    pub(super) delivery: String,
    pub(super) text: String,
    /// The lowest and the highest.
    pub(super) response_codes: Option<(i32, i32)>,
    pub(super) full: bool,
    pub(super) limit: i32,
    pub(super) page: String,
}

impl Filter {
    pub(super) fn read(query: &Query) -> patchbay_domain::Result<Self> {
        let filter = Self {
            event_type: query.get("eventType").unwrap_or_default().to_owned(),
            errors_only: flag("errorsOnly", query.get("errorsOnly"))?,
            organization: query.get("organizationSlug").map(str::to_owned),
            start: moment("start", query.get("start"))?,
            end: moment("end", query.get("end"))?,
            installation: query.get("installation").unwrap_or_default().to_owned(),
            delivery: query.get("delivery").unwrap_or_default().to_owned(),
            text: query.get("query").unwrap_or_default().to_owned(),
            response_codes: query.get("responseCode").map(response_codes).transpose()?,
            full: flag("full", query.get("full"))?,
            limit: page_limit(query)?,
            page: query.get("cursor").unwrap_or_default().to_owned(),
        };
        if query.get("eventType").is_some_and(|name| name.is_empty() || name.contains('\0')) {
            return Err(not_a_choice(&filter.event_type));
        }
        if filter.organization.as_ref().is_some_and(|slug| slug.is_empty() || slug.contains('\0')) {
            return Err(invalid_organization());
        }
        if let (Some(start), Some(end)) = (filter.start, filter.end)
            && start > end
        {
            let message = "Invalid timestamp (start must be before end).";
            return Err(Error::field("non_field_errors", message));
        }
        Ok(filter)
    }
}

/// The spellings that Django REST framework takes for a truth value.
fn flag(name: &str, text: Option<&str>) -> patchbay_domain::Result<bool> {
    match text.unwrap_or("false").to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Ok(false),
        _ => Err(Error::field(name, "Must be a valid boolean.")),
    }
}

/// `500`, `5xx`, or `0` for no answer.
fn response_codes(text: &str) -> patchbay_domain::Result<(i32, i32)> {
    let wrong = || Error::field("responseCode", "Has to be a status such as 404, a class such as 5xx, or 0.");
    if let Some(class) = text.strip_suffix("xx") {
        let class: i32 = class.parse().ok().filter(|class| (1..=5).contains(class)).ok_or_else(wrong)?;
        return Ok((class * 100, class * 100 + 99));
    }
    let status = text.parse().ok().filter(|status| matches!(status, 0 | 100..=599)).ok_or_else(wrong)?;
    Ok((status, status))
}

pub(super) fn moment(name: &str, text: Option<&str>) -> patchbay_domain::Result<Option<DateTime<Utc>>> {
    let Some(text) = text else { return Ok(None) };
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").map(|moment| Some(moment.and_utc())).map_err(
        |_| {
            let message = "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DD hh:mm:ss.";
            Error::field(name, message)
        },
    )
}

/// The error of the webhook sender with the fields as callers of the REST API write them.
pub(super) fn in_our_words(error: Error) -> Error {
    error.with_fields_named(|field| match field {
        "delivery_id" => "delivery",
        "installation_uuid" => "installation",
        "limit" => "per_page",
        "page" => "cursor",
        "rate_per_second" => "ratePerSecond",
        "text" => "query",
        other => other,
    })
}

pub(super) fn not_a_choice(event_type: &str) -> Error {
    Error::field("eventType", format!("\"{}\" is not a valid choice.", shortened(event_type)))
}

pub(super) fn invalid_organization() -> Error {
    Error::invalid("INVALID_ORGANIZATION", "Invalid organization.")
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn read(query: &str) -> patchbay_domain::Result<Filter> {
        Filter::read(&Query::parse(query))
    }

    #[test]
    fn a_whole_query_is_read() {
        let query = "eventType=issue.created&errorsOnly=1&organizationSlug=org&\
                     start=2026-08-16%2003:03:14&end=2026-08-16+03:03:15";
        let filter = read(query).unwrap();
        assert_eq!((filter.event_type.as_str(), filter.errors_only), ("issue.created", true));
        assert_eq!(filter.organization.as_deref(), Some("org"));
        assert_eq!((filter.end.unwrap() - filter.start.unwrap()).num_seconds(), 1);
        assert_eq!(read("").unwrap(), Filter::default());
        let more = read("responseCode=5xx&query=needle&full=1&per_page=10&cursor=1.a.2&delivery=x").unwrap();
        assert_eq!((more.response_codes, more.limit, more.full), (Some((500, 599)), 10, true));
        assert_eq!((more.text.as_str(), more.page.as_str()), ("needle", "1.a.2"));
        assert_eq!(read("responseCode=0").unwrap().response_codes, Some((0, 0)));
    }

    #[test]
    fn fields_are_named_as_the_caller_writes_them() {
        let error = ["rate_per_second", "installation_uuid", "page", "start"]
            .into_iter()
            .fold(Error::invalid("INVALID_FIELD", ""), |error, field| error.with_field(field, "x"));
        let names: Vec<_> = in_our_words(error).fields.into_iter().map(|violation| violation.field).collect();
        assert_eq!(names, ["ratePerSecond", "installation", "cursor", "start"]);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (query, field) in [
            ("errorsOnly=perhaps", "errorsOnly"),
            ("full=perhaps", "full"),
            ("responseCode=6xx", "responseCode"),
            ("responseCode=99", "responseCode"),
            ("responseCode=", "responseCode"),
            ("start=yesterday", "start"),
            ("start=99999-01-01T00:00:00Z", "start"),
            ("end=2026-02-30%2000:00:00", "end"),
            ("end=", "end"),
            ("eventType=", "eventType"),
            ("eventType=%00", "eventType"),
            ("start=2026-08-16+03:03:15&end=2026-08-16+03:03:14", "non_field_errors"),
        ] {
            assert_eq!(read(query).unwrap_err().fields[0].field, field, "{query}");
        }
        assert_eq!(read("organizationSlug=").unwrap_err().message, "Invalid organization.");
    }
}
