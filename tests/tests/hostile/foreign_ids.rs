//! Ids of another organization in paths, queries and bodies. They are answered like ids of nothing, and nothing of theirs changes.

use patchbay_domain::Role;
use serde_json::{Value, json};

use crate::attack::{Place, keys, read_only};
use crate::fixtures::Thing;
use crate::foreign::{Foreign, MARK};
use crate::operation::{Apps, Operation, Rule};
use crate::server::{Answer, Server};
use crate::who::Who;
use crate::world::World;

/// Path parameters for which Sentry's own messages distinguish existing from missing values.
const TOLD_APART: [&str; 4] = ["app", "installation", "delivery", "recovery"];

/// Keys of queries and bodies that name nothing. A new key stands here or in [`named`].
const NAMES_NOTHING: &str = "per_page cursor status since until resolution filter dependentData show event start end \
    sort limit eventType errorsOnly responseCode full reason name author scopes events webhookUrl isInternal isAlertable \
    verifyInstall redirectUrl overview supportUrl allowedOrigins webhookHeaders schema popularity delivery clientCertificate \
    features metadata gracePeriodSeconds avatar_type avatar_photo color tsdbField componentType questionnaire approve note \
    grant_type client_secret state enhancedPrivacy openMembership orgRole role hasSeen isBookmarked isPublic isSubscribed \
    statusDetails text webUrl project identifier action platform frequency actionMatch filterMatch conditions environment \
    owner timeWindow resolveThreshold aggregate dataset eventTypes queryType thresholdType comparisonDelta ratePerSecond \
    dryRun query slug providerKey provider_key features includeConfig integrationType field repo initialData provider \
    externalName externalId step";

/// As in Sentry, every signed-in user may count a view of any app.
const FOR_EVERYBODY: &str = "record_app_interaction";

const SERVICE: &str = "sentry.rules.actions.notify_event_service.NotifyEventServiceAction";
const SENTRY_APP: &str = "sentry.rules.actions.notify_event_sentry_app.NotifyEventSentryAppAction";
const ASSIGNED: &str = "sentry.rules.filters.assigned_to.AssignedToFilter";

/// Puts an id into the value of a key.
type Put = fn(&Value) -> Value;

/// What this key of an operation may name, and how. The id is a text; JSON has it as a number as well.
fn named(operation: &str, place: Place, key: &str) -> Vec<(&'static str, Put)> {
    let plain: Put = Value::clone;
    let list: Put = |id| json!([id]);
    match (place, key) {
        (Place::Query, "id") | (Place::Body, "issueId" | "groupId") => vec![("issue", plain)],
        (Place::Query, "project" | "projectId") => vec![("project", plain)],
        (Place::Query, "actor") => vec![("member", plain), ("email", plain)],
        (Place::Query, "delivery") => vec![("delivery", plain)],
        (Place::Query, "after") => vec![("published", plain)],
        (Place::Query, "query") if operation == "list_members" => vec![("email", plain), ("member", plain)],
        (Place::Query, "query") if operation.ends_with("issues") => vec![
            ("team", |id| json!(format!("assigned:#{}", id.as_str().unwrap_or_default()))),
            ("email", |id| json!(format!("assigned:{}", id.as_str().unwrap_or_default()))),
        ],
        (_, "uri") => vec![("uri", plain)],
        (_, "installation") => vec![("installation", plain)],
        (_, "organization" | "organizationSlug") => vec![("organization", plain)],
        (Place::Body, "slug") => match operation {
            "install" => vec![("app", plain)],
            "create_team" => vec![("team", plain)],
            // Addresses of organizations are unique.
            "create_organization" | "update_organization" => Vec::new(),
            _ => vec![("project", plain)],
        },
        (Place::Body, "projects") => vec![("project", list)],
        (Place::Body, "assignedTo") => vec![
            ("member", plain),
            ("email", plain),
            ("member", |id| json!(format!("user:{}", id.as_str().unwrap_or_default()))),
            ("member", |id| json!({ "type": "user", "id": id })),
            ("team", |id| json!(format!("team:{}", id.as_str().unwrap_or_default()))),
            ("team", |id| json!(format!("#{}", id.as_str().unwrap_or_default()))),
            ("team", |id| json!({ "type": "team", "id": id })),
        ],
        (_, "integrationId") => vec![("integration", plain)],
        (Place::Body, "userId") => vec![("member", plain)],
        (Place::Query, "externalIssue") => vec![("link", plain)],
        (Place::Body, "requestId") => vec![("member", plain)],
        (Place::Body, "tokenId") => vec![("token", plain), ("user_token", plain)],
        (Place::Body, "email") => vec![("email", plain)],
        (Place::Body, "client_id") => vec![("client", plain)],
        (Place::Body, "code" | "refresh_token") => vec![("code", plain)],
        (Place::Body, "actions") => vec![
            ("app", |id| json!([{ "id": SERVICE, "service": id }])),
            (
                "installation",
                |id| json!([{ "id": SENTRY_APP, "sentryAppInstallationUuid": id, "settings": [] }]),
            ),
        ],
        (Place::Body, "triggers") => vec![
            ("app", |id| {
                let actions = json!([{ "id": SERVICE, "service": id }]);
                json!([{ "label": "critical", "alertThreshold": 7, "actions": actions }])
            }),
            ("installation", |id| {
                let actions = json!([{ "id": SENTRY_APP, "sentryAppInstallationUuid": id, "settings": [] }]);
                json!([{ "label": "critical", "alertThreshold": 7, "actions": actions }])
            }),
        ],
        (Place::Body, "filters") => vec![
            ("member", |id| json!([{ "id": ASSIGNED, "targetType": "Member", "targetIdentifier": id }])),
            ("team", |id| json!([{ "id": ASSIGNED, "targetType": "Team", "targetIdentifier": id }])),
        ],
        _ => Vec::new(),
    }
}

