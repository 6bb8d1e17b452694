//! The identity of a user who has signed in at the provider.

use patchbay_domain::invisible::is_invisible;
use patchbay_domain::{EmailAddress, Error, Result};

/// The provider's claims about a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) email: Option<String>,
    pub(crate) email_verified: Option<bool>,
    pub(crate) name: Option<String>,
}

/// An account at a provider. Unlike an e-mail address, a subject is never reassigned to another person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) issuer: String,
    pub(crate) subject: String,
}

/// A user who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OidcIdentity {
    pub(crate) account: Account,
    /// Verified by the provider.
    pub(crate) email: EmailAddress,
    pub(crate) name: String,
}

/// Characters of a user's name.
const MAX_NAME: usize = 200;
/// Bytes of a subject: OpenID Connect Core, section 2.
const MAX_SUBJECT: usize = 255;
/// Bytes of an issuer.
const MAX_ISSUER: usize = 1024;

impl Account {
    /// # Errors
    /// `OIDC_REFUSED`: the issuer or subject is empty, too long, or not printable ASCII.
    pub(crate) fn read(issuer: String, subject: String) -> Result<Self> {
        let is_name = |text: &str, longest: usize| {
            (1..=longest).contains(&text.len()) && text.bytes().all(|b| matches!(b, b' '..=b'~'))
        };
        if is_name(&issuer, MAX_ISSUER) && is_name(&subject, MAX_SUBJECT) {
            return Ok(Self { issuer, subject });
        }
        Err(Error::unauthenticated("OIDC_REFUSED", "The identity provider's answer does not hold."))
    }
}

/// The identity that these claims prove. An empty list allows the e-mail addresses of all domains.
pub(crate) fn identify(claims: Claims, allowed_domains: &[String]) -> Result<OidcIdentity> {
    let account = Account::read(claims.issuer, claims.subject)?;
    let Some(email) = claims.email.filter(|_| claims.email_verified == Some(true)) else {
        let message = "The identity provider has not verified an e-mail address.";
        return Err(Error::forbidden("OIDC_EMAIL_NOT_VERIFIED", message));
    };
    let email = EmailAddress::parse(&email).map_err(|_| {
        let message = "The identity provider names an e-mail address that cannot be used here.";
        Error::forbidden("OIDC_EMAIL_INVALID", message)
    })?;
    let is_allowed = |allowed: &String| allowed.eq_ignore_ascii_case(email.domain());
    if !allowed_domains.is_empty() && !allowed_domains.iter().any(is_allowed) {
        let message = "People with this e-mail address cannot sign in here.";
        return Err(Error::forbidden("OIDC_DOMAIN_NOT_ALLOWED", message));
    }
    let name = claims.name.unwrap_or_default();
    // The person cannot correct this name here, so characters that the directory would refuse are left out.
    let is_shown = |c: &char| !c.is_control() && !is_invisible(*c);
    let name: String = name.trim().chars().filter(is_shown).take(MAX_NAME).collect();
    let name = if name.is_empty() { email.to_string() } else { name };
    Ok(OidcIdentity { account, email, name })
}

/// The refusal to bind an account that belongs to another user, or a user who has another account at this provider.
pub(crate) fn bound_otherwise() -> Error {
    let message = "The user with this e-mail address signs in with another account at the identity provider.";
    Error::conflict("OIDC_BOUND_OTHERWISE", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(email: &str, email_verified: Option<bool>) -> Claims {
        Claims {
            issuer: "https://id.example".into(),
            subject: "7".into(),
            email: Some(email.into()),
            email_verified,
            name: None,
        }
    }

    #[test]
    fn a_verified_address_of_an_allowed_domain_is_an_identity() {
        let cases: [(&str, Option<bool>, &[&str], &str); 10] = [
            ("Jane@Acme.example", Some(true), &[], "jane@acme.example"),
            ("jane@acme.example", Some(true), &["ACME.example", "b.example"], "jane@acme.example"),
            ("jane@acme.example", Some(true), &["b.example"], "OIDC_DOMAIN_NOT_ALLOWED"),
            ("jane@evil.acme.example", Some(true), &["acme.example"], "OIDC_DOMAIN_NOT_ALLOWED"),
            ("jane@evilacme.example", Some(true), &["acme.example"], "OIDC_DOMAIN_NOT_ALLOWED"),
            ("a@acme.example@evil.example", Some(true), &["acme.example"], "OIDC_EMAIL_INVALID"),
            ("jane@acme.example", Some(false), &[], "OIDC_EMAIL_NOT_VERIFIED"),
            ("jane@acme.example", None, &[], "OIDC_EMAIL_NOT_VERIFIED"),
            ("jane", Some(true), &[], "OIDC_EMAIL_INVALID"),
            ("jane", Some(false), &[], "OIDC_EMAIL_NOT_VERIFIED"),
        ];
        for (email, email_verified, domains, expected) in cases {
            let domains: Vec<String> = domains.iter().map(|&domain| domain.to_owned()).collect();
            let found = identify(claims(email, email_verified), &domains);
            let found =
                found.map_or_else(|error| error.reason.into_owned(), |identity| identity.email.into());
            assert_eq!(found, expected, "{email} {email_verified:?} {domains:?}");
        }
        assert!(identify(Claims::default(), &[]).is_err());
    }

    #[test]
    fn a_user_without_a_name_is_named_by_their_address() {
        let name = |name: Option<&str>| {
            let claims = Claims { name: name.map(str::to_owned), ..claims("jane@acme.example", Some(true)) };
            identify(claims, &[]).unwrap().name
        };
        assert_eq!(name(Some(" Jane\0 \u{202e}Doe\u{200b} ")), "Jane Doe");
        assert_eq!(name(Some(" ")), "jane@acme.example");
        assert_eq!(name(None), "jane@acme.example");
        assert_eq!(name(Some(&"é".repeat(300))).chars().count(), 200);
    }

    #[test]
    fn an_address_with_letters_beyond_ascii_is_refused() {
        for email in [
            "\u{212a}ate@korp.io",
            "kate@\u{212a}orp.io",
            "kate@korp.\u{130}o",
            "\u{a0}kate@korp.io",
            "kate@korp.io\u{3000}",
            "kate@korp.io\u{2028}",
        ] {
            for domains in [&[] as &[String], &["korp.io".to_owned()]] {
                let refused = identify(claims(email, Some(true)), domains).unwrap_err();
                assert_eq!(refused.reason, "OIDC_EMAIL_INVALID", "{email:?}");
            }
        }
    }

    #[test]
    fn an_account_needs_an_issuer_and_a_subject_of_printable_ascii() {
        let long = "x".repeat(256);
        for subject in ["", "\0", "7\n", "ä", &long] {
            let claims = Claims { subject: subject.into(), ..claims("jane@acme.example", Some(true)) };
            assert_eq!(identify(claims, &[]).unwrap_err().reason, "OIDC_REFUSED", "{subject:?}");
        }
        assert!(Account::read("https://id.example".into(), "auth0|7 x".into()).is_ok());
        assert!(Account::read(String::new(), "7".into()).is_err());
    }
}
