//! Collects the invalid fields of a request, so that one response reports all of them.

use patchbay_domain::Error;

/// The messages of one field, one for each broken rule.
pub(crate) type Messages = Vec<String>;

#[derive(Default)]
pub(crate) struct Problems(Vec<(&'static str, String)>);

impl Problems {
    /// The value, or its default if the field is invalid. The default is never used, because [`Problems::finish`] then fails.
    pub(crate) fn take<T: Default>(&mut self, field: &'static str, checked: Result<T, Messages>) -> T {
        checked.unwrap_or_else(|messages| {
            self.0.extend(messages.into_iter().map(|message| (field, message)));
            T::default()
        })
    }

    pub(crate) fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.0.push((field, message.into()));
    }

    pub(crate) fn finish(self) -> Result<(), Error> {
        let mut problems = self.0.into_iter();
        let Some((field, message)) = problems.next() else { return Ok(()) };
        let first = Error::field(field, message);
        Err(problems.fold(first, |error, (field, message)| error.with_field(field, message)))
    }
}

pub(crate) fn one(message: impl Into<String>) -> Messages {
    vec![message.into()]
}
