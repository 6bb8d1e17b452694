use patchbay_domain::token;

use crate::domain::pair::Pair;

/// The first pair of a family.
pub(super) fn random_pair() -> Pair {
    Pair { access: token::generate(), refresh: token::generate() }
}
