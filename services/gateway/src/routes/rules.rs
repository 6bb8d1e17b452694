//! Rules that send alerts about issues to apps.

mod create_rule;
mod delete_rule;
mod get_rule;
mod get_rule_configuration;
mod list_rules;
mod new_rule;
mod update_rule;

use patchbay_domain::Scope;

use crate::api::operation::Group;
use crate::api::schema::{Field, Kind, optional, required};

const ALERT_READERS: &[Scope] = &[Scope::AlertsRead, Scope::AlertsWrite, Scope::ProjectRead];
const ALERT_WRITERS: &[Scope] = &[Scope::AlertsWrite, Scope::ProjectWrite];
const RULE: &[Field] = &[
    required("name", Kind::Text),
    required("actions", Kind::Anything),
    optional("actionMatch", Kind::Text),
    optional("filterMatch", Kind::Text),
    optional("frequency", Kind::Integer),
    optional("conditions", Kind::Anything),
    optional("filters", Kind::Anything),
];

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
