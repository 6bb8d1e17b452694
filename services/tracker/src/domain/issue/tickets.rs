use patchbay_domain::{Error, Result};
use serde::{Deserialize, Serialize};
use url::Url;

const MAX_TICKETS: usize = 100;
const MAX_URL: usize = 2048;
const MAX_LABEL: usize = 255;

/// The tickets at outside trackers that are linked to an issue, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Tickets(Vec<Ticket>);

/// A ticket, and its link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ticket {
    pub(crate) link_id: i64,
    pub(crate) url: String,
    pub(crate) label: String,
}

/// A ticket as the document of an issue shows it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Annotation<'a> {
    url: &'a str,
    display_name: &'a str,
}

impl Ticket {
    /// # Errors
    /// `INVALID_FIELD` (url): people click it, so it has to be a web address.
    pub(crate) fn read(link_id: i64, url: String, label: &str) -> Result<Self> {
        let is_web = Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_web || url.chars().count() > MAX_URL {
            return Err(Error::field("url", "Enter a valid URL."));
        }
        Ok(Self { link_id, url, label: label.chars().take(MAX_LABEL).collect() })
    }
}

impl Tickets {
    /// The inverse of [`Tickets::stored`]; `None` if the text is something else.
    pub(crate) fn from_stored(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(crate) fn stored(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers")
    }

    /// Adds a ticket, or replaces the one of the same link. Returns whether it was added.
    ///
    /// # Errors
    /// `TOO_MANY_TICKETS`.
    pub(crate) fn put(&mut self, ticket: Ticket) -> Result<bool> {
        if let Some(known) = self.0.iter_mut().find(|known| known.link_id == ticket.link_id) {
            *known = ticket;
            return Ok(false);
        }
        if self.0.len() >= MAX_TICKETS {
            let message = format!("An issue shows at most {MAX_TICKETS} tickets.");
            return Err(Error::invalid("TOO_MANY_TICKETS", message));
        }
        self.0.push(ticket);
        Ok(true)
    }

    /// Removes the ticket of a link. Returns whether there was one.
    pub(crate) fn forget(&mut self, link_id: i64) -> bool {
        let before = self.0.len();
        self.0.retain(|known| known.link_id != link_id);
        self.0.len() < before
    }

    pub(crate) fn annotations(&self) -> Vec<Annotation<'_>> {
        self.0.iter().map(|ticket| Annotation { url: &ticket.url, display_name: &ticket.label }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(link_id: i64, label: &str) -> Ticket {
        Ticket::read(link_id, format!("https://jira.acme.test/browse/{label}"), label).unwrap()
    }

    #[test]
    fn a_link_has_one_ticket() {
        let mut tickets = Tickets::default();
        assert_eq!(tickets.put(ticket(5, "OPS-7")), Ok(true));
        assert_eq!(tickets.put(ticket(5, "WEB-3")), Ok(false));
        let shown = serde_json::to_value(tickets.annotations()).unwrap();
        let expected =
            serde_json::json!([{"url": "https://jira.acme.test/browse/WEB-3", "displayName": "WEB-3"}]);
        assert_eq!(shown, expected);
        assert_eq!(Tickets::from_stored(&tickets.stored()), Some(tickets.clone()));
        assert!(tickets.forget(5) && !tickets.forget(5));
        assert_eq!(tickets.stored(), "[]");
    }

    #[test]
    fn an_issue_has_a_bounded_number_of_tickets() {
        let mut tickets = Tickets::default();
        for link_id in 0..100 {
            tickets.put(ticket(link_id, "OPS-7")).unwrap();
        }
        assert_eq!(tickets.put(ticket(100, "OPS-7")).unwrap_err().reason, "TOO_MANY_TICKETS");
        assert_eq!(tickets.put(ticket(99, "OPS-8")), Ok(false));
    }

    #[test]
    fn only_web_addresses_can_be_clicked() {
        for url in ["javascript:alert(1)", "/browse/OPS-7", ""] {
            assert!(Ticket::read(5, url.to_owned(), "OPS-7").is_err(), "{url}");
        }
    }
}
