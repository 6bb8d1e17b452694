use crate::domain::project::Project;

/// The project that an error was reported for.
#[derive(Debug, Clone)]
pub(crate) struct ErrorSource {
    pub(crate) organization_slug: String,
    pub(crate) project: Project,
    /// The organization may use `error.created`: each error is published as an event.
    pub(crate) publishes_errors: bool,
}
