use patchbay_domain::Caller;
use patchbay_proto::tracker::{AuditActor, AuditActorKind};

/// The caller as the log names them. Names are kept as they are today: the log tells what was.
pub(crate) fn of(caller: &Caller) -> AuditActor {
    let (kind, id, label) = match caller {
        Caller::User(user) => (AuditActorKind::User, user.user_id, user.name.clone()),
        Caller::App(app) => (AuditActorKind::App, app.app_id, String::new()),
        Caller::Operator => (AuditActorKind::Operator, 0, "operator".to_owned()),
        Caller::Service(name) => (AuditActorKind::Unspecified, 0, name.clone()),
        // Nobody changes anything without credentials; client credentials are told with `Entry::by_app`.
        Caller::Anonymous => (AuditActorKind::Unspecified, 0, String::new()),
    };
    AuditActor { kind: kind.into(), id, label }
}
