use patchbay_proto::tracker as wire;

use crate::domain::issue::activity::Activity;

pub(super) fn to_wire(activity: &Activity) -> wire::Activity {
    wire::Activity {
        id: activity.id,
        issue_id: activity.issue_id,
        r#type: activity.kind.clone(),
        document_json: activity.to_json(),
    }
}
