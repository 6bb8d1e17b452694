//! One operation of the API: method, path, handler and description.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{self, MethodRouter};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::access::{ANYONE, Access};
use crate::api::key::RequestBody;
use crate::api::schema::{self, Field};
use crate::context::Context;

/// One operation of the API.
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) handler: MethodRouter<Context>,
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) access: Access,
    /// No rate limit refuses it.
    pub(crate) is_unlimited: bool,
    /// Only its refusals count for the limit of an address.
    pub(crate) counts_refusals: bool,
    pub(crate) query: Vec<Field>,
    pub(crate) is_paged: bool,
    pub(crate) body: Option<Value>,
    /// Without the refusals that all operations share.
    pub(crate) answers: Vec<Answer>,
    /// The named shapes in `answers`, and those they consist of.
    pub(crate) schemas: Vec<(String, Value)>,
}

/// Operations that belong together.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) operations: Vec<Operation>,
}

/// One status that an operation answers with.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content: Content,
}

/// The body of an answer.
pub(crate) enum Content {
    Nothing,
    Json(Value),
    /// Bytes of this media type.
    Other(&'static str),
    Refusal,
    /// A refusal, as a page for browsers.
    RefusalPage,
}

macro_rules! methods {
    ($($name:ident $method:ident),*) => {$(
        /// This method of a path, handled by the function that the id names.
        pub(crate) fn $name<H, T>(id: &'static str, path: &'static str, handler: H) -> Operation
        where
            H: Handler<T, Context>,
            T: 'static,
        {
            Operation::new(Method::$method, id, path, routing::$name(handler))
        }
    )*};
}

methods!(get GET, post POST, put PUT, delete DELETE);

impl Operation {
    fn new(method: Method, id: &'static str, path: &'static str, handler: MethodRouter<Context>) -> Self {
        Self {
            method,
            path,
            handler,
            id,
            summary: "",
            access: ANYONE,
            is_unlimited: false,
            counts_refusals: false,
            query: Vec::new(),
            is_paged: false,
            body: None,
            answers: Vec::new(),
            schemas: Vec::new(),
        }
    }

    /// The summary.
    pub(crate) fn does(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// Who may call it.
    pub(crate) fn by(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// Not refused by a rate limit: it neither identifies the caller nor causes work.
    pub(crate) fn unlimited(mut self) -> Self {
        self.is_unlimited = true;
        self
    }

    /// Counts for the limit of an address only if it is refused, because a service checks its credentials.
    pub(crate) fn counts_refusals(mut self) -> Self {
        self.counts_refusals = true;
        self
    }

    /// Reads a JSON object with the keys of `B`.
    pub(crate) fn takes<B: RequestBody>(mut self) -> Self {
        self.body = Some(schema::body(B::FIELDS, B::IGNORED));
        self
    }

    /// As [`Operation::takes`], and refuses other keys.
    pub(crate) fn takes_only<B: RequestBody>(mut self) -> Self {
        self.body = Some(schema::body(B::FIELDS, Some(B::IGNORED.unwrap_or_default())));
        self
    }

    /// Reads a JSON object with any keys. `about` says what they are.
    pub(crate) fn takes_anything(mut self, about: &str) -> Self {
        self.body = Some(json!({ "type": "object", "additionalProperties": true, "description": about }));
        self
    }

    /// Reads these parameters of the query.
    pub(crate) fn asks(mut self, fields: &[Field]) -> Self {
        self.query = fields.to_vec();
        self
    }

    /// Answers with a page of a list: reads `per_page` and `cursor`, sends `Link`.
    pub(crate) fn paged(mut self) -> Self {
        self.is_paged = true;
        self
    }

    /// Answers with JSON of this shape.
    pub(crate) fn answers<T: ToSchema>(mut self, status: u16) -> Self {
        let shape = self.name::<T>();
        self.answer(status, Content::Json(shape))
    }

    /// Answers 200 with a list of things of this shape.
    pub(crate) fn lists<T: ToSchema>(mut self) -> Self {
        let items = self.name::<T>();
        self.answer(200, Content::Json(json!({ "type": "array", "items": items })))
    }

    /// Answers with JSON whose shape is not described.
    pub(crate) fn answers_json(self, status: u16) -> Self {
        self.answer(status, Content::Json(json!({})))
    }

    /// Answers with an empty body.
    pub(crate) fn answers_nothing(self, status: u16) -> Self {
        self.answer(status, Content::Nothing)
    }

    /// Answers with bytes of this media type.
    pub(crate) fn answers_as(self, status: u16, media_type: &'static str) -> Self {
        self.answer(status, Content::Other(media_type))
    }

    /// Also refuses with this status, which is not among the shared ones.
    pub(crate) fn refuses(self, status: u16) -> Self {
        self.answer(status, Content::Refusal)
    }

    /// Refuses with this status, as a page for browsers.
    pub(crate) fn refuses_with_page(self, status: u16) -> Self {
        self.answer(status, Content::RefusalPage)
    }

    fn answer(mut self, status: u16, content: Content) -> Self {
        self.answers.push(Answer { status, content });
        self
    }

    /// Records the shape and its parts under their names, and returns a reference.
    fn name<T: ToSchema>(&mut self) -> Value {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        self.schemas.extend(schemas.into_iter().map(|(name, schema)| (name, json!(schema))));
        json!({ "$ref": format!("#/components/schemas/{}", T::name()) })
    }
}
