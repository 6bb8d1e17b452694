use patchbay_proto::installation as proto;

use crate::domain::installation::project_filter::FilteredProject;

pub(super) fn project_filter_message(projects: Vec<FilteredProject>) -> proto::ProjectFilter {
    let project = |project: FilteredProject| proto::FilteredProject { id: project.id, slug: project.slug };
    proto::ProjectFilter { projects: projects.into_iter().map(project).collect() }
}
