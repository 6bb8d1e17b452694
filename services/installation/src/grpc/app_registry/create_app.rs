use patchbay_domain::{AuditEvent, Caller, Error, shortened, token};
use patchbay_proto::auth_token::TokenPair;
use patchbay_proto::installation::{CreateAppRequest, CreateAppResponse, InitialToken};

use super::app_message::app_message;
use super::delivery_message::{certificate_and_key, delivery_settings};
use super::error_subscription::may_subscribe_to_errors;
use crate::context::Context;
use crate::domain::app::access;
use crate::domain::app::access::is_elevated;
use crate::domain::app::draft;
use crate::domain::app::draft::AppDraft;
use crate::domain::app::draft::AppRequest;
use crate::domain::app::feature::Feature;
use crate::domain::app::name;
use crate::domain::app::popularity;
use crate::domain::app::subscriptions;
use crate::domain::app::texts::AppTexts;
use crate::domain::app::{App, AppStatus};
use crate::domain::installation::Installation;
use crate::domain::organization::Organization;
use crate::outbox::audit;
use crate::sealing;
use crate::store::{apps, components, event_types, installations, outage_mail, versions};

pub(super) async fn create_app(
    context: &Context,
    caller: &Caller,
    request: CreateAppRequest,
) -> Result<CreateAppResponse, Error> {
    let owner = owner(context, caller, &request.organization).await?;
    let held = access::may_create(caller, owner.id)?;
    if subscriptions::has_errors(&request.events) {
        may_subscribe_to_errors(context, owner.id).await?;
    }
    let custom_event_types = event_types::all(&context.db).await?;
    let mut draft =
        draft::check(AppRequest { custom_event_types, ..app_request(request) }, held, &context.timeouts)?;
    if !access::reviews(caller) {
        draft.popularity = popularity::DEFAULT;
    }
    if draft.author.is_none() {
        let organization = context.directory.find(&owner.slug).await?;
        draft.author = organization.map(|organization| organization.name);
    }
    let app = new_app(context, owner, draft).await?;
    let installation = installation_at_once(context, &app).await?;

    // The token is made before the app is written. The other way round the app could be removed in between, and its
    // removal would miss the token. A crash in between leaves an unused token of an app that does not exist.
    let initial_token = match &installation {
        Some(installation) => Some(context.tokens.mint(installation, &app).await?),
        None => None,
    };
    if let Err(error) = write(context, caller, &app, installation.as_ref()).await {
        abandon(context, installation.as_ref()).await;
        return Err(error);
    }
    context.metrics.apps_created.inc();
    context.metrics.installs.inc_by(installation.is_some().into());
    Ok(CreateAppResponse {
        app: Some(app_message(context, caller, app).await?),
        initial_token: initial_token.map(initial_token_message),
    })
}

async fn write(
    context: &Context,
    caller: &Caller,
    app: &App,
    installation: Option<&Installation>,
) -> Result<(), Error> {
    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    apps::insert(&mut tx, app, version).await?;
    components::replace(&mut tx, app.id, &app.schema, &context.random).await?;
    if let Some(user) = caller.user() {
        outage_mail::set_creator(&mut tx, app.id, user.user_id).await?;
    }
    if let Some(installation) = installation {
        installations::insert(&mut tx, installation, version).await?;
        let entry = audit::of_app(AuditEvent::InternalIntegrationAdd, app, caller, app.created_at);
        tx.outbox(entry.into_message()).await?;
    }
    let entry = audit::of_app(AuditEvent::SentryAppAdd, app, caller, app.created_at);
    tx.outbox(entry.into_message()).await?;
    context.commit(tx).await
}

/// Revokes the token of an app that could not be written. If that fails, the token remains but was never returned.
async fn abandon(context: &Context, installation: Option<&Installation>) {
    if let Some(installation) = installation
        && let Err(error) = context.tokens.revoke(installation.uuid).await
    {
        tracing::warn!(%error, installation_id = %installation.uuid, "the token of an app that was not registered could not be revoked");
    }
}

