//! The ports on which this process listens.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many listeners each port has: one for each address it is bound to.
static LISTENING: Mutex<BTreeMap<u16, usize>> = Mutex::new(BTreeMap::new());

/// Whether this process listens on the port, on any address. The egress client refuses such ports, because the admin port has no
/// authentication.
pub fn is_own_port(port: u16) -> bool {
    listening().contains_key(&port)
}

/// A port in use, until it is dropped.
#[derive(Debug)]
pub(super) struct OwnPort(u16);

impl OwnPort {
    pub(super) fn new(port: u16) -> Self {
        *listening().entry(port).or_default() += 1;
        Self(port)
    }
}

impl Drop for OwnPort {
    fn drop(&mut self) {
        let mut listening = listening();
        let count = listening.get(&self.0).copied().unwrap_or_default();
        if count > 1 {
            listening.insert(self.0, count - 1);
        } else {
            listening.remove(&self.0);
        }
    }
}

fn listening() -> MutexGuard<'static, BTreeMap<u16, usize>> {
    LISTENING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_own_while_something_listens_on_it() {
        let (first, second) = (OwnPort::new(1), OwnPort::new(1));
        assert!(is_own_port(1) && !is_own_port(2));
        drop(first);
        assert!(is_own_port(1));
        drop(second);
        assert!(!is_own_port(1));
    }
}
