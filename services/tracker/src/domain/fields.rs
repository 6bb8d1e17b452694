use patchbay_domain::{Error, Result};

/// Gathers what is wrong with a request, so that its sender hears all of it at once.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    wrong: Option<Error>,
}

impl Fields {
    /// The value, or a stand-in that nobody sees, because [`Fields::finish`] will fail.
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
    fn everything_that_is_wrong_is_told_at_once() {
        let mut fields = Fields::default();
        assert_eq!(fields.take("level", Ok(3)), 3);
        fields.take::<String>("name", Err("too long".to_owned()));
        fields.take::<String>("email", Err("no e-mail".to_owned()));
        let error = fields.finish().unwrap_err();
        assert_eq!(error.reason, "INVALID_FIELD");
        let wrong: Vec<_> = error.fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(wrong, ["name", "email"]);
    }
}