/// The organization that will own the app. Users who are not members do not learn whether it exists.
async fn owner(context: &Context, caller: &Caller, slug: &str) -> Result<Organization, Error> {
    if matches!(caller, Caller::Anonymous) {
        return Err(Error::no_credentials());
    }
    if caller.app().is_some() {
        return Err(Error::permission_denied());
    }
    if slug.is_empty() {
        let message = "Please provide a valid value for the 'organization' field.";
        return Err(Error::not_found("ORGANIZATION_REQUIRED", message));
    }
    if let Some(membership) = caller.user().and_then(|user| user.membership_by_slug(slug)) {
        return Ok(Organization { id: membership.organization_id, slug: slug.to_owned() });
    }
    if !access::reads_all(caller) {
        return Err(access::not_a_member(slug));
    }
    // The directory also takes ids; this field takes slugs only.
    let found = context.directory.find(slug).await?.filter(|organization| organization.slug == slug);
    let found = found.ok_or_else(|| {
        Error::not_found(
            "ORGANIZATION_NOT_FOUND",
            format!("Organization '{}' does not exist.", shortened(slug)),
        )
    })?;
    // Sentry's words: staff read the apps of every organization, but register none there.
    if !is_elevated(caller) {
        return Err(access::not_in_organization());
    }
    Ok(Organization { id: found.id, slug: found.slug })
}

async fn new_app(context: &Context, owner: Organization, draft: AppDraft) -> Result<App, Error> {
    let id = context.db.allocate_ids("app", 1).await?;
    let keys = &context.sealing;
    Ok(App {
        id,
        uuid: context.random.uuid(),
        slug: name::slug_for(&draft.name, draft.is_internal, context.random.uuid()),
        name: draft.name,
        author: draft.author,
        owner,
        status: if draft.is_internal { AppStatus::Internal } else { AppStatus::Unpublished },
        scopes: draft.scopes,
        events: draft.events,
        webhook_url: draft.webhook_url,
        is_alertable: draft.is_alertable,
        verify_install: draft.verify_install,
        texts: draft.texts,
        allowed_origins: draft.allowed_origins,
        popularity: draft.popularity,
        client_id: token::generate().expose().to_owned(),
        client_secret: sealing::seal_client_secret(keys, id, &token::generate()),
        webhook_headers: sealing::seal_headers(keys, id, draft.webhook_headers),
        published_at: None,
        created_at: context.clock.now(),
        disabled: None,
        schema: draft.schema,
        metadata: Default::default(),
        features: vec![Feature::API],
        delivery: draft.delivery,
        client_certificate: draft
            .client_certificate
            .map(|certificate| sealing::seal_certificate(keys, id, certificate)),
        previous_secret: None,
        removal: None,
    })
}

/// The installation of an internal app on its organization, which exists from the start. The app gets no event about it.
async fn installation_at_once(context: &Context, app: &App) -> Result<Option<Installation>, Error> {
    if !app.is_internal() {
        return Ok(None);
    }
    let id = context.db.allocate_ids("installation", 1).await?;
    let now = context.clock.now();
    Ok(Some(Installation::new(id, context.random.uuid(), app, app.owner.clone(), now)))
}

fn initial_token_message(pair: TokenPair) -> InitialToken {
    InitialToken { id: pair.id, token: pair.token, scopes: pair.scopes, created_at: pair.created_at }
}

fn app_request(mut request: CreateAppRequest) -> AppRequest {
    let texts = AppTexts::from(&mut request);
    AppRequest {
        name: request.name,
        author: request.author,
        scopes: request.has_scopes.then_some(request.scopes),
        events: request.events,
        webhook_url: request.webhook_url,
        is_internal: request.is_internal,
        is_alertable: request.is_alertable,
        verify_install: request.verify_install,
        texts,
        allowed_origins: request.allowed_origins,
        webhook_headers: request.webhook_headers,
        schema: request.schema_json,
        popularity: request.popularity,
        delivery: request.delivery.map(delivery_settings).unwrap_or_default(),
        client_certificate: request.client_certificate.map(certificate_and_key),
        custom_event_types: Vec::new(),
    }
}
