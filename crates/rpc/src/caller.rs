//! The caller on whose behalf a service calls another one.
//!
//! The metadata of a call is bounded, and the memberships of a user are not. The memberships of most users fit. For the others the
//! call carries one membership for each role and a mark, and the server reads the rest from the directory before the call
//! reaches its handler. The metadata is therefore always correct; a server without a directory grants too little at worst.

use http::HeaderMap;
use patchbay_domain::shortened::cut;
use patchbay_domain::{Caller, Membership, Role, UserCaller, slug};
use tonic::metadata::{Ascii, MetadataMap, MetadataValue};
use tonic::{Request, Status};

/// JSON of the [`Caller`]; binary, because names are not ASCII.
const METADATA: &str = "patchbay-caller-bin";
/// Marks a caller who has more memberships than the metadata carries.
const PARTIAL: &str = "patchbay-caller-partial";

/// Bytes of the JSON; base64 adds a third.
const MAX_BYTES: usize = 2 * 1024;
const MAX_NAME_BYTES: usize = 200;
const MAX_EMAIL_BYTES: usize = 254;

/// A request extension: the caller with all their memberships.
#[derive(Clone)]
pub(crate) struct Complete(pub(crate) Caller);

pub(crate) fn attach(metadata: &mut MetadataMap, caller: &Caller) {
    let mut json = written(caller);
    if let Caller::User(user) = caller
        && json.len() > MAX_BYTES
    {
        json = written(&Caller::User(partial(user)));
        metadata.insert(PARTIAL, MetadataValue::<Ascii>::from_static("1"));
    }
    metadata.insert_bin(METADATA, MetadataValue::from_bytes(&json));
}

fn written(caller: &Caller) -> Vec<u8> {
    serde_json::to_vec(caller).expect("a caller is plain data")
}

/// The user within the bounds of the metadata. The directory of a product may have longer names than ours.
fn partial(user: &UserCaller) -> UserCaller {
    let fits = |membership: &&Membership| membership.organization_slug.len() <= slug::MAX_LENGTH;
    let of_role = |role: Role| user.memberships.iter().filter(fits).find(|known| known.role == role).cloned();
    UserCaller {
        name: cut(&user.name, MAX_NAME_BYTES, char::len_utf8).into_owned(),
        email: cut(&user.email, MAX_EMAIL_BYTES, char::len_utf8).into_owned(),
        memberships: Role::ALL.into_iter().filter_map(of_role).collect(),
        ..user.clone()
    }
}

/// The caller on whose behalf a request is made: the one that the calling service passed on, or that service itself.
///
/// The metadata can be trusted, because only requests with the service secret reach a handler.
///
/// # Errors
/// `INVALID_ARGUMENT`: the metadata cannot be read, because the calling service has another version.
pub fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    match request.extensions().get::<Complete>() {
        Some(Complete(caller)) => Ok(caller.clone()),
        None => read(request.metadata()),
    }
}

/// Whether the caller has memberships that the metadata does not carry.
pub(crate) fn is_partial(headers: &HeaderMap) -> bool {
    headers.contains_key(PARTIAL)
}

pub(crate) fn read(metadata: &MetadataMap) -> Result<Caller, Status> {
    let Some(value) = metadata.get_bin(METADATA) else {
        return Ok(Caller::Service("service".to_owned()));
    };
    let unreadable = || Status::invalid_argument("the patchbay-caller-bin metadata cannot be read");
    let json = value.to_bytes().map_err(|_| unreadable())?;
    serde_json::from_slice(&json).map_err(|_| unreadable())
}
#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_domain::{AppCaller, Scope, ScopeSet};
    use uuid::Uuid;

    #[test]
    fn a_caller_survives_the_metadata() {
        let app = AppCaller {
            app_id: 1,
            installation_id: Uuid::from_u128(7),
            organization_id: 3,
            scopes: ScopeSet::of(&[Scope::EventRead]),
        };
        for sent in [Caller::Anonymous, Caller::App(app), Caller::Operator, Caller::Service("über".into())] {
            let mut request = Request::new(());
            attach(request.metadata_mut(), &sent);
            assert_eq!(caller(&request).unwrap(), sent);
        }
    }

    fn member_of(organizations: i64, name: &str, email: &str) -> Caller {
        let membership = |id: i64| Membership {
            organization_id: id,
            organization_slug: format!("{id:0>64}"),
            role: Role::ALL[(id % 4) as usize],
        };
        Caller::User(UserCaller {
            user_id: i64::MAX,
            name: name.to_owned(),
            email: email.to_owned(),
            is_superuser: true,
            is_staff: true,
            memberships: (1..=organizations).map(membership).collect(),
            token_scopes: Some(Scope::ALL.iter().copied().collect()),
        })
    }

    #[test]
    fn a_caller_is_carried_within_bounds_however_many_organizations_they_belong_to() {
        let (long_name, long_email) = ("日".repeat(5000), format!("{}@example.com", "a".repeat(5000)));
        for organizations in [0, 1, 93, 440, 10_000] {
            for (name, email) in [("Ada", "ada@example.com"), (&*long_name, &*long_email)] {
                let sent = member_of(organizations, name, email);
                let mut request = Request::new(());
                attach(request.metadata_mut(), &sent);
                let size = crate::headers::size(request.metadata().as_ref());
                assert!(size <= 4 * 1024 - 1024, "{size} leave no room for the rest");
                let received = caller(&request).unwrap();
                let is_partial = is_partial(request.metadata().as_ref());
                assert_eq!(is_partial, received != sent, "{organizations}");
                let (Caller::User(sent), Caller::User(received)) = (sent, received) else { panic!("users") };
                assert_eq!((sent.user_id, sent.token_scopes), (received.user_id, received.token_scopes));
                assert!(received.memberships.iter().all(|membership| sent.memberships.contains(membership)));
                let roles = received.memberships.iter().map(|membership| membership.role).collect::<Vec<_>>();
                let expected = if is_partial { organizations.min(4) } else { organizations };
                assert_eq!(roles.len() as i64, expected, "one for each role");
            }
        }
    }

    #[test]
    fn the_memberships_of_most_people_come_along() {
        let membership = |id: i64| Membership {
            organization_id: id,
            organization_slug: format!("organization-{id}"),
            role: Role::Member,
        };
        let Caller::User(user) = member_of(0, "Ada Lovelace", "ada@example.com") else { panic!("a user") };
        let memberships = (1..=10).map(membership).collect();
        let sent = Caller::User(UserCaller { memberships, token_scopes: None, ..user });
        let mut request = Request::new(());
        attach(request.metadata_mut(), &sent);
        assert_eq!(caller(&request).unwrap(), sent);
    }

    #[test]
    fn without_metadata_the_service_itself_is_the_caller() {
        assert_eq!(caller(&Request::new(())).unwrap(), Caller::Service("service".into()));
    }

    #[test]
    fn metadata_that_is_no_caller_is_refused() {
        let mut request = Request::new(());
        request.metadata_mut().insert_bin(METADATA, MetadataValue::from_bytes(b"{"));
        assert!(caller(&request).is_err());
    }
}