/// The kind of thing that a parameter of a path names.
fn named_in_path(operation: &Operation, name: &str) -> Option<&'static str> {
    Some(match name {
        // Other tests ask for every path below an organization that is not the caller's.
        "organization" => return None,
        // Pictures are public; links to sign in and webhooks of trackers carry a secret instead of a name.
        "avatar" | "secret" | "provider" | "action" | "pipeline" => return None,
        "event" if operation.id == "explain_event" => "published",
        "member" if operation.id.ends_with("_invitation") => "invitation",
        "rule" if operation.path.contains("/alert-rules/") => "metric_rule",
        "app" => "app",
        "comment" => "comment",
        "delivery" => "delivery",
        "event" => "event",
        "external_issue" => "external_issue",
        "external_actor" => "external_actor",
        "integration" => "integration",
        "installation" => "installation",
        "issue" => "issue",
        "member" => "member",
        "project" => "project",
        "recovery" => "recovery",
        "rule" => "rule",
        "team" => "team",
        "token" => "token",
        other => panic!("what does {{{other}}} name?"),
    })
}

/// A place for an id in a request.
struct Slot {
    what: String,
    kind: &'static str,
    /// Whether an existing id may be answered in another way than one of nothing.
    is_told_apart: bool,
    at: At,
}

enum At {
    Path(usize),
    Key(Place, String, Put),
}

impl Slot {
    /// All places in requests of this operation.
    fn all(world: &World<'_>, operation: &Operation) -> Vec<Self> {
        let mut slots = Vec::new();
        for (position, part) in operation.path.split('/').enumerate() {
            let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else { continue };
            if let Some(kind) = named_in_path(operation, name) {
                let is_told_apart = TOLD_APART.contains(&name);
                slots.push(Self {
                    what: format!("in place of {part}"),
                    kind,
                    is_told_apart,
                    at: At::Path(position),
                });
            }
        }
        let skipped = read_only(world, operation);
        for place in [Place::Query, Place::Body] {
            for key in keys(world, operation, place).into_iter().filter(|key| !skipped.contains(key)) {
                let named = named(&operation.id, place, &key);
                let is_known =
                    !named.is_empty() || NAMES_NOTHING.split_whitespace().any(|known| known == key);
                assert!(is_known, "what does {key} of {} name?", operation.id);
                slots.extend(named.into_iter().map(|(kind, put)| Self {
                    what: format!("under {key}"),
                    kind,
                    is_told_apart: false,
                    at: At::Key(place, key.clone(), put),
                }));
            }
        }
        slots
    }

