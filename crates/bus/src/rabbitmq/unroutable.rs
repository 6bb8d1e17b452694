//! Recognises published messages that were returned because no queue receives them.

use std::collections::HashSet;

use lapin::Confirmation;

use crate::{BusError, Result};

/// The broker returns an unroutable message right before it confirms it. lapin attaches a returned message to
/// the next confirm that it resolves, which can be the confirm of another message if the broker confirms
/// several at once. Messages therefore carry a number, and the confirms of a batch are evaluated together.
#[derive(Debug, Default)]
pub(super) struct Unroutable(HashSet<u64>);

impl Unroutable {
    /// Records the returned message that `confirmation` carries, if any.
    pub(super) fn note(&mut self, confirmation: &lapin::Result<Confirmation>) {
        if let Ok(Confirmation::Ack(Some(returned)) | Confirmation::Nack(Some(returned))) = confirmation {
            let id = returned.delivery.properties.message_id().as_ref();
            self.0.extend(id.and_then(|id| id.as_str().parse::<u64>().ok()));
        }
    }

    /// The result of publishing message `id`, once all confirms that were resolved with its own are recorded.
    pub(super) fn judge(&mut self, id: u64, confirmation: lapin::Result<Confirmation>) -> Result<()> {
        let returned = self.0.remove(&id);
        match confirmation {
            Ok(Confirmation::Ack(_)) if returned => Err(BusError::Unroutable),
            Ok(Confirmation::Ack(_)) => Ok(()),
            Ok(Confirmation::Nack(_)) => Err(BusError::Full),
            Ok(Confirmation::NotRequested) => {
                Err(BusError::Unavailable("the channel does not confirm".into()))
            }
            Err(error) => Err(super::unavailable(error)),
        }
    }
}
