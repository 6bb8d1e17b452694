use patchbay_proto::tracker as wire;

use crate::domain::project::Project;

pub(super) fn to_wire(project: Project) -> wire::Project {
    wire::Project {
        id: project.id,
        organization_id: project.organization_id,
        slug: project.slug,
        name: project.name,
        platform: project.platform,
    }
}
