use serde_json::{Value, json};

use super::call::Call;
use super::world::World;
use crate::receiver::Answer;

/// One page of a list, with the header `Link`. `member` is the name of the list if the answer is an object.
pub(super) fn page(world: &World, call: &Call<'_>, member: Option<&str>, all: Vec<Value>) -> Answer {
    let number =
        |name: &str, default: usize| call.query(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (size, page) = (number("per_page", 30).min(world.page_limit), number("page", 1).max(1));
    let total = all.len();
    let shown: Vec<Value> = all.into_iter().skip((page - 1) * size).take(size).collect();
    let body = match member {
        Some(member) => json!({ "total_count": total, member: shown }),
        None => json!(shown),
    };
    let answer = Answer::json(body.to_string());
    if page * size >= total {
        return answer;
    }
    let next = format!("<{}{}?per_page={size}&page={}>; rel=\"next\"", world.url, call.path, page + 1);
    answer.header("link", next)
}
