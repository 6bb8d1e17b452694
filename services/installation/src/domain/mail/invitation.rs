//! The invitation to join an organization.

use chrono::{DateTime, Utc};

use super::{Mail, one_line};

/// The contents of the mail.
#[derive(Debug)]
pub(crate) struct Invitation<'a> {
    pub(crate) recipient: &'a str,
    pub(crate) id: i64,
    pub(crate) organization_slug: &'a str,
    pub(crate) organization_name: &'a str,
    pub(crate) role: &'a str,
    /// May be empty.
    pub(crate) inviter_name: &'a str,
    pub(crate) expires_at: DateTime<Utc>,
}

pub(crate) fn invitation(invitation: &Invitation<'_>, base_url: &str) -> Vec<Mail> {
    let organization = one_line(invitation.organization_name);
    let inviter = match invitation.inviter_name {
        "" => "You are invited".to_owned(),
        name => format!("{} invites you", one_line(name)),
    };
    let body = format!(
        "Hello,\n\n\
         {inviter} to join the organization {organization} ({slug}), as its {role}.\n\n\
         To join, sign in with this e-mail address and send, before {until}:\n\n\
         \x20   POST {base_url}/api/0/organizations/{slug}/members/{id}/accept/\n\n\
         To decline:\n\n\
         \x20   POST {base_url}/api/0/organizations/{slug}/members/{id}/decline/\n\n\
         If you do nothing, you do not join. The organization is not told whether this address has an account.\n",
        slug = invitation.organization_slug,
        role = invitation.role,
        id = invitation.id,
        until = invitation.expires_at.format("%Y-%m-%d %H:%M UTC"),
    );
    let recipient = invitation.recipient.to_owned();
    Mail::to_each([&recipient], &format!("Join {organization}"), &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invited_is_told_where_to_answer_and_names_write_no_lines_of_their_own() {
        let told = Invitation {
            recipient: "ada@example.com",
            id: 7,
            organization_slug: "acme",
            organization_name: "Acme\r\nBcc: all",
            role: "manager",
            inviter_name: "Eve\n\nYour password has expired",
            expires_at: DateTime::UNIX_EPOCH,
        };
        let mail = invitation(&told, "https://patchbay.example").remove(0);
        assert_eq!(
            (mail.recipient.as_str(), mail.subject.as_str()),
            ("ada@example.com", "Join Acme  Bcc: all")
        );
        let path = "https://patchbay.example/api/0/organizations/acme/members/7";
        assert!(mail.body.contains(&format!("POST {path}/accept/")), "{}", mail.body);
        assert!(mail.body.contains(&format!("POST {path}/decline/")), "{}", mail.body);
        assert!(mail.body.contains("Eve  Your password has expired invites you"), "{}", mail.body);
    }
}
