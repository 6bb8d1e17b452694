//! The optional texts of an app.

use crate::domain::app::web_url;
use crate::domain::problems::Messages;
use crate::domain::problems::Problems;
use crate::domain::problems::one;

/// Sentry has no bound. An overview of this length fills several pages.
const MAX_OVERVIEW: usize = 16_384;

macro_rules! texts {
    ($($field:ident: $key:literal, $check:expr;)*) => {
        /// The optional texts of an app that depend on no other field.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub(crate) struct AppTexts {
            $(pub(crate) $field: Option<String>,)*
        }

        impl AppTexts {
            /// These texts with the `given` ones in their place. An empty text removes the one before.
            pub(crate) fn changed(self, given: Self, problems: &mut Problems) -> Self {
                Self {
                    $($field: match given.$field {
                        Some(text) => problems.take($key, $check(text)),
                        None => self.$field,
                    },)*
                }
            }

            /// All texts by their names in the REST API, and whether they are given.
            pub(crate) fn keys(&self) -> Vec<(&'static str, bool)> {
                vec![$(($key, self.$field.is_some())),*]
            }
        }
    };
}

texts! {
    redirect_url: "redirectUrl", url;
    overview: "overview", overview;
    support_url: "supportUrl", url;
}

/// `None` if the text is empty, as for the other checks.
fn url(text: String) -> Result<Option<String>, Messages> {
    web_url::check(Some(&text))
}

fn overview(text: String) -> Result<Option<String>, Messages> {
    if text.chars().count() > MAX_OVERVIEW {
        return Err(one(format!("Ensure this field has no more than {MAX_OVERVIEW} characters.")));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}
