//! Rules that send alerts about the number of errors to apps.

mod create_metric_rule;
mod delete_metric_rule;
mod get_metric_rule;
mod list_metric_rules;

use crate::api::operation::Group;
use crate::api::scopes::{ALERT_READERS, ALERT_WRITERS};

pub(super) fn group() -> Group {
    let operations = vec![
        list_metric_rules::operation(),
        create_metric_rule::operation(),
        get_metric_rule::operation(),
        delete_metric_rule::operation(),
    ];
    Group {
        name: "Metric alert rules",
        about: "Rules that send alerts about the number of errors to apps.",
        operations,
    }
}
