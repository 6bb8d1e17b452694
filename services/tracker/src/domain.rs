//! Decisions: plain functions over plain values.

pub(crate) mod access;
pub(crate) mod audit_entry;
pub(crate) mod directory_access;
pub(crate) mod email;
pub(crate) mod event;
pub(crate) mod features;
pub(crate) mod fields;
pub(crate) mod issue;
pub(crate) mod issue_document;
pub(crate) mod level;
pub(crate) mod links;
pub(crate) mod member_change;
pub(crate) mod metadata;
pub(crate) mod new_issue;
pub(crate) mod organization;
pub(crate) mod page;
pub(crate) mod pattern;
pub(crate) mod project;
pub(crate) mod reference;
pub(crate) mod short_id;
pub(crate) mod slug_choice;
pub(crate) mod text;
pub(crate) mod user;
