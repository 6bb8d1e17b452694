//! The exception of an error, and its stack.

use serde_json::{Map, Value, json};

/// The exception of an error, the last one where one caused the other.
#[derive(Debug, Default)]
pub(crate) struct Stack<'a> {
    name: Option<&'a str>,
    value: Option<&'a str>,
    frames: &'a [Value],
}

impl<'a> Stack<'a> {
    pub(crate) fn read(event: &'a Map<String, Value>) -> Self {
        let values = match event.get("exception") {
            Some(Value::Object(exception)) => exception.get("values"),
            other => other,
        };
        let Some(exception) = values.and_then(Value::as_array).and_then(|values| values.last()) else {
            return Self::default();
        };
        let frames = exception["stacktrace"]["frames"].as_array().map_or(&[][..], Vec::as_slice);
        Self { name: exception["type"].as_str(), value: exception["value"].as_str(), frames }
    }

    pub(crate) fn is_exception(&self) -> bool {
        self.name.is_some() || self.value.is_some()
    }

    /// `ReferenceError: heck is not defined`
    pub(crate) fn title(&self) -> Option<String> {
        let value = self.value.and_then(|value| value.lines().map(str::trim).find(|line| !line.is_empty()));
        match (self.name, value) {
            (Some(name), Some(value)) => Some(format!("{name}: {value}")),
            (Some(only), None) | (None, Some(only)) => Some(only.to_owned()),
            (None, None) => None,
        }
    }

    /// `?(runner)` for JavaScript, `app.views in index` for the rest; empty when nothing is known.
    pub(crate) fn culprit(&self, platform: &str) -> String {
        let Some(frame) = self.frame() else { return String::new() };
        let function = frame["function"].as_str().unwrap_or("?");
        match (frame["module"].as_str().or(frame["filename"].as_str()), platform) {
            (Some(module), "javascript" | "node") => format!("{function}({module})"),
            (Some(module), _) => format!("{module} in {function}"),
            (None, _) => function.to_owned(),
        }
    }

    /// The file in which it happened.
    pub(crate) fn location(&self) -> Option<&'a str> {
        self.frame().and_then(|frame| frame["filename"].as_str())
    }

    /// `metadata` of the issue; `None` where there is no exception. A text has at most `max` characters.
    pub(crate) fn metadata(&self, max: usize) -> Option<Value> {
        if !self.is_exception() {
            return None;
        }
        let cut = |text: &str| text.chars().take(max).collect::<String>();
        let mut metadata = json!({
            "type": cut(self.name.unwrap_or("Error")),
            "value": cut(self.value.unwrap_or_default()),
        });
        if let Some(location) = self.location() {
            metadata["filename"] = cut(location).into();
        }
        Some(metadata)
    }

    /// The parts that errors of one kind share: the type and the code location, or the type and the text if there are
    /// no frames.
    pub(crate) fn signature(&self) -> Vec<&'a str> {
        let mut parts = vec![self.name.unwrap_or_default()];
        let own: Vec<_> = self.frames.iter().filter(|frame| frame["in_app"] == true).collect();
        let frames = if own.is_empty() { self.frames.iter().collect() } else { own };
        for frame in &frames {
            parts.push(frame["module"].as_str().or(frame["filename"].as_str()).unwrap_or_default());
            let line = frame["function"].as_str().or(frame["context_line"].as_str());
            parts.push(line.unwrap_or_default());
        }
        if frames.is_empty() {
            parts.push(self.value.unwrap_or_default());
        }
        parts
    }

    /// The last frame in the product's own code, or the last one.
    fn frame(&self) -> Option<&'a Value> {
        self.frames.iter().rev().find(|frame| frame["in_app"] == true).or(self.frames.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(json: Value) -> Map<String, Value> {
        json.as_object().unwrap().clone()
    }

    #[test]
    fn the_last_exception_and_its_last_own_frame_say_what_happened() {
        let event = event(json!({ "exception": { "values": [
            { "type": "OSError", "value": "x" },
            { "type": "KeyError", "value": "\n'a'\nmore", "stacktrace": { "frames": [
                { "module": "app.views", "filename": "views.py", "function": "index", "in_app": true },
                { "module": "lib", "filename": "lib.py", "function": "get", "in_app": false },
            ] } },
        ] } }));
        let stack = Stack::read(&event);
        assert_eq!(stack.title().as_deref(), Some("KeyError: 'a'"));
        assert_eq!(stack.culprit("python"), "app.views in index");
        assert_eq!(stack.culprit("javascript"), "index(app.views)");
        assert_eq!(stack.location(), Some("views.py"));
        assert_eq!(stack.signature(), ["KeyError", "app.views", "index"]);
    }

    #[test]
    fn an_invalid_exception_counts_as_absent() {
        for odd in
            [json!({}), json!({ "exception": 7 }), json!({ "exception": [] }), json!({ "exception": [[]] })]
        {
            let event = event(odd);
            let stack = Stack::read(&event);
            assert!(!stack.is_exception() && stack.metadata(9).is_none() && stack.title().is_none());
        }
    }
}
