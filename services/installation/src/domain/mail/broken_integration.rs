//! To the owners of an organization, when an integration with an outside tracker does not work.

use super::Mail;

/// An integration that does not work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BrokenIntegration<'a> {
    pub(crate) id: i64,
    pub(crate) name: &'a str,
    pub(crate) provider_name: &'a str,
    pub(crate) organization_slug: &'a str,
    pub(crate) organization_name: &'a str,
    /// The last failure, as a sentence.
    pub(crate) problem: &'a str,
    /// A sentence; may be empty.
    pub(crate) hint: &'a str,
}

pub(crate) fn broken_integration(
    broken: &BrokenIntegration<'_>,
    recipients: &[String],
    base_url: &str,
) -> Vec<Mail> {
    let name = if broken.name.is_empty() { broken.provider_name } else { broken.name };
    let subject = format!("Action required: re-authenticate or fix your {name} integration");
    let what_to_do = match broken.hint {
        "" => String::new(),
        hint => format!("What to do: {hint}\n\n"),
    };
    let body = format!(
        "Hello,\n\n\
         the {provider} integration {name} of your organization {organization} does not work. Changes of issues \
         wait, and none is lost. They are sent when it works again, which is tested every 15 minutes.\n\n\
         Last failure:  {problem}\n\n\
         {what_to_do}\
         How the integration is doing:\n\n\
         \x20   GET {base_url}/api/0/organizations/{slug}/integrations/{id}/health/\n",
        provider = broken.provider_name,
        organization = broken.organization_name,
        problem = broken.problem,
        slug = broken.organization_slug,
        id = broken.id,
    );
    Mail::to_each(recipients, &subject, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mail_names_the_integration_its_failure_and_the_remedy() {
        let broken = BrokenIntegration {
            id: 31,
            name: "patchbay-acme",
            provider_name: "Jira Server",
            organization_slug: "acme",
            organization_name: "Acme",
            problem: "Unable to reach host: jira.acme.test",
            hint: "Check that the tracker runs.",
        };
        let recipients = ["a@example.org".to_owned(), "b@example.org".to_owned()];
        let mails = broken_integration(&broken, &recipients, "https://patchbay.example");
        assert_eq!(mails.len(), 2);
        let subject = "Action required: re-authenticate or fix your patchbay-acme integration";
        assert_eq!(mails[0].subject, subject);
        for part in [broken.problem, "What to do: Check that", "/organizations/acme/integrations/31/health/"]
        {
            assert!(mails[1].body.contains(part), "{part}");
        }
    }
}
