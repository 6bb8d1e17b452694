//! Recognises addresses that are not public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// Networks that are not part of the public Internet, according to IANA's special-purpose registry and RFC
/// 5735.
const FORBIDDEN_V4: &[(Ipv4Net, &str)] = &[
    (v4([0, 0, 0, 0], 8), "this network"),
    (v4([10, 0, 0, 0], 8), "private"),
    (v4([100, 64, 0, 0], 10), "shared by carriers"),
    (v4([127, 0, 0, 0], 8), "loopback"),
    // A public number, but inside Azure it leads to the host of a virtual machine and its secrets.
    (v4([168, 63, 129, 16], 32), "a cloud's own"),
    // Includes cloud metadata services.
    (v4([169, 254, 0, 0], 16), "link-local"),
    (v4([172, 16, 0, 0], 12), "private"),
    (v4([192, 0, 0, 0], 24), "protocol assignments"),
    (v4([192, 0, 2, 0], 24), "documentation"),
    (v4([192, 88, 99, 0], 24), "6to4 relays"),
    (v4([192, 168, 0, 0], 16), "private"),
    (v4([198, 18, 0, 0], 15), "benchmarks"),
    (v4([198, 51, 100, 0], 24), "documentation"),
    (v4([203, 0, 113, 0], 24), "documentation"),
    (v4([224, 0, 0, 0], 4), "multicast"),
    (v4([240, 0, 0, 0], 4), "reserved or broadcast"),
];

/// The only IPv6 space from which public addresses are assigned; everything else is reserved, local or
/// multicast.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0], 3);

/// Exceptions inside [`GLOBAL_V6`].
const FORBIDDEN_V6: &[(Ipv6Net, &str)] = &[
    // Includes Teredo (2001::/32), benchmarks and ORCHID.
    (v6([0x2001, 0], 23), "protocol assignments"),
    (v6([0x2001, 0x0db8], 32), "documentation"),
    // 6to4 carries an IPv4 address to a relay of the local network; it is obsolete.
    (v6([0x2002, 0], 16), "6to4"),
    (v6([0x3fff, 0], 20), "documentation"),
];

/// Returns the reason why an address must not be connected to, or `None` if it is public.
pub(crate) fn forbidden(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => forbidden_v4(address),
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(inner) => forbidden_v4(inner),
            None => forbidden_v6(address),
        },
    }
}

/// The IPv4 address that an IPv6 address leads to, for the two legitimate forms: mapped (`::ffff:0:0/96`) and
/// the well-known NAT64 prefix (`64:ff9b::/96`), which DNS64 returns in networks that have only IPv6.
pub(crate) fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d] = address.to_bits().to_be_bytes()[12..] else { return None };
    let inner = Ipv4Addr::new(a, b, c, d);
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(inner),
        _ => None,
    }
}

fn forbidden_v4(address: Ipv4Addr) -> Option<&'static str> {
    FORBIDDEN_V4.iter().find(|(net, _)| net.contains(&address)).map(|(_, name)| *name)
}

fn forbidden_v6(address: Ipv6Addr) -> Option<&'static str> {
    if address.is_loopback() {
        return Some("loopback");
    }
    if !GLOBAL_V6.contains(&address) {
        return Some("outside of the public IPv6 space");
    }
    FORBIDDEN_V6.iter().find(|(net, _)| net.contains(&address)).map(|(_, name)| *name)
}

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b]: [u16; 2], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn first_and_last_address_of_every_reserved_ipv4_range_are_forbidden_and_their_neighbours_public() {
        // (last before, first, last, first after); a neighbour that is itself reserved is left empty.
        let cases = [
            ("", "0.0.0.0", "0.255.255.255", "1.0.0.0"),
            ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
            ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
            ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
            ("168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"),
            ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
            ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
            ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
            ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
            ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
            ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
            ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
            ("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
            ("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
            ("223.255.255.255", "224.0.0.0", "239.255.255.255", ""),
            ("", "240.0.0.0", "255.255.255.255", ""),
        ];
        for (before, first, last, after) in cases {
            assert!(forbidden(ip(first)).is_some(), "{first}");
            assert!(forbidden(ip(last)).is_some(), "{last}");
            for neighbour in [before, after].into_iter().filter(|text| !text.is_empty()) {
                assert_eq!(forbidden(ip(neighbour)), None, "{neighbour}");
            }
        }
    }

    #[test]
    fn ipv6_addresses_are_public_only_where_they_are_given_out() {
        let forbidden_ones = [
            "::",
            "::1",
            "::7f00:1",           // compatible form of 127.0.0.1
            "::808:808",          // compatible form of a public address, which is not routed
            "::ffff:0:7f00:1",    // translated form (RFC 2765)
            "100::1",             // discard
            "64:ff9b:1::808:808", // NAT64 prefix of a local network
            "2001::1",            // Teredo
            "2001:2::1",          // benchmarks
            "2001:10::1",         // ORCHID
            "2001:db8::1",
            "2002:7f00:1::", // 6to4 around 127.0.0.1
            "2002:808:808::1",
            "3fff::1",
            "3fff:fff:ffff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "febf::1",
            "fec0::1", // site-local
            "ff02::1",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ];
        for text in forbidden_ones {
            assert!(forbidden(ip(text)).is_some(), "{text}");
        }
        for text in [
            "2606:4700:4700::1111",
            "2a00:1450:4001:81b::200e",
            "2001:200::1",
            "2001:4860:4860::8888",
            "3ffe::1",
        ] {
            assert_eq!(forbidden(ip(text)), None, "{text}");
        }
    }

    #[test]
    fn the_metadata_service_is_forbidden_however_it_is_written() {
        for text in ["169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "fd00:ec2::254"]
        {
            assert!(forbidden(ip(text)).is_some(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_embedded_address_is_judged_like_the_plain_one(bits: u32, reserved in 0..FORBIDDEN_V4.len(), inside: bool) {
            let (net, _) = FORBIDDEN_V4[reserved];
            let within = net.network().to_bits() | (bits & net.hostmask().to_bits());
            let plain = Ipv4Addr::from_bits(if inside { within } else { bits });
            let expected = forbidden(plain.into());
            if inside {
                prop_assert!(expected.is_some());
            }
            prop_assert_eq!(forbidden(plain.to_ipv6_mapped().into()), expected);
            let [a, b, c, d] = plain.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            prop_assert_eq!(forbidden(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low).into()), expected);
        }

        #[test]
        fn no_address_outside_of_the_global_space_is_public(bits: u128) {
            let address = Ipv6Addr::from_bits(bits);
            if bits >> 125 != 1 && embedded_v4(address).is_none() {
                prop_assert!(forbidden(address.into()).is_some());
            }
        }
    }
}
