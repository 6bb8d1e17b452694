use patchbay_proto::installation::EventType;

use crate::domain::custom_event_type::CustomEventType;

pub(super) fn event_type_message(own: CustomEventType) -> EventType {
    EventType {
        resource: own.resource,
        action: own.action,
        scope: own.scope.to_string(),
        schema_json: own.schema_json.unwrap_or_default(),
        built_in: false,
    }
}
