//! Names whose addresses change between two lookups, or that have several addresses.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use patchbay_egress::{Cause, Connections, Egress, EgressPolicy, OutboundRequest};
use patchbay_testkit::Receiver;

/// Counts as public here: the only address of this machine that the policy allows.
const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const INSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

struct Scene {
    egress: Egress,
    lookups: Arc<AtomicUsize>,
    outside: Receiver,
    inside: Receiver,
}

impl Scene {
    /// `names` gets the number of the lookup, from 0. No connection is reused, so each request needs a
    /// lookup.
    async fn new(names: impl Fn(usize) -> Vec<IpAddr> + Send + Sync + 'static) -> Self {
        let outside = Receiver::start().await;
        let inside = Receiver::start_at(SocketAddr::new(INSIDE, outside.address().port())).await;
        let policy = EgressPolicy { allow: vec!["127.0.0.1/32".parse().unwrap()], ..EgressPolicy::default() };
        let lookups = Arc::new(AtomicUsize::new(0));
        let count = lookups.clone();
        let egress = Egress::builder(policy)
            .connections(Connections { max_idle_per_host: 0, ..Connections::default() })
            .names(move |_| names(count.fetch_add(1, Ordering::Relaxed)))
            .build()
            .unwrap();
        Self { egress, lookups, outside, inside }
    }

    async fn send(&self) -> Result<u16, Cause> {
        let url = format!("http://moving.example:{}/", self.outside.address().port());
        let sent = self.egress.send(OutboundRequest::post(url, "x")).await;
        sent.map(|response| response.status).map_err(|error| error.cause)
    }
}

#[tokio::test]
async fn one_lookup_serves_the_check_and_the_connection() {
    let scene = Scene::new(|lookup| vec![if lookup % 2 == 0 { OUTSIDE } else { INSIDE }]).await;
    for _ in 0..20 {
        assert_eq!(scene.send().await, Ok(200), "the address that was checked is connected to");
        assert_eq!(scene.send().await, Err(Cause::Blocked));
    }
    assert_eq!(scene.lookups.load(Ordering::Relaxed), 40);
    assert_eq!((scene.outside.received().len(), scene.inside.received().len()), (20, 0));
}

#[tokio::test]
async fn a_private_address_among_public_ones_refuses_all_of_them() {
    for answer in [[OUTSIDE, INSIDE], [INSIDE, OUTSIDE]] {
        let scene = Scene::new(move |_| answer.to_vec()).await;
        assert_eq!(scene.send().await, Err(Cause::Blocked));
        assert_eq!((scene.outside.received().len(), scene.inside.received().len()), (0, 0));
    }
}

#[tokio::test]
async fn a_name_that_has_moved_inside_is_refused_in_every_spelling_of_its_address() {
    for inside in
        ["::ffff:127.0.0.2", "64:ff9b::7f00:2", "::1", "0.0.0.0", "169.254.169.254", "2002:7f00:2::1"]
    {
        let inside: IpAddr = inside.parse().unwrap();
        let scene = Scene::new(move |_| vec![inside]).await;
        assert_eq!(scene.send().await, Err(Cause::Blocked), "{inside}");
    }
}

#[tokio::test]
async fn a_name_without_addresses_is_a_dns_failure() {
    let scene = Scene::new(|_| Vec::new()).await;
    assert_eq!(scene.send().await, Err(Cause::Dns));
}
