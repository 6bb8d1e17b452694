use patchbay_domain::{EmailAddress, Error};
use serde::Serialize;

/// The user or team that an issue is assigned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Assignee {
    User { id: i64, name: String, email: String },
    Team { id: i64, name: String },
}

impl Assignee {
    pub(crate) fn id(&self) -> i64 {
        let (Self::User { id, .. } | Self::Team { id, .. }) = self;
        *id
    }

    pub(crate) fn user_id(&self) -> Option<i64> {
        if let Self::User { id, .. } = self { Some(*id) } else { None }
    }

    pub(crate) fn team_id(&self) -> Option<i64> {
        if let Self::Team { id, .. } = self { Some(*id) } else { None }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::User { .. } => "user",
            Self::Team { .. } => "team",
        }
    }

    pub(crate) fn name(&self) -> &str {
        let (Self::User { name, .. } | Self::Team { name, .. }) = self;
        name
    }

    /// `None` for teams, and if e-mail addresses are private.
    pub(crate) fn email(&self, is_private: bool) -> Option<&str> {
        match self {
            Self::User { email, .. } if !is_private => Some(email),
            _ => None,
        }
    }

    /// Whether both are the same user or team, also after a change of the name.
    pub(crate) fn is(&self, other: &Self) -> bool {
        (self.kind(), self.id()) == (other.kind(), other.id())
    }

    /// `assignee` of the webhook `issue.assigned`.
    pub(crate) fn event_document(&self, is_private: bool) -> impl Serialize {
        #[derive(Serialize)]
        struct Document<'a> {
            r#type: &'static str,
            name: &'a str,
            id: i64,
            #[serde(skip_serializing_if = "Option::is_none")]
            email: Option<&'a str>,
        }
        let (name, email) = (self.name().to_owned(), self.email(is_private).map(str::to_owned));
        serde_json::json!(Document {
            r#type: self.kind(),
            name: &name,
            id: self.id(),
            email: email.as_deref()
        })
    }
}

/// How a request names an assignee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AssigneeName {
    Unassigned,
    User(i64),
    Email(EmailAddress),
    Team(i64),
    TeamSlug(String),
}

impl AssigneeName {
    /// `user:7`, `team:3`, `#core`, an e-mail address, or the id of a user. An empty text unassigns.
    ///
    /// # Errors
    /// `INVALID_FIELD` (assignedTo).
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        let text = text.trim_ascii();
        let number = |text: &str| text.parse().map_err(|_| unknown());
        if text.is_empty() {
            return Ok(Self::Unassigned);
        }
        if let Some(slug) = text.strip_prefix('#') {
            return Ok(Self::TeamSlug(slug.to_owned()));
        }
        match text.split_once(':') {
            Some(("user", id)) => number(id).map(Self::User),
            Some(("team", id)) => number(id).map(Self::Team),
            Some(_) => Err(Error::field(
                "assignedTo",
                "Could not parse actor. Format should be `type:id` where type is `team` or `user`.",
            )),
            None if text.contains('@') => EmailAddress::parse(text).map(Self::Email).map_err(|_| unknown()),
            None => number(text).map(Self::User),
        }
    }
}

/// The error for a name without a user or team in the organization.
pub(crate) fn unknown() -> Error {
    Error::field("assignedTo", "Unknown actor input")
}

/// The error for a user who is not a member of the organization or of a team of the project.
pub(crate) fn outsider() -> Error {
    Error::field("assignedTo", "Cannot assign to non-team member")
}

pub(crate) fn team_outside() -> Error {
    Error::field("assignedTo", "Cannot assign to a team without access to the project")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignee_is_named_in_five_ways() {
        let cases = [
            ("", AssigneeName::Unassigned),
            ("user:7", AssigneeName::User(7)),
            ("7", AssigneeName::User(7)),
            ("team:3", AssigneeName::Team(3)),
            ("#core", AssigneeName::TeamSlug("core".to_owned())),
            ("ada@example.com", AssigneeName::Email("ada@example.com".parse().unwrap())),
        ];
        for (text, expected) in cases {
            assert_eq!(AssigneeName::read(text).unwrap(), expected, "{text}");
        }
        for text in ["user:", "user:x", "robot:1", "x", "99999999999999999999"] {
            assert_eq!(AssigneeName::read(text).unwrap_err().fields[0].field, "assignedTo", "{text}");
        }
    }

    #[test]
    fn a_webhook_names_the_e_mail_address_of_a_user_unless_it_is_private() {
        let user = Assignee::User { id: 1, name: "Ada".to_owned(), email: "ada@example.com".to_owned() };
        let text =
            |assignee: &Assignee, private| serde_json::to_string(&assignee.event_document(private)).unwrap();
        assert_eq!(text(&user, false), r#"{"type":"user","name":"Ada","id":1,"email":"ada@example.com"}"#);
        assert_eq!(text(&user, true), r#"{"type":"user","name":"Ada","id":1}"#);
        let team = Assignee::Team { id: 2, name: "core".to_owned() };
        assert_eq!(text(&team, false), r#"{"type":"team","name":"core","id":2}"#);
    }
}
