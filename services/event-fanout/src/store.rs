//! SQL in, domain types out.

mod claim_unmarked;
mod count_unmarked;
mod event_row;
mod find_event;
mod insert_events;
mod load_unmarked;
mod mark_fanned_out;

pub(crate) use claim_unmarked::claim_unmarked;
pub(crate) use count_unmarked::count_unmarked;
pub(crate) use find_event::{FoundEvent, find_event};
pub(crate) use insert_events::insert_events;
pub(crate) use load_unmarked::load_unmarked;
pub(crate) use mark_fanned_out::mark_fanned_out;

#[cfg(test)]
mod tests;
