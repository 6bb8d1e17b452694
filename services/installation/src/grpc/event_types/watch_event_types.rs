use futures::StreamExt;
use futures::stream::{self, BoxStream};
use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::WatchEventTypesResponse;
use patchbay_rpc::status::from_error;
use tonic::Status;

use super::event_type_message::event_type_message;
use crate::context::Context;
use crate::domain::app::access;
use crate::store::event_types::{EventTypeChange, EventTypeFeed};
use crate::watch::{Page, watch};

/// With the largest schemas this many types are well below the size limit of a message.
const PER_MESSAGE: usize = 100;

type Responses = BoxStream<'static, Result<WatchEventTypesResponse, Status>>;

pub(super) fn watch_event_types(context: &Context, caller: &Caller) -> Result<Responses, Error> {
    access::may_watch(caller)?;
    let pages = watch(context, EventTypeFeed);
    let messages = pages.flat_map(|page| match page {
        Ok(page) => stream::iter(responses(page).into_iter().map(Ok).collect::<Vec<_>>()),
        Err(error) => stream::iter(vec![Err(from_error(error))]),
    });
    Ok(messages.boxed())
}

/// Splits the page into messages. Only the last one carries the version of the page.
fn responses(page: Page<EventTypeChange>) -> Vec<WatchEventTypesResponse> {
    let mut items = page.items.into_iter().peekable();
    let mut responses = Vec::new();
    loop {
        let mut response = WatchEventTypesResponse::default();
        for change in items.by_ref().take(PER_MESSAGE) {
            match change {
                EventTypeChange::Put(own) => response.event_types.push(event_type_message(own)),
                EventTypeChange::Removed(name) => response.removed.push(name),
            }
        }
        if items.peek().is_none() {
            response.version = page.version;
            responses.push(response);
            return responses;
        }
        responses.push(response);
    }
}
