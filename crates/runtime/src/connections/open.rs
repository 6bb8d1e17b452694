//! The open connections of a port, and the admission of new ones.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::metrics::{Reason, Refusal};
use super::{Connection, Limits};

/// The open connections of a port; clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Open(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    connections: HashMap<u64, Connection>,
    per_address: HashMap<IpAddr, usize>,
    last_id: u64,
}

/// The slot of an open connection; dropping it frees the slot.
#[derive(Debug)]
pub(super) struct Place {
    open: Open,
    id: u64,
}

impl Open {
    /// Takes a slot for `connection`. A full port evicts the connection that has been idle the longest, first among those that
    /// never sent a request.
    pub(super) fn admit(&self, connection: &Connection, limits: &Limits) -> Result<Place, Refusal> {
        let address = client_network(connection.peer().ip());
        let mut table = self.lock();
        let of_address = table.per_address.get(&address).copied().unwrap_or_default();
        if limits.max_per_address > 0 && of_address >= limits.max_per_address {
            return Err(Refusal::Address);
        }
        if table.connections.len() >= limits.max {
            let idle = table.longest_idle().ok_or(Refusal::Full)?;
            if let Some(evicted) = table.remove(idle) {
                evicted.cut(Reason::Evicted);
            }
        }
        table.last_id += 1;
        let id = table.last_id;
        table.connections.insert(id, connection.clone());
        *table.per_address.entry(address).or_default() += 1;
        drop(table);
        Ok(Place { open: self.clone(), id })
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn longest_idle(&self) -> Option<u64> {
        let unused = |(&id, connection): (&u64, &Connection)| Some((connection.activity().unused()?, id));
        self.connections.iter().filter_map(unused).min().map(|(_, id)| id)
    }

    fn remove(&mut self, id: u64) -> Option<Connection> {
        let connection = self.connections.remove(&id)?;
        let address = client_network(connection.peer().ip());
        if let Some(count) = self.per_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.per_address.remove(&address);
            }
        }
        Some(connection)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.lock().remove(self.id);
    }
}

/// The network that counts as one client: an IPv4 address, or the /64 network of an IPv6 address, all of which one client has.
pub fn client_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use super::*;

    fn limits(max: usize, max_per_address: usize) -> Limits {
        let long = Duration::from_secs(60);
        Limits { max, max_per_address, first_request: long, idle: long, stall: long }
    }

    fn from(address: &str) -> Connection {
        Connection::new(SocketAddr::new(address.parse().unwrap(), 1))
    }

    fn requested(address: &str, working: usize) -> Connection {
        let connection = from(address);
        connection.update(|activity, _| {
            activity.requested = true;
            activity.working = working;
        });
        connection
    }

    #[test]
    fn one_address_too_often_is_refused_and_another_is_served() {
        let (open, limits) = (Open::default(), limits(10, 2));
        let first = open.admit(&from("2001:db8:1:2::3"), &limits).unwrap();
        let _second = open.admit(&from("2001:db8:1:2:4::5"), &limits).unwrap();
        assert_eq!(open.admit(&from("2001:db8:1:2::6"), &limits).unwrap_err(), Refusal::Address);
        let _other = open.admit(&from("2001:db8:1:3::3"), &limits).unwrap();
        drop(first);
        let _again = open.admit(&from("2001:db8:1:2::6"), &limits).unwrap();
    }

    #[test]
    fn a_full_port_gives_up_the_connection_that_was_idle_the_longest() {
        let (open, limits) = (Open::default(), limits(3, 0));
        let connections = [requested("10.0.0.1", 0), requested("10.0.0.2", 1), from("10.0.0.3")];
        let _places: Vec<_> =
            connections.iter().map(|connection| open.admit(connection, &limits).unwrap()).collect();
        let evicted = || connections.each_ref().map(|connection| connection.reason() == Reason::Evicted);

        let _new = open.admit(&requested("10.0.0.4", 1), &limits).unwrap();
        assert_eq!(evicted(), [false, false, true], "the one without a request");
        let _newer = open.admit(&requested("10.0.0.5", 1), &limits).unwrap();
        assert_eq!(evicted(), [true, false, true], "the one without a request in progress");
        assert_eq!(open.admit(&from("10.0.0.6"), &limits).unwrap_err(), Refusal::Full);
        assert_eq!(open.lock().connections.len(), 3);
    }

    #[test]
    fn nothing_is_left_of_connections_that_ended() {
        let (open, limits) = (Open::default(), limits(2, 2));
        for _ in 0..3 {
            let places: Vec<_> = (0..2).map(|_| open.admit(&from("10.0.0.1"), &limits).unwrap()).collect();
            drop(places);
        }
        assert!(open.lock().connections.is_empty() && open.lock().per_address.is_empty());
    }

    #[test]
    fn a_long_address_stands_for_its_network() {
        let counted = |text: &str| client_network(text.parse().unwrap()).to_string();
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(counted("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(counted("10.0.0.1"), "10.0.0.1");
    }
}
