//! Slugs that projects and teams cannot have, because pages of the organization use them.

const RESERVED: [&str; 17] = [
    "api-keys",
    "audit-log",
    "auth",
    "billing",
    "developer-settings",
    "integrations",
    "legal",
    "members",
    "payments",
    "projects",
    "rate-limits",
    "repos",
    "settings",
    "subscription",
    "support",
    "teams",
    "usage",
];

pub(crate) fn is_reserved(slug: &str) -> bool {
    RESERVED.contains(&slug)
}