    /// The path and the body with this id.
    fn filled(&self, thing: &Thing, id: &Value) -> (String, Option<Value>) {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let (mut path, mut body) = (thing.path.clone(), thing.body.clone());
        match &self.at {
            At::Path(position) => {
                let (path_only, query) = path.split_once('?').unwrap_or((&path, ""));
                let id = text(id);
                let mut parts: Vec<_> = path_only.split('/').collect();
                parts[*position] = &id;
                path = [parts.join("/").as_str(), query].join("?");
            }
            At::Key(Place::Query, key, put) => {
                let value = text(&put(id)).replace('#', "%23");
                let (path_only, query) = path.split_once('?').unwrap_or((&path, ""));
                let others = query.split('&').filter(|part| !part.starts_with(&format!("{key}=")));
                let query: String =
                    others.filter(|part| !part.is_empty()).map(|part| format!("{part}&")).collect();
                path = format!("{path_only}?{query}{key}={value}");
            }
            At::Key(Place::Body, key, put) => body.get_or_insert_with(|| json!({}))[key] = put(id),
        }
        (path, body)
    }
}

/// An id of the same form that names nothing.
fn of_nothing(id: &str) -> String {
    match id {
        _ if id.bytes().all(|byte| byte.is_ascii_digit()) => "999999999".to_owned(),
        _ if id.contains('@') => "stranger@patchbay.example".to_owned(),
        _ if id.starts_with('/') => "/nothing".to_owned(),
        _ if id.len() == 36 => "00000000-0000-4000-8000-000000000000".to_owned(),
        _ if id.bytes().all(|byte| byte.is_ascii_hexdigit()) => "0".repeat(id.len()),
        _ => "no-such-thing".to_owned(),
    }
}

/// Who may call the operation for the other organization's neighbour.
fn callers(world: &World<'_>, operation: &Operation) -> Vec<Who> {
    let mut callers = match operation.access.rule {
        Rule::Anyone | Rule::Client => vec![Who::Anonymous],
        Rule::TheApp => Vec::new(),
        _ => vec![Who::Session(world.people.named("owner").clone())],
    };
    match operation.access.apps {
        Apps::WithScopes | Apps::Any => callers.push(Who::Neighbour(Role::Owner.scopes())),
        Apps::Own | Apps::OwnWithScopes => callers.push(Who::TheApp),
        Apps::No => {}
    }
    callers
}

/// The answer without what it repeats from the request. Answers to changes that were made are about different things.
fn comparable(operation: &Operation, answer: &Answer, id: &str) -> String {
    if answer.status >= 400 {
        return answer.body.replace(id, "<id>");
    }
    if operation.is_safe() {
        return answer.body.clone();
    }
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let keys = body.as_object().into_iter().flat_map(|body| body.keys());
    keys.map(String::as_str).collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_another_organization_is_answered_like_one_of_nothing_and_nothing_there_changes() {
    let server = Server::start().await;
    let world = World::new(&server).await;
    let foreign = Foreign::new(&world).await;
    let before = foreign.look().await;
    let (mut wrong, mut compared) = (Vec::new(), 0);
    let mut operations = world.description.operations();
    // They give the ids of the others to things of the caller.
    operations.sort_by_key(|operation| operation.takes_body);
    for operation in operations {
        let slots = Slot::all(&world, &operation);
        if slots.is_empty() {
            continue;
        }
        for who in callers(&world, &operation) {
            let mut thing = world.fresh(&operation, &who).await;
            for slot in &slots {
                for id in foreign.ids(slot.kind) {
                    let missing = of_nothing(id);
                    let mut answers = Vec::new();
                    for id in [id, &missing] {
                        let (path, body) = slot.filled(&thing, &json!(id));
                        let headers = world.credentials(&thing, &who).await;
                        let answer = server.send(&operation.method, &path, &headers, body.as_ref()).await;
                        if answer.status < 400 && !operation.is_safe() {
                            thing = world.fresh(&operation, &who).await;
                        }
                        answers.push((comparable(&operation, &answer, id), answer));
                    }
                    let [(of_foreign, there), (of_missing, nowhere)] = answers.as_slice() else {
                        unreachable!("two")
                    };
                    let is_same = there.status == nowhere.status && of_foreign == of_missing;
                    let is_refused = there.status >= 400 || operation.id == FOR_EVERYBODY;
                    let is_refused = slot.is_told_apart && is_refused;
                    let shows = there.body.replace(id.as_str(), "").to_ascii_lowercase().contains(MARK);
                    if shows || !(is_same || is_refused) {
                        wrong.push(format!(
                            "{} {} {id} as {who:?}: {there:?}, but of nothing {nowhere:?}",
                            operation.id, slot.what
                        ));
                    }
                    compared += 1;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 200, "only {compared} were compared");
    let after = foreign.look().await;
    for (path, was) in before {
        assert_eq!(after[&path], was, "{path} has changed");
    }
}
