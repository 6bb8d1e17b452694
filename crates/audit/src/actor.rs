use patchbay_domain::Caller;
use patchbay_proto::tracker::{AuditActor, AuditActorKind};

/// The caller as the audit log names them. Names are stored as they are now, because the log describes the
/// past.
pub(crate) fn of(caller: &Caller) -> AuditActor {
    let (kind, id, label) = match caller {
        Caller::User(user) => (AuditActorKind::User, user.user_id, user.name.clone()),
        Caller::App(app) => (AuditActorKind::App, app.app_id, String::new()),
        Caller::Operator => (AuditActorKind::Operator, 0, "operator".to_owned()),
        Caller::Service(name) => (AuditActorKind::Unspecified, 0, name.clone()),
        // Changes require credentials. Requests with client credentials are recorded with `Entry::by_app`.
        Caller::Anonymous => (AuditActorKind::Unspecified, 0, String::new()),
    };
    AuditActor { kind: kind.into(), id, label }
}
