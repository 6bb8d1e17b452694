//! Errors as the SDKs of three platforms send them.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::seeded_rng::SeededRng;

const MODULES: [&str; 8] =
    ["cart", "orders", "sessions", "shipping", "invoices", "search", "catalogue", "accounts"];
const FUNCTIONS: [&str; 8] = ["load", "save", "render", "validate", "submit", "parse", "refresh", "notify"];
const BROWSERS: [&str; 3] = ["Firefox", "Chrome", "Safari"];
const LEVELS: [&str; 6] = ["error", "error", "error", "error", "warning", "fatal"];
/// Errors are spread over two weeks, which have this many minutes.
const MINUTES: u64 = 14 * 24 * 60;

/// One to eight errors that belong to the same issue; `kind` tells the issues apart.
pub(super) fn of_kind(rng: &mut SeededRng, kind: usize, platform: &str, now: DateTime<Utc>) -> Vec<Value> {
    let (name, value) = exception(rng, platform);
    let (module, function) = (*rng.pick(&MODULES), *rng.pick(&FUNCTIONS));
    let function = format!("{function}_{kind}");
    let level = *rng.pick(&LEVELS);
    let count = 1 + rng.below(8);
    (0..count)
        .map(|_| {
            let minutes = i64::try_from(rng.below(MINUTES)).unwrap_or_default();
            let happened_at = now - TimeDelta::minutes(minutes);
            json!({
                "event_id": format!("{:016x}{:016x}", rng.next(), rng.next()),
                "platform": platform,
                "level": level,
                "timestamp": happened_at.timestamp(),
                "release": format!("{module}@1.{}", rng.below(4)),
                "exception": { "values": [{
                    "type": name,
                    "value": value,
                    "stacktrace": { "frames": frames(module, &function, platform) },
                }] },
                "tags": { "browser": rng.pick(&BROWSERS), "environment": "production" },
                "user": { "id": rng.below(300), "ip_address": format!("203.0.113.{}", rng.below(250)) },
                "request": { "url": format!("https://shop.example/{module}"), "method": "GET" },
                "sdk": { "name": format!("sentry.{platform}"), "version": "9.1.0" },
            })
        })
        .collect()
}

fn exception(rng: &mut SeededRng, platform: &str) -> (&'static str, &'static str) {
    match platform {
        "javascript" => *rng.pick(&[
            ("TypeError", "Cannot read properties of undefined (reading 'price')"),
            ("ReferenceError", "cartTotal is not defined"),
            ("RangeError", "Maximum call stack size exceeded"),
        ]),
        "python" => *rng.pick(&[
            ("KeyError", "'shipping_address'"),
            ("ConnectionError", "Connection to payments.internal timed out"),
            ("ValueError", "invalid literal for int() with base 10: ''"),
        ]),
        _ => *rng.pick(&[
            ("*net.OpError", "dial tcp 10.0.3.7:5432: connect: connection refused"),
            ("runtime.Error", "invalid memory address or nil pointer dereference"),
        ]),
    }
}

/// The stack trace with the outermost call first, which is the order that SDKs send.
fn frames(module: &str, function: &str, platform: &str) -> Value {
    let ending = match platform {
        "javascript" => "js",
        "python" => "py",
        _ => "go",
    };
    json!([
        { "module": "framework.router", "filename": format!("framework/router.{ending}"), "function": "dispatch",
          "lineno": 118, "in_app": false },
        { "module": format!("shop.{module}"), "filename": format!("shop/{module}.{ending}"), "function": "handle",
          "lineno": 42, "in_app": true, "context_line": "    return self.next(request)" },
        { "module": format!("shop.{module}"), "filename": format!("shop/{module}.{ending}"), "function": function,
          "lineno": 77, "in_app": true },
    ])
}
