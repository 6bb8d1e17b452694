//! Who somebody is who has signed in at the provider.

use patchbay_domain::{Error, Result};

/// What the provider says of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    pub email: Option<String>,
    pub email_verified: Option<bool>,
    pub name: Option<String>,
}

/// A person who may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcIdentity {
    /// Lower case, verified by the provider.
    pub email: String,
    pub name: String,
}

/// Characters of the name of a user.
const MAX_NAME: usize = 200;

/// Whether these claims let somebody in where the e-mail addresses of these domains may; of all domains when there are none.
pub fn identify(claims: Claims, allowed_domains: &[String]) -> Result<OidcIdentity> {
    let email = claims.email.map(|email| email.trim().to_lowercase()).unwrap_or_default();
    let Some((_, domain)) = email.rsplit_once('@').filter(|_| claims.email_verified == Some(true)) else {
        let message = "The identity provider has not verified an e-mail address.";
        return Err(Error::forbidden("OIDC_EMAIL_NOT_VERIFIED", message));
    };
    if !allowed_domains.is_empty()
        && !allowed_domains.iter().any(|allowed| allowed.eq_ignore_ascii_case(domain))
    {
        let message = "People with this e-mail address cannot sign in here.";
        return Err(Error::forbidden("OIDC_DOMAIN_NOT_ALLOWED", message));
    }
    let name = claims.name.unwrap_or_default();
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
    Ok(OidcIdentity { name: if name.is_empty() { email.clone() } else { name }, email })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verified_address_of_an_allowed_domain_lets_in() {
        let cases: [(&str, Option<bool>, &[&str], &str); 9] = [
            ("Jane@Acme.example", Some(true), &[], "jane@acme.example"),
            ("jane@acme.example", Some(true), &["ACME.example", "b.example"], "jane@acme.example"),
            ("jane@acme.example", Some(true), &["b.example"], "OIDC_DOMAIN_NOT_ALLOWED"),
            ("jane@evil.acme.example", Some(true), &["acme.example"], "OIDC_DOMAIN_NOT_ALLOWED"),
            ("jane@evilacme.example", Some(true), &["acme.example"], "OIDC_DOMAIN_NOT_ALLOWED"),
            ("a@acme.example@evil.example", Some(true), &["acme.example"], "OIDC_DOMAIN_NOT_ALLOWED"),
            ("jane@acme.example", Some(false), &[], "OIDC_EMAIL_NOT_VERIFIED"),
            ("jane@acme.example", None, &[], "OIDC_EMAIL_NOT_VERIFIED"),
            ("jane", Some(true), &[], "OIDC_EMAIL_NOT_VERIFIED"),
        ];
        for (email, email_verified, domains, expected) in cases {
            let claims = Claims { email: Some(email.into()), email_verified, name: None };
            let domains: Vec<String> = domains.iter().map(|&domain| domain.to_owned()).collect();
            let found = identify(claims, &domains);
            let found = found.map_or_else(|error| error.reason.into_owned(), |identity| identity.email);
            assert_eq!(found, expected, "{email} {email_verified:?} {domains:?}");
        }
        assert!(identify(Claims::default(), &[]).is_err());
    }

    #[test]
    fn who_has_no_name_is_called_by_their_address() {
        let name = |name: Option<&str>| {
            let claims = Claims {
                email: Some("jane@acme.example".into()),
                email_verified: Some(true),
                name: name.map(str::to_owned),
            };
            identify(claims, &[]).unwrap().name
        };
        assert_eq!(name(Some(" Jane\0 Doe ")), "Jane Doe");
        assert_eq!(name(Some(" ")), "jane@acme.example");
        assert_eq!(name(None), "jane@acme.example");
        assert_eq!(name(Some(&"é".repeat(300))).chars().count(), 200);
    }
}
