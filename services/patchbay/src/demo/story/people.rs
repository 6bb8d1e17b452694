//! Two organizations and three users with personal tokens.

use patchbay_proto::auth_token::MintUserTokenRequest;
use patchbay_proto::tracker::{
    CreateOrganizationRequest, CreateProjectRequest, CreateUserRequest, SetMemberRequest,
};
use patchbay_rpc::request;

use super::{People, Story};

impl Story {
    pub(super) async fn people_exist(&mut self) -> anyhow::Result<People> {
        self.printer.step("Two organizations use the product: Acme builds an app, Globex will install it");
        let mut directory = self.clients.directory.clone();
        for name in ["Acme", "Globex"] {
            let organization = CreateOrganizationRequest { name: name.to_owned(), ..Default::default() };
            directory.create_organization(request(organization)).await?;
        }
        let project = CreateProjectRequest {
            organization: "globex".to_owned(),
            name: "Front End".to_owned(),
            platform: "javascript".to_owned(),
            ..Default::default()
        };
        let project = self.clients.projects.clone().create_project(request(project)).await?.into_inner();
        let people = People {
            owner: self.person("Olga Owner", Some(("acme", "owner"))).await?,
            manager: self.person("Manuel Manager", Some(("globex", "manager"))).await?,
            reviewer: self.person("Rosa Reviewer", None).await?,
            customer_id: project.organization_id,
        };
        self.printer
            .checked("organizations acme and globex, project front-end, three people with personal tokens");
        Ok(people)
    }

    /// Creates a user and a personal token. A user without a membership is a superuser.
    async fn person(&self, name: &str, membership: Option<(&str, &str)>) -> anyhow::Result<String> {
        let email = format!("{}@example.com", name.split(' ').next().unwrap_or(name).to_ascii_lowercase());
        let user = CreateUserRequest {
            name: name.to_owned(),
            email,
            is_superuser: membership.is_none(),
            ..Default::default()
        };
        let mut directory = self.clients.directory.clone();
        let user = directory.create_user(request(user)).await?.into_inner();
        if let Some((organization, role)) = membership {
            let member =
                SetMemberRequest { organization: organization.into(), user_id: user.id, role: role.into() };
            directory.set_member(request(member)).await?;
        }
        let scopes =
            ["org:admin", "event:admin", "project:admin", "member:read", "team:read"].map(str::to_owned);
        let token = MintUserTokenRequest { user_id: user.id, scopes: scopes.into(), name: "demo".to_owned() };
        Ok(self.clients.tokens.clone().mint_user_token(request(token)).await?.into_inner().token)
    }
}
