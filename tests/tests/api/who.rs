//! A kind of caller, and the expected response.

use patchbay_domain::ScopeSet;

use crate::operation::{Access, Apps, Rule};
use crate::people::Person;

/// A caller with its credentials.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    Anonymous,
    Session(Person),
    /// A personal token limited to these scopes.
    Token(Person, ScopeSet),
    /// The app that the target belongs to.
    TheApp,
    /// Another app, installed in the same organization.
    Neighbour(ScopeSet),
    /// An app of another organization.
    Foreigner(ScopeSet),
}

/// The expected kind of response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// 401
    Unknown,
    /// 403 or 404
    Refused,
    /// 401 or 403: the operation does not accept this kind of credentials.
    NotLookedAt,
}

impl Outcome {
    pub(crate) fn includes(self, status: u16) -> bool {
        match self {
            Self::Done => (200..400).contains(&status),
            Self::Unknown => status == 401,
            Self::Refused => matches!(status, 403 | 404),
            Self::NotLookedAt => matches!(status, 401 | 403),
        }
    }
}

impl Who {
    pub(crate) fn person(&self) -> Option<&Person> {
        match self {
            Self::Session(person) | Self::Token(person, _) => Some(person),
            _ => None,
        }
    }

    /// The expectation according to the description of an operation.
    pub(crate) fn expected(&self, access: &Access) -> Outcome {
        let may = match self {
            Self::Anonymous => return Outcome::Unknown,
            Self::Session(_) => self.may(access),
            _ if access.session => return Outcome::NotLookedAt,
            _ => self.may(access),
        };
        if may { Outcome::Done } else { Outcome::Refused }
    }

    fn may(&self, access: &Access) -> bool {
        match self {
            Self::Anonymous => false,
            Self::Session(person) => person_may(person, None, access),
            Self::Token(person, limit) => person_may(person, Some(*limit), access),
            // It has no scopes unless it needs them.
            Self::TheApp => matches!(access.apps, Apps::Own | Apps::OwnWithScopes),
            Self::Neighbour(scopes) => match access.apps {
                Apps::WithScopes => holds(*scopes, access),
                Apps::Any => true,
                Apps::No | Apps::Own | Apps::OwnWithScopes => false,
            },
            Self::Foreigner(_) => access.apps == Apps::WithScopes && access.rule == Rule::Users,
        }
    }
}

fn person_may(person: &Person, limit: Option<ScopeSet>, access: &Access) -> bool {
    let caller = person.caller(limit);
    if caller.is_staff() && access.staff {
        return true;
    }
    match &access.rule {
        Rule::Anyone | Rule::Client | Rule::Users => true,
        Rule::Superusers => caller.is_superuser(),
        Rule::TheApp => false,
        Rule::Scopes(needed) => caller.has_any(person.home, needed),
    }
}

fn holds(scopes: ScopeSet, access: &Access) -> bool {
    match &access.rule {
        Rule::Scopes(needed) => scopes.contains_any(needed),
        _ => true,
    }
}
