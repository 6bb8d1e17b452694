//! The caller on whose behalf a service calls another one.

use patchbay_domain::Caller;
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Request, Status};

/// JSON of the [`Caller`]; binary because names are not ASCII.
const METADATA: &str = "patchbay-caller-bin";

pub(crate) fn attach(metadata: &mut MetadataMap, caller: &Caller) {
    let json = serde_json::to_vec(caller).expect("a caller is plain data");
    metadata.insert_bin(METADATA, MetadataValue::from_bytes(&json));
}

/// On whose behalf a request is made: the caller that the calling service passed on, or that service itself.
///
/// Only requests that carried the service secret get here, so the claim can be believed.
///
/// # Errors
/// `INVALID_ARGUMENT` when the metadata cannot be read (a caller of another version).
pub fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    let Some(value) = request.metadata().get_bin(METADATA) else {
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
