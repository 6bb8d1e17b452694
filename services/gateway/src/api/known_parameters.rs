//! Operations that change something refuse unknown query parameters: a misspelled one may have been meant to narrow
//! the operation down.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::routing::MethodRouter;
use patchbay_domain::Error;

use crate::api::by_address;
use crate::api::query::Query;
use crate::api::schema::Field;
use crate::context::Context;

/// Characters of a parameter name that are repeated in a refusal.
const MAX_ECHO: usize = 100;

/// The handler of an operation, behind a check that its query has declared parameters only. Safe methods accept any,
/// as in Sentry.
pub(crate) fn only(
    context: &Context,
    handler: MethodRouter<Context>,
    method: &Method,
    declared: &[Field],
) -> MethodRouter<Context> {
    if method.is_safe() {
        return handler;
    }
    let declared: Vec<&'static str> = declared.iter().map(|field| field.name).collect();
    let context = context.clone();
    handler.layer(from_fn(move |request: Request, next: Next| {
        let context = context.clone();
        let refusal = check(&declared, request.uri().query().unwrap_or_default());
        async move {
            match refusal {
                Ok(()) => next.run(request).await,
                Err(error) => by_address::refuse(&request.into_parts().0, &context, error).into_response(),
            }
        }
    }))
}

/// # Errors
/// `UNKNOWN_PARAMETER`, about the first one.
fn check(declared: &[&str], query: &str) -> Result<(), Error> {
    let query = Query::parse(query);
    let Some(unknown) = query.names().find(|name| !declared.contains(name)) else { return Ok(()) };
    let unknown: String = unknown.chars().take(MAX_ECHO).collect();
    let known = match declared {
        [] => "there are none here".to_owned(),
        names => format!("known here: {}", names.join(", ")),
    };
    Err(Error::invalid("UNKNOWN_PARAMETER", format!("Unknown query parameter \"{unknown}\"; {known}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_is_not_declared_is_named() {
        let declared = ["id", "query"];
        for query in ["", "id=1&id=2", "query=a%20b", "&"] {
            assert_eq!(check(&declared, query), Ok(()), "{query}");
        }
        for (query, name) in
            [("quer=alpha", "quer"), ("id=1&ids=2", "ids"), ("ID=1", "ID"), ("=x", ""), ("i%00d", "i\0d")]
        {
            let refused = check(&declared, query).unwrap_err();
            let expected = format!("Unknown query parameter \"{name}\"; known here: id, query.");
            assert_eq!((refused.reason.as_ref(), refused.message), ("UNKNOWN_PARAMETER", expected));
        }
        assert!(check(&[], "id=1").unwrap_err().message.ends_with("there are none here."));
    }
}
