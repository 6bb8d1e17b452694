//! An operation in the description of the API.

use patchbay_domain::{Scope, ScopeSet};
use serde_json::Value;

#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) takes_body: bool,
    pub(crate) access: Access,
}

/// Who may call it.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    pub(crate) rule: Rule,
    pub(crate) apps: Apps,
    pub(crate) staff: bool,
    pub(crate) session: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rule {
    Anyone,
    Client,
    Users,
    Scopes(Vec<Scope>),
    Superusers,
    TheApp,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Apps {
    No,
    WithScopes,
    Own,
    OwnWithScopes,
    Any,
}

impl Operation {
    pub(crate) fn read_all(document: &Value) -> Vec<Self> {
        let paths = document["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, methods)| {
            methods.as_object().unwrap().iter().map(|(method, operation)| Self {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_ascii_uppercase(),
                path: path.clone(),
                takes_body: operation.get("requestBody").is_some(),
                access: Access::read(&operation["x-access"]),
            })
        });
        operations.collect()
    }

    /// The parameters of its path.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    pub(crate) fn is_safe(&self) -> bool {
        self.method == "GET"
    }
}

impl Access {
    fn read(json: &Value) -> Self {
        let scopes = || {
            let names = json["scopes"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
            ScopeSet::parse(names).unwrap().iter().collect()
        };
        Self {
            rule: match json["rule"].as_str().unwrap() {
                "anyone" => Rule::Anyone,
                "client" => Rule::Client,
                "users" => Rule::Users,
                "scopes" => Rule::Scopes(scopes()),
                "superusers" => Rule::Superusers,
                "app" => Rule::TheApp,
                other => panic!("{other} is no rule"),
            },
            apps: match json["apps"].as_str().unwrap() {
                "none" => Apps::No,
                "scopes" => Apps::WithScopes,
                "own" => Apps::Own,
                "own_with_scopes" => Apps::OwnWithScopes,
                "any" => Apps::Any,
                other => panic!("{other} says nothing of apps"),
            },
            staff: json["staff"].as_bool().unwrap(),
            session: json["session"].as_bool().unwrap(),
        }
    }

    /// The scopes, one of which is required.
    pub(crate) fn scopes(&self) -> &[Scope] {
        if let Rule::Scopes(scopes) = &self.rule { scopes } else { &[] }
    }
}
