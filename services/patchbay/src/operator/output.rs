//! The output of a command.

use std::io::Write;

use anyhow::Context;
use serde_json::Value;

/// The result of a command as JSON and as text.
#[derive(Debug)]
pub(super) struct Output {
    json: Value,
    text: String,
}

impl Output {
    pub(super) fn new(json: Value, text: impl Into<String>) -> Self {
        Self { json, text: text.into() }
    }

    /// A list. As text it is a table with these keys as columns.
    pub(super) fn table(columns: &[&str], rows: Vec<Value>) -> Self {
        let mut lines = vec![columns.iter().map(|column| column.to_ascii_uppercase()).collect::<Vec<_>>()];
        lines.extend(rows.iter().map(|row| columns.iter().map(|column| cell(&row[*column])).collect()));
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns.len()).map(width).collect();
        let line = |cells: &Vec<String>| {
            let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let text = lines.iter().map(line).collect::<Vec<_>>().join("\n");
        Self { json: Value::Array(rows), text }
    }

    /// Adds a conclusion to a list: a line below the table, and a key beside the list in JSON.
    pub(super) fn concluded(self, list: &str, conclusion: &str, value: Value, line: &str) -> Self {
        let json = Value::from_iter([(list, self.json), (conclusion, value)]);
        Self { json, text: format!("{}\n{line}", self.text) }
    }

    /// # Errors
    /// Standard output is closed.
    pub(super) fn print(self, as_json: bool) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        let written = if as_json { writeln!(out, "{:#}", self.json) } else { writeln!(out, "{}", self.text) };
        written.and_then(|()| out.flush()).context("cannot write to the terminal")
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(value) => if *value { "yes" } else { "no" }.to_owned(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_a_table_as_text_and_an_array_as_json() {
        let rows = vec![
            json!({ "slug": "acme", "id": 1, "features": ["a", "b"], "hidden": 1 }),
            json!({ "slug": "initech", "id": 12, "features": [], "hidden": 2 }),
        ];
        let output = Output::table(&["slug", "id", "features"], rows.clone());
        assert_eq!(output.text, "SLUG     ID  FEATURES\nacme     1   a,b\ninitech  12");
        assert_eq!(output.json, Value::Array(rows));
        let output =
            Output::table(&["id"], vec![json!({ "id": 1 })]).concluded("rows", "sum", 1.into(), "in all 1");
        assert_eq!(output.text, "ID\n1\nin all 1");
        assert_eq!(output.json, json!({ "rows": [{ "id": 1 }], "sum": 1 }));
    }
}
