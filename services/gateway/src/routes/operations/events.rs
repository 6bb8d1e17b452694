use patchbay_domain::Scope::{OrgAdmin, OrgIntegrations, OrgWrite};

use crate::access::one_of;
use crate::field::Kind::Integer;
use crate::field::optional;
use crate::json::explained_event::ExplainedEventJson;
use crate::json::missed_events::MissedEventsJson;
use crate::operation::get;
use crate::routes::{Group, explain_event, list_missed_events};

pub(in crate::routes) fn group() -> Group {
    let operations = vec![
        get(
            "list_missed_events",
            "/api/0/sentry-app-installations/{installation}/events/",
            list_missed_events::list_missed_events,
        )
        .does("Fetch what an installation was sent, from a sequence number on")
        .by(one_of(&[OrgIntegrations, OrgWrite, OrgAdmin]).and_the_app())
        .asks(&[optional("after", Integer), optional("per_page", Integer)])
        .answers::<MissedEventsJson>(200),
        get(
            "explain_event",
            "/api/0/organizations/{organization}/events/{event}/explain/",
            explain_event::explain_event,
        )
        .does("Explain what became of an event at each installation")
        .by(one_of(&[OrgWrite, OrgAdmin]).and_each_app())
        .answers::<ExplainedEventJson>(200),
    ];
    Group { name: "Events", about: "What happened in the product, and who was told.", operations }
}
