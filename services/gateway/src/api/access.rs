//! Who may call an operation.
//!
//! Declared once, with the operation; written into the OpenAPI document, and compared with the answers of the services
//! by the access matrix in the tests. It decides nothing: the service that owns the data does.

use patchbay_domain::Scope;
use serde_json::{Value, json};

/// Who may call an operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access {
    rule: Rule,
    apps: Apps,
    staff: bool,
    session: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Anyone,
    Client,
    Users,
    Scopes(&'static [Scope]),
    Superusers,
    TheApp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Apps {
    No,
    /// With the scopes that a user needs, in the organization it is installed in.
    WithScopes,
    /// The one the thing belongs to.
    Own,
    /// The one the thing belongs to, with the scopes that a user needs.
    OwnWithScopes,
    /// Each that is installed there, for its own part.
    Any,
}

/// No credentials are needed.
pub(crate) const ANYONE: Access = Access::new(Rule::Anyone);
/// An app that shows its client id and secret in the body.
pub(crate) const CLIENT: Access = Access::new(Rule::Client);
/// Every user, with or without an organization.
pub(crate) const USERS: Access = Access::new(Rule::Users);
/// Superusers.
pub(crate) const SUPERUSERS: Access = Access::new(Rule::Superusers);
/// Only the app that the resource in the path belongs to.
pub(crate) const THE_APP: Access = Access { apps: Apps::Own, ..Access::new(Rule::TheApp) };

/// Users who hold one of these scopes, through their role and within what their token allows, in the organization
/// that the thing in the path (or the one named in the body) belongs to. Superusers hold all of them everywhere.
pub(crate) const fn one_of(scopes: &'static [Scope]) -> Access {
    Access::new(Rule::Scopes(scopes))
}

impl Access {
    const fn new(rule: Rule) -> Self {
        Self { rule, apps: Apps::No, staff: false, session: false }
    }

    /// Also any app with these scopes that is installed there.
    pub(crate) const fn and_apps(self) -> Self {
        Self { apps: Apps::WithScopes, ..self }
    }

    /// Also the app that the thing belongs to, whatever its scopes.
    pub(crate) const fn and_the_app(self) -> Self {
        Self { apps: Apps::Own, ..self }
    }

    /// Also the app that the thing belongs to, with these scopes.
    pub(crate) const fn and_the_app_with_scopes(self) -> Self {
        Self { apps: Apps::OwnWithScopes, ..self }
    }

    /// Also every app that is installed there, which sees its own part only.
    pub(crate) const fn and_each_app(self) -> Self {
        Self { apps: Apps::Any, ..self }
    }

    /// Also staff, who are members of nothing.
    pub(crate) const fn and_staff(self) -> Self {
        Self { staff: true, ..self }
    }

    /// Only in the session of a browser: tokens are refused.
    pub(crate) const fn in_session(self) -> Self {
        Self { session: true, ..self }
    }

    /// Whether the caller has to authenticate by header or cookie.
    pub(crate) fn asks_who(self) -> bool {
        !matches!(self.rule, Rule::Anyone | Rule::Client)
    }

    /// Whether a token is accepted.
    pub(crate) fn takes_tokens(self) -> bool {
        !self.session
    }

    /// The caller needs one of these; empty when no scope is needed.
    pub(crate) fn scopes(self) -> &'static [Scope] {
        if let Rule::Scopes(scopes) = self.rule { scopes } else { &[] }
    }

    /// For programs: the extension `x-access` of the API's description.
    pub(crate) fn json(self) -> Value {
        let rule = match self.rule {
            Rule::Anyone => "anyone",
            Rule::Client => "client",
            Rule::Users => "users",
            Rule::Scopes(_) => "scopes",
            Rule::Superusers => "superusers",
            Rule::TheApp => "app",
        };
        let apps = match self.apps {
            Apps::No => "none",
            Apps::WithScopes => "scopes",
            Apps::Own => "own",
            Apps::OwnWithScopes => "own_with_scopes",
            Apps::Any => "any",
        };
        let scopes: Vec<_> = self.scopes().iter().map(|scope| scope.as_str()).collect();
        json!({ "rule": rule, "scopes": scopes, "apps": apps, "staff": self.staff, "session": self.session })
    }

    /// For people.
    pub(crate) fn text(self) -> String {
        let mut text = match self.rule {
            Rule::Anyone => "For everybody.".to_owned(),
            Rule::Client => "For an app, which shows its client id and secret in the body.".to_owned(),
            Rule::Users => "For every user.".to_owned(),
            Rule::Superusers => "For superusers.".to_owned(),
            Rule::TheApp => "For the app itself.".to_owned(),
            Rule::Scopes(scopes) => {
                let names: Vec<_> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
                format!("For users with {} in the organization.", names.join(" or "))
            }
        };
        match self.apps {
            Apps::Own if self.rule != Rule::TheApp => text.push_str(" Also for the app itself."),
            Apps::OwnWithScopes => text.push_str(" Also for the app itself, under the same condition."),
            Apps::WithScopes => text.push_str(" Also for apps, under the same condition."),
            Apps::Any => {
                text.push_str(" Also for each app that is installed there, which sees its own part only.")
            }
            _ => {}
        }
        if self.staff {
            text.push_str(" Also for staff.");
        }
        if self.session {
            text.push_str(" Only in a browser's session: no token is taken.");
        }
        text
    }
}
