//! Limits the component calls that run at once. A user waits for each call, so there is no queue: without a free slot the call is
//! refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use patchbay_domain::{Error, Result};

/// One app gets at most the slots divided by this, so that apps that do not answer leave slots for others.
const SHARE: usize = 4;

/// The slots of a process.
#[derive(Debug, Clone)]
pub(crate) struct ComponentSlots {
    taken: Arc<Mutex<HashMap<i64, usize>>>,
    all: usize,
    per_app: usize,
}

/// A slot in use, given back when dropped.
#[derive(Debug)]
pub(crate) struct ComponentSlot {
    slots: ComponentSlots,
    app_id: i64,
}

impl ComponentSlots {
    pub(crate) fn new(all: usize) -> Self {
        Self { taken: Arc::default(), all, per_app: all.div_ceil(SHARE) }
    }

    /// # Errors
    /// `OVERLOADED` when all slots are taken, or all that this app may have.
    pub(crate) fn take(&self, app_id: i64) -> Result<ComponentSlot> {
        let mut taken = self.taken();
        let of_this = taken.get(&app_id).copied().unwrap_or_default();
        if of_this >= self.per_app || taken.values().sum::<usize>() >= self.all {
            let message = "Too many components wait for their apps right now.";
            return Err(Error::unavailable("OVERLOADED", message));
        }
        taken.insert(app_id, of_this + 1);
        Ok(ComponentSlot { slots: self.clone(), app_id })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<i64, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ComponentSlot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken();
        match taken.get_mut(&self.app_id) {
            Some(of_this) if *of_this > 1 => *of_this -= 1,
            _ => {
                taken.remove(&self.app_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_gets_a_quarter_of_the_slots_and_leaves_the_rest_to_others() {
        let slots = ComponentSlots::new(8);
        let mut held: Vec<_> = (0..2).map(|_| slots.take(1).unwrap()).collect();
        assert_eq!(slots.take(1).unwrap_err().reason, "OVERLOADED");
        for app in 2..=4 {
            held.extend((0..2).map(|_| slots.take(app).unwrap()));
        }
        assert_eq!(slots.take(5).unwrap_err().reason, "OVERLOADED", "all are taken");
        held.remove(0);
        held.push(slots.take(5).unwrap());
        drop(held);
        assert!(slots.taken().is_empty(), "apps without calls take no memory");
    }

    #[test]
    fn any_app_can_take_the_only_slot() {
        let slots = ComponentSlots::new(1);
        let held = slots.take(1).unwrap();
        assert!(slots.take(2).is_err());
        drop(held);
        slots.take(2).unwrap();
    }
}
