//! Which issues of a list an operation changes.

use patchbay_domain::Error;
use patchbay_proto::tracker::{IssueFilter, IssueIds};

use crate::api::error::Result;
use crate::api::params::Params;
use crate::api::query::Query;

/// The project of the path, or those of the query; none are all.
pub(super) fn projects(params: &Params, query: &Query) -> Vec<String> {
    match params.project() {
        Ok(project) => vec![project],
        // -1 is every project the caller may see.
        Err(_) => query.get_all("project").into_iter().filter(|project| project != "-1").collect(),
    }
}

/// The selected issues.
pub(super) enum Chosen {
    Ids(IssueIds),
    Filter(IssueFilter),
}

/// # Errors
/// When there is neither a list of ids nor a query, or both. A missing selection never means every issue.
pub(super) fn chosen(params: &Params, query: &Query) -> Result<Chosen> {
    let (organization, projects) = (params.organization()?, projects(params, query));
    match (query.get_all("id"), query.get("query")) {
        (ids, None) if !ids.is_empty() => {
            let ids: Result<Vec<i64>, _> = ids.iter().map(|id| id.parse()).collect();
            let ids = ids.map_err(|_| Error::field("id", "A valid integer is required."))?;
            Ok(Chosen::Ids(IssueIds { ids, organization, projects }))
        }
        (ids, Some(query)) if ids.is_empty() && !query.trim().is_empty() => {
            Ok(Chosen::Filter(IssueFilter { organization, projects, query: query.to_owned() }))
        }
        (ids, Some(_)) if !ids.is_empty() => {
            Err(invalid("Name issues by \"id\" or by \"query\", not by both.").into())
        }
        _ => Err(invalid("Name issues by \"id\" or say in \"query\" which ones are meant.").into()),
    }
}

fn invalid(message: &str) -> Error {
    Error::invalid("INVALID_SEARCH", message)
}
