//! Rules that send alerts about issues to apps.

mod create_rule;
mod delete_rule;
mod get_rule;
mod get_rule_configuration;
mod list_rules;
mod new_rule;
mod update_rule;

use crate::api::operation::Group;
use crate::api::scopes::{ALERT_READERS, ALERT_WRITERS};

pub(super) fn group() -> Group {
    let operations = vec![
        list_rules::operation(),
        create_rule::operation(),
        get_rule_configuration::operation(),
        get_rule::operation(),
        update_rule::operation(),
        delete_rule::operation(),
    ];
    Group { name: "Alert rules", about: "Rules that send alerts about issues to apps.", operations }
}
