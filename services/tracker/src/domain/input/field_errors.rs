use patchbay_domain::{Error, Result};

/// Collects the invalid fields of a request, so that the response lists all of them.
#[derive(Debug, Default)]
pub(crate) struct FieldErrors {
    wrong: Option<Error>,
}

impl FieldErrors {
    /// The value, or its default if it is invalid. Then [`FieldErrors::finish`] fails, so the default is not used.
    pub(crate) fn take<T: Default>(&mut self, field: &'static str, value: Result<T, String>) -> T {
        value.unwrap_or_else(|message| {
            self.wrong = Some(match self.wrong.take() {
                None => Error::field(field, message),
                Some(error) => error.with_field(field, message),
            });
            T::default()
        })
    }

    /// # Errors
    /// `INVALID_FIELD` with every broken rule.
    pub(crate) fn finish(self) -> Result<()> {
        self.wrong.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_invalid_fields_are_reported_at_once() {
        let mut field_errors = FieldErrors::default();
        assert_eq!(field_errors.take("level", Ok(3)), 3);
        field_errors.take::<String>("name", Err("too long".to_owned()));
        field_errors.take::<String>("email", Err("no e-mail".to_owned()));
        let error = field_errors.finish().unwrap_err();
        assert_eq!(error.reason, "INVALID_FIELD");
        let wrong: Vec<_> = error.fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(wrong, ["name", "email"]);
    }
}
