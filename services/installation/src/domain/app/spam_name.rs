//! Spam in names of apps. The platform sends mail that contains these names, so Sentry refuses a name with two kinds of
//! spam signals.

const MONEY: &[&str] = &[
    "$",
    "💲",
    "💰",
    "💵",
    "💎",
    "🪙",
    "btc",
    "eth",
    "usdt",
    "crypto",
    "compensation",
    "bitcoin",
    "ethereum",
    "litecoin",
    "ltc",
    "xrp",
    "doge",
    "dogecoin",
    "bnb",
    "solana",
    "sol",
    "airdrop",
];
const VERBS: &[&str] = &["click", "claim", "collect", "withdraw", "act", "pay"];
const URGENCY: &[&str] = &["now", "here", "your", "link"];
const SHORT_URLS: &[&str] = &[
    "2g.tel/",
    "bit.ly/",
    "t.co/",
    "tinyurl.com/",
    "rb.gy/",
    "cutt.ly/",
    "shorturl.at/",
    "is.gd/",
    "v.gd/",
    "ow.ly/",
    "bl.ink/",
];

pub(crate) const MESSAGE: &str = "This name contains disallowed content. Please choose a different name.";

#[expect(
    clippy::disallowed_methods,
    reason = "nothing is identified by the folded name: more names are refused, never fewer"
)]
pub(crate) fn is_spam(name: &str) -> bool {
    let name = name.to_lowercase();
    let has_any = |signals: &[&str]| signals.iter().any(|signal| contains(&name, signal));
    let calls_to_action = has_any(VERBS) && has_any(URGENCY);
    [has_any(MONEY), calls_to_action, has_any(SHORT_URLS)].into_iter().filter(|signal| *signal).count() >= 2
}

/// Alphabetic signals match whole words only: "method" does not contain "eth".
fn contains(name: &str, signal: &str) -> bool {
    let is_word = signal.chars().all(char::is_alphabetic);
    name.match_indices(signal).any(|(start, found)| {
        let before = name[..start].chars().next_back();
        let after = name[start + found.len()..].chars().next();
        !is_word || ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_of_signal_is_allowed_and_two_are_not() {
        for name in
            ["Crypto Tracker", "Click here", "Pay your method", "ACME $", "bit.ly/x", "Something method now"]
        {
            assert!(!is_spam(name), "{name}");
        }
        for name in ["Claim your BTC", "💰 Click here", "airdrop bit.ly/x", "withdraw now t.co/1"] {
            assert!(is_spam(name), "{name}");
        }
    }
}
