//! The columns of an app's optional texts.

use patchbay_db::{FromRow, WriteRow};

use crate::domain::app::texts::AppTexts;

macro_rules! columns {
    ($($column:ident),* $(,)?) => {
        #[derive(Debug, FromRow)]
        pub(super) struct TextColumns {
            $($column: Option<String>,)*
        }

        impl From<TextColumns> for AppTexts {
            fn from(columns: TextColumns) -> Self {
                Self { $($column: columns.$column),* }
            }
        }

        pub(super) fn set<'e>(row: WriteRow<'e>, texts: &AppTexts) -> WriteRow<'e> {
            row$(.set(stringify!($column), &texts.$column))*
        }
    };
}

columns! {
    redirect_url,
    overview,
    support_url,
}
