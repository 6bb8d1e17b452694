//! The usual setup: an organization, an app and its installation.

use patchbay_domain::{Caller, Membership, Role, UserCaller};
use patchbay_proto::installation::app_registry_client::AppRegistryClient;
use patchbay_proto::installation::installations_client::InstallationsClient;
use patchbay_proto::installation::{AppStatus, CreateAppRequest, InstallRequest, UpdateAppRequest};
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::{CreateOrganizationRequest, CreateUserRequest, SetMemberRequest};
use patchbay_rpc::{Channel, request, request_as};

/// Channels to the services for the setup.
#[derive(Clone, Debug)]
pub struct Services {
    pub tracker: Channel,
    pub installation: Channel,
}

/// An organization with one owner.
#[derive(Clone, Debug)]
pub struct Organization {
    pub id: i64,
    pub slug: String,
    pub owner: Caller,
}

/// An app and its client secret.
#[derive(Clone, Debug)]
pub struct App {
    pub id: i64,
    pub slug: String,
    pub client_secret: String,
}

impl Services {
    /// An organization with an owner.
    ///
    /// # Errors
    /// An error of the directory.
    pub async fn organization(&self, name: &str) -> anyhow::Result<Organization> {
        let mut directory = DirectoryClient::new(self.tracker.clone());
        let wanted = CreateOrganizationRequest { name: name.to_owned(), ..Default::default() };
        let organization = directory.create_organization(request(wanted)).await?.into_inner();
        let (name, email) = ("Owner".to_owned(), format!("owner@{}.example", organization.slug));
        let wanted = CreateUserRequest { name, email, ..Default::default() };
        let user = directory.create_user(request(wanted)).await?.into_inner();
        let member = SetMemberRequest {
            organization: organization.slug.clone(),
            user_id: user.id,
            role: "owner".into(),
        };
        directory.set_member(request(member)).await?;
        let membership = Membership {
            organization_id: organization.id,
            organization_slug: organization.slug.clone(),
            role: Role::Owner,
        };
        let owner = Caller::User(UserCaller {
            user_id: user.id,
            name: user.name,
            email: user.email,
            is_superuser: false,
            is_staff: false,
            memberships: vec![membership],
            token_scopes: None,
        });
        Ok(Organization { id: organization.id, slug: organization.slug, owner })
    }

    /// A published app of `organization` that subscribed to issues and errors.
    ///
    /// # Errors
    /// An error of the app registry.
    pub async fn app(
        &self,
        organization: &Organization,
        name: &str,
        webhook_url: &str,
    ) -> anyhow::Result<App> {
        let mut registry = AppRegistryClient::new(self.installation.clone());
        let wanted = CreateAppRequest {
            organization: organization.slug.clone(),
            name: Some(name.to_owned()),
            author: Some("Tests".to_owned()),
            scopes: vec!["event:read".to_owned()],
            has_scopes: true,
            events: vec!["issue".to_owned(), "error".to_owned()],
            webhook_url: Some(webhook_url.to_owned()),
            ..Default::default()
        };
        let created = registry.create_app(request_as(&organization.owner, wanted)).await?.into_inner();
        let app = created.app.unwrap_or_default();
        let published = UpdateAppRequest {
            app: app.slug.clone(),
            status: Some(AppStatus::Published.into()),
            ..Default::default()
        };
        registry.update_app(request_as(&Caller::Operator, published)).await?;
        let client_secret = app.owner_view.and_then(|view| view.client_secret).unwrap_or_default();
        Ok(App { id: app.id, slug: app.slug, client_secret })
    }

    /// The uuid of a new installation.
    ///
    /// # Errors
    /// An error of the installation service.
    pub async fn install(&self, organization: &Organization, app: &App) -> anyhow::Result<String> {
        let wanted = InstallRequest { organization: organization.slug.clone(), app_slug: app.slug.clone() };
        let mut installations = InstallationsClient::new(self.installation.clone());
        Ok(installations.install(request_as(&organization.owner, wanted)).await?.into_inner().uuid)
    }
}
