//! Invitations to join an organization. The invited person becomes a member by accepting.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Error, Result, Role};

/// As long as in Sentry.
const OPEN_FOR: TimeDelta = TimeDelta::days(30);
/// Maximum numbers of open invitations of an organization, and to an address. Each invitation is an unsolicited mail.
const MOST_OF_ORGANIZATION: i64 = 100;
const MOST_TO_ADDRESS: i64 = 20;

/// An open invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invitation {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    /// Lower case.
    pub(crate) email: String,
    pub(crate) role: Role,
    /// `None` for a service or an operator.
    pub(crate) inviter_id: Option<i64>,
    pub(crate) inviter_name: String,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

impl Invitation {
    pub(crate) fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at <= now
    }
}

/// When an invitation that is created now expires.
pub(crate) fn expiry(now: DateTime<Utc>) -> DateTime<Utc> {
    now + OPEN_FOR
}

/// # Errors
/// `TOO_MANY_INVITATIONS`.
pub(crate) fn has_room(of_organization: i64, to_address: i64) -> Result<()> {
    let message = if of_organization >= MOST_OF_ORGANIZATION {
        format!("There are {MOST_OF_ORGANIZATION} open invitations already. Withdraw some first.")
    } else if to_address >= MOST_TO_ADDRESS {
        "This address has too many open invitations.".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::invalid("TOO_MANY_INVITATIONS", "There are too many open invitations.")
        .with_field("email", message))
}

pub(crate) fn already_invited(email: &str) -> Error {
    Error::invalid("ALREADY_INVITED", "The person has been invited already.")
        .with_field("email", format!("The user {email} has already been invited"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_open_for_thirty_days() {
        let now = DateTime::UNIX_EPOCH;
        let invitation = Invitation {
            id: 1,
            organization_id: 7,
            email: "ada@example.com".to_owned(),
            role: Role::Member,
            inviter_id: None,
            inviter_name: String::new(),
            created_at: now,
            expires_at: expiry(now),
        };
        assert!(!invitation.is_expired(now + TimeDelta::days(29)));
        assert!(invitation.is_expired(now + TimeDelta::days(30)));
    }

    #[test]
    fn invitations_are_bounded_for_who_invites_and_for_who_is_invited() {
        assert!(has_room(99, 19).is_ok());
        for (of_organization, to_address) in [(100, 0), (0, 20)] {
            assert_eq!(has_room(of_organization, to_address).unwrap_err().reason, "TOO_MANY_INVITATIONS");
        }
    }
}
