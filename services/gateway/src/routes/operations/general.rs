use crate::access::ANYONE;
use crate::operation::get;
use crate::routes::index::Index;
use crate::routes::{Group, health, index, openapi};

pub(in crate::routes) fn group() -> Group {
    let operations = vec![
        get("index", "/api/0/", index::index)
            .does("Tell the version of the API and who is asking")
            .by(ANYONE)
            .answers::<Index>(200),
        get("openapi", "/api/0/openapi.json", openapi::openapi)
            .does("Describe the API")
            .by(ANYONE)
            .answers_json(200),
        get("health", "/healthz", health::health)
            .does("Tell that this process answers")
            .by(ANYONE)
            .answers_json(200),
    ];
    Group { name: "General", about: "The API itself.", operations }
}
