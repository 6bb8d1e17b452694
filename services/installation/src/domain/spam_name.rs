//! Names that are advertisements. Sentry refuses a name that speaks in two of these ways at once, because names stand
//! in mail that the platform sends.

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
    let says = |signals: &[&str]| signals.iter().any(|signal| contains(&name, signal));
    let calls_to_action = says(VERBS) && says(URGENCY);
    [says(MONEY), calls_to_action, says(SHORT_URLS)].into_iter().filter(|way| *way).count() >= 2
}

/// Words only as whole words: "method" does not speak of money.
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
    fn one_way_of_speaking_is_allowed_and_two_are_not() {
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
