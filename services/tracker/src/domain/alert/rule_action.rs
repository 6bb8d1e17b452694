use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::alert::action::Action;
use crate::domain::alert::ticket_action::TicketAction;

/// An action of an issue rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum RuleAction {
    App(Action),
    Ticket(TicketAction),
}

impl RuleAction {
    pub(crate) fn document(&self) -> Value {
        match self {
            Self::App(action) => action.document(),
            Self::Ticket(action) => action.document(),
        }
    }
}
