//! To the user who requested the publication of an app.

use super::Mail;
use crate::domain::app::App;
use crate::domain::publication_request::Requester;

pub(crate) fn publication_decided(app: &App, requester: &Requester, approved: bool, note: &str) -> Vec<Mail> {
    let (subject, decision) = match approved {
        true => ("was published", "was published: every organization can install it now."),
        false => {
            ("was not published", "was not published. It is unpublished again, and you can ask once more.")
        }
    };
    let note = if note.is_empty() { String::new() } else { format!("\nThe reviewer says:\n\n> {note}\n") };
    let body =
        format!("Hello {},\n\nyour app {} ({}) {decision}\n{note}", requester.name, app.name, app.slug);
    Mail::to_each([&requester.email], &format!("{} {subject}", app.name), &body)
}
