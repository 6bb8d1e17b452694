//! The optional texts of an app: keys of the requests that create or change it, and of its JSON.

use patchbay_proto::installation::{App, CreateAppRequest, UpdateAppRequest};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::key::{request_body, text_or_blank};

macro_rules! texts {
    ($($field:ident: $key:literal),* $(,)?) => {
        request_body! {
            /// The optional texts of an app; an empty text removes one.
            #[derive(Serialize, ToSchema)]
            #[serde(rename_all = "camelCase")]
            AppTexts {
                $($field: Option<String> = text_or_blank($key)),*
            }
        }

        impl From<&mut App> for AppTexts {
            fn from(app: &mut App) -> Self {
                Self { $($field: app.$field.take()),* }
            }
        }

        texts!(@into CreateAppRequest, $($field),*);
        texts!(@into UpdateAppRequest, $($field),*);
    };
    (@into $message:ident, $($field:ident),*) => {
        /// A request with nothing but these texts.
        impl From<AppTexts> for $message {
            fn from(texts: AppTexts) -> Self {
                Self { $($field: texts.$field,)* ..Self::default() }
            }
        }
    };
}

texts! {
    redirect_url: "redirectUrl",
    overview: "overview",
    support_url: "supportUrl",
}
