//! Which of the published messages came back because no queue takes them.

use std::collections::HashSet;

use lapin::Confirmation;

use crate::{BusError, Result};

/// The broker returns an unroutable message right before it confirms it. lapin hands a returned
/// message to whichever confirm it resolves next, which need not be the message's own when the
/// broker confirms several at once. So messages carry a number, and a batch of confirms is judged together.
#[derive(Debug, Default)]
pub(super) struct Unroutable(HashSet<u64>);

impl Unroutable {
    /// Remembers the returned message that `confirmation` carries, if any.
    pub(super) fn note(&mut self, confirmation: &lapin::Result<Confirmation>) {
        if let Ok(Confirmation::Ack(Some(returned)) | Confirmation::Nack(Some(returned))) = confirmation {
            let id = returned.delivery.properties.message_id().as_ref();
            self.0.extend(id.and_then(|id| id.as_str().parse::<u64>().ok()));
        }
    }

    /// What became of message `id`, once all confirms that were resolved along with its own are noted.
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
