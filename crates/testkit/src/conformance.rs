//! The suite that every provider passes. A provider joins it with its tracker; see [`Tracker`].

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod checks;
mod connected;

use async_trait::async_trait;
use patchbay_provider::{Assignee, InboundRequest, Object, Provider, StepView};

use connected::Connected;

/// A provider with a tracker that it can be set up with.
#[async_trait(?Send)]
pub trait Tracker: Sync {
    /// The provider.
    fn provider(&self) -> &dyn Provider;

    /// Answers a step of the setup as a person does.
    async fn answer(&self, step: &str, view: &StepView, nonce: &str) -> Object;

    /// The form of a new ticket, filled in with this title.
    fn new_ticket(&self, title: &str) -> Object;

    /// A key that no ticket has.
    fn missing_key(&self) -> &'static str;

    /// A person whom the tracker knows.
    fn person(&self) -> Assignee;

    /// An open and a done status, as tickets have them.
    fn statuses(&self) -> [&'static str; 2];

    /// Whether a ticket is assigned to the person, by what the tracker shows to others than the provider.
    async fn is_assigned(&self, key: &str) -> bool;

    /// The texts of a ticket's comments, likewise.
    async fn comments(&self, key: &str) -> Vec<String>;

    /// Whether the tracker has a webhook for this installation. `None` if the webhook is made by people.
    async fn has_webhook(&self) -> Option<bool>;

    /// A person changes a ticket. Returns the webhook about it if it is not posted to the public URL.
    async fn change(&self, key: &str, edit: Edit) -> Option<InboundRequest>;

    /// From now on, or with `None` no longer, every call fails. Returns whether the tracker can do that.
    async fn fail(&self, fault: Option<Fault>) -> bool;
}

/// A change by a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// To the person of the tracker.
    Assign,
    /// To no person.
    Unassign,
    /// To the done status.
    Close,
    /// To the open status.
    Reopen,
}

/// A way in which a tracker fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It does not accept the credentials.
    Unauthorized,
    /// It refuses with 403.
    Forbidden,
    /// It answers 429 with `Retry-After`.
    Limited,
    /// It answers 500.
    Broken,
    /// It answers HTML.
    Html,
    /// It does not accept connections.
    Away,
}

/// Runs all checks, one after the other. The name of each is printed before.
pub async fn conforms(tracker: &dyn Tracker) {
    macro_rules! run {
        ($($check:ident),* $(,)?) => {
            eprintln!("the_description_is_complete");
            checks::the_description_is_complete(tracker.provider().descriptor());
            let connected = Connected::start(tracker).await;
            $(
                eprintln!("{}", stringify!($check));
                checks::$check(&connected).await;
            )*
        };
    }
    run!(
        a_ticket_is_made_from_its_form_and_found,
        a_ticket_that_does_not_exist_is_gone,
        an_assignee_goes_out_and_an_unknown_one_changes_nothing,
        a_status_goes_out_and_an_unknown_one_is_refused,
        a_comment_is_written_and_edited,
        changes_of_people_come_in_with_their_time,
        forged_and_broken_webhooks_have_no_effect,
        failures_have_a_kind_and_show_no_credentials,
        the_webhook_is_removed_in_the_end,
    );
}
