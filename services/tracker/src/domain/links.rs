use url::Url;

/// URLs of issues, errors, rules and projects.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    /// Without a slash at the end.
    base: String,
}

impl Links {
    pub(crate) fn new(public_url: &Url) -> Self {
        Self { base: public_url.as_str().trim_end_matches('/').to_owned() }
    }

    /// An issue in the REST API.
    pub(crate) fn issue(&self, issue_id: &str) -> String {
        format!("{}/api/0/issues/{issue_id}/", self.base)
    }

    /// The page of an issue.
    pub(crate) fn issue_page(&self, organization_slug: &str, issue_id: &str) -> String {
        format!("{}/organizations/{organization_slug}/issues/{issue_id}/", self.base)
    }

    /// An error in the REST API.
    pub(crate) fn event(&self, organization_slug: &str, project_slug: &str, event_id: &str) -> String {
        format!("{}/api/0/projects/{organization_slug}/{project_slug}/events/{event_id}/", self.base)
    }

    /// The page of an error.
    pub(crate) fn event_page(&self, organization_slug: &str, issue_id: &str, event_id: &str) -> String {
        format!("{}/organizations/{organization_slug}/issues/{issue_id}/events/{event_id}/", self.base)
    }

    /// The page of a metric rule.
    pub(crate) fn metric_rule_page(&self, organization_slug: &str, rule_id: i64) -> String {
        format!("{}/organizations/{organization_slug}/alerts/rules/details/{rule_id}/", self.base)
    }

    /// A project in the REST API.
    pub(crate) fn project(&self, organization_slug: &str, project_slug: &str) -> String {
        format!("{}/api/0/projects/{organization_slug}/{project_slug}/", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_begin_with_the_public_url_whether_or_not_it_ends_in_a_slash() {
        for base in ["https://example.com/patchbay", "https://example.com/patchbay/"] {
            let links = Links::new(&Url::parse(base).unwrap());
            assert_eq!(links.issue("7"), "https://example.com/patchbay/api/0/issues/7/");
        }
    }
}
