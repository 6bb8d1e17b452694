//! How many requests of components run at once. People wait for them, so there is no queue: who finds no place is told so.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use patchbay_domain::{Error, Result};

/// Of all places one app gets one in so many, so that apps that do not answer leave room for others.
const SHARE: usize = 4;

/// The places of a process.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    taken: Arc<Mutex<HashMap<i64, usize>>>,
    all: usize,
    of_an_app: usize,
}

/// Gives its place back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Places,
    app_id: i64,
}

impl Places {
    pub(crate) fn new(all: usize) -> Self {
        Self { taken: Arc::default(), all, of_an_app: all.div_ceil(SHARE) }
    }

    /// # Errors
    /// `OVERLOADED` when all places are taken, or all that this app may have.
    pub(crate) fn take(&self, app_id: i64) -> Result<Place> {
        let mut taken = self.taken();
        let of_this = taken.get(&app_id).copied().unwrap_or_default();
        if of_this >= self.of_an_app || taken.values().sum::<usize>() >= self.all {
            let message = "Too many components wait for their apps right now.";
            return Err(Error::unavailable("OVERLOADED", message));
        }
        taken.insert(app_id, of_this + 1);
        Ok(Place { places: self.clone(), app_id })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<i64, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
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
    fn an_app_gets_its_share_and_no_more_while_others_find_room() {
        let places = Places::new(8);
        let mut held: Vec<_> = (0..2).map(|_| places.take(1).unwrap()).collect();
        assert_eq!(places.take(1).unwrap_err().reason, "OVERLOADED");
        for app in 2..=4 {
            held.extend((0..2).map(|_| places.take(app).unwrap()));
        }
        assert_eq!(places.take(5).unwrap_err().reason, "OVERLOADED", "all are taken");
        held.remove(0);
        held.push(places.take(5).unwrap());
        drop(held);
        assert!(places.taken().is_empty(), "nothing is kept of apps that wait for nothing");
    }

    #[test]
    fn a_single_place_is_anybodys() {
        let places = Places::new(1);
        let held = places.take(1).unwrap();
        assert!(places.take(2).is_err());
        drop(held);
        places.take(2).unwrap();
    }
}
