//! The address of the client.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use patchbay_runtime::connections;

/// The address of the client, as far as it can be known.
pub fn client_address(parts: &Parts, proxies: usize) -> Option<IpAddr> {
    let peer = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let address = behind_proxies(&parts.headers, proxies).or_else(peer);
    address.map(|address| address.to_canonical())
}

/// The network of the client: the unit of rate limits for unauthenticated requests.
pub fn client_network(parts: &Parts, proxies: usize) -> IpAddr {
    client_address(parts, proxies).map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), connections::client_network)
}

/// Each proxy appends the address of its peer to `X-Forwarded-For`. The entries before those of the operator's own
/// proxies come from the client and can be forged.
fn behind_proxies(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let addresses: Vec<_> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let address =
        addresses.len().checked_sub(proxies).filter(|_| proxies > 0).map(|index| addresses[index])?;
    address
        .parse()
        .ok()
        .or_else(|| address.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .or_else(|| address.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn found(lines: &[&'static str], proxies: usize) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        behind_proxies(&headers, proxies).map(|address| address.to_string())
    }

    #[test]
    fn only_what_the_operators_proxies_wrote_counts() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(found(&["1.1.1.1, 2.2.2.2"], 0), None);
        assert_eq!(found(&["1.1.1.1, 2.2.2.2"], 1), some("2.2.2.2"));
        assert_eq!(found(&["1.1.1.1", "2.2.2.2"], 2), some("1.1.1.1"));
        assert_eq!(found(&["1.1.1.1"], 2), None);
        assert_eq!(found(&["not-an-address"], 1), None);
        assert_eq!(found(&["2.2.2.2:99"], 1), some("2.2.2.2"));
        assert_eq!(found(&["[2001:db8::1]"], 1), some("2001:db8::1"));
        assert_eq!(found(&["[2001:db8::1]:99"], 1), some("2001:db8::1"));
    }
}
