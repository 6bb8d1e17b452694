//! SQL in, domain types out.

mod claim_keys;
mod claim_unmarked;
mod count_unmarked;
mod decide_later;
mod decisions;
mod event_ids;
mod event_row;
mod event_sizes;
mod expire;
mod find_event;
mod find_sequence;
mod give_numbers;
mod grant_codes;
mod insert_events;
mod load_events;
mod mark_fanned_out;
mod partitions;
mod still_unmarked;

pub(crate) use claim_unmarked::{Group, claim_unmarked};
pub(crate) use count_unmarked::count_unmarked;
pub(crate) use decide_later::decide_later;
pub(crate) use event_sizes::event_sizes;
pub(crate) use expire::{expire_events, expire_keys};
pub(crate) use find_event::{FoundEvent, find_event};
pub(crate) use find_sequence::{Numbered, find_sequence, newest_sequence};
pub(crate) use grant_codes::{GrantCodes, complete};
pub(crate) use insert_events::{Undecided, insert_events};
pub(crate) use load_events::load_events;
pub(crate) use mark_fanned_out::mark_fanned_out;
pub(crate) use partitions::{drop_partitions, make_partitions};
pub(crate) use still_unmarked::still_unmarked;

#[cfg(test)]
mod tests;
