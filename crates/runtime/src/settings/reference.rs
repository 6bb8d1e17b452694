//! The list of all settings, from which the documentation is generated.

use std::collections::BTreeSet;
use std::fmt::Write;

/// The value of a setting that is not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Default {
    /// This value, in text form.
    Value(String),
    /// None: the feature is off.
    None,
    /// The process does not start.
    Required {
        /// An example of a value; empty for secrets.
        example: String,
    },
}

/// A declared setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its section in the reference.
    pub section: String,
    /// Its name without `PATCHBAY_`.
    pub name: String,
    /// Its type in words.
    pub kind: String,
    pub default: Default,
    /// The help text.
    pub meaning: String,
    /// Its value is never shown, and can be given by `<name>_FILE`.
    pub secret: bool,
}

/// All declarations; sections and settings are in the order of their first declaration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    declarations: Vec<Declaration>,
}

impl Reference {
    pub fn declarations(&self) -> &[Declaration] {
        &self.declarations
    }

    /// A setting may be declared by several readers, for example that of the database by each service.
    pub(super) fn add(&mut self, declaration: Declaration) {
        if !self.declarations.contains(&declaration) {
            self.declarations.push(declaration);
        }
    }

    /// All valid names, including the `_FILE` names of secrets.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let file = |d: &Declaration| d.secret.then(|| format!("{}_FILE", d.name));
        self.declarations.iter().flat_map(|d| [Some(d.name.clone()), file(d)]).flatten().collect()
    }

    /// A heading and a table for each section, as Markdown.
    pub fn markdown(&self) -> String {
        let mut sections: Vec<&str> = Vec::new();
        for declaration in &self.declarations {
            if !sections.contains(&declaration.section.as_str()) {
                sections.push(&declaration.section);
            }
        }
        let mut text = String::new();
        for section in sections {
            let separator = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{separator}## {section}\n");
            text += "| variable | type | default | meaning |\n|---|---|---|---|\n";
            for declaration in self.declarations.iter().filter(|d| d.section == section) {
                text += &row(declaration);
            }
        }
        text
    }
}

fn row(declaration: &Declaration) -> String {
    let Declaration { name, kind, default, meaning, secret, .. } = declaration;
    let variable = format!("`PATCHBAY_{name}`");
    let variable = if *secret { format!("{variable}, `PATCHBAY_{name}_FILE`") } else { variable };
    let default = match default {
        Default::Value(value) if value.is_empty() => "empty".to_owned(),
        Default::Value(value) => format!("`{value}`"),
        Default::None => "–".to_owned(),
        Default::Required { example } if example.is_empty() => "required".to_owned(),
        Default::Required { example } => format!("required, such as `{example}`"),
    };
    let cells = [variable, kind.clone(), default, meaning.clone()].map(|cell| cell.replace('|', "\\|"));
    format!("| {} |\n", cells.join(" | "))
}
