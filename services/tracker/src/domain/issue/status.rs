/// The status of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Status {
    Unresolved,
    Resolved,
    Ignored,
}

/// The stored status of an issue that is being deleted. Such issues are hidden from every caller.
pub(crate) const DELETING: &str = "deleting";

impl Status {
    pub(crate) const ALL: [Self; 3] = [Self::Unresolved, Self::Resolved, Self::Ignored];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unresolved => "unresolved",
            Self::Resolved => "resolved",
            Self::Ignored => "ignored",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}
