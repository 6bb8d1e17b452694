//! The optional texts of an app, from and to the messages that contain them.

use patchbay_proto::installation::{App, CreateAppRequest, UpdateAppRequest};

use crate::domain::app::texts::AppTexts;

macro_rules! texts {
    ($($field:ident),* $(,)?) => {
        texts!(@taken_from CreateAppRequest, $($field),*);
        texts!(@taken_from UpdateAppRequest, $($field),*);

        /// A message with nothing but these texts.
        pub(super) fn message(texts: AppTexts) -> App {
            App { $($field: texts.$field,)* ..App::default() }
        }
    };
    (@taken_from $message:ident, $($field:ident),*) => {
        impl From<&mut $message> for AppTexts {
            fn from(message: &mut $message) -> Self {
                Self { $($field: message.$field.take()),* }
            }
        }
    };
}

texts! {
    redirect_url,
    overview,
    support_url,
}
