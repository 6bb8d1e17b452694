//! The list of every setting, from which the documentation is written.

use std::collections::BTreeSet;
use std::fmt::Write;

/// What a setting is without being given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Default {
    /// This value, as an operator would write it.
    Value(String),
    /// Nothing: the feature is off.
    None,
    /// The process does not start.
    Required {
        /// What a value could be; empty for secrets.
        example: String,
    },
}

/// One setting as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Heading it stands under.
    pub section: String,
    /// Name without `PATCHBAY_`.
    pub name: String,
    /// Type, in words.
    pub kind: String,
    /// Value when not given.
    pub default: Default,
    /// What it does.
    pub meaning: String,
    /// Never shown, and may be given by `<name>_FILE`.
    pub secret: bool,
}

/// Every declaration, sections and settings in the order of their first one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    declarations: Vec<Declaration>,
}

impl Reference {
    /// The declarations in order.
    pub fn declarations(&self) -> &[Declaration] {
        &self.declarations
    }

    /// One setting may be declared by several readers, as the database's is by each service.
    pub(super) fn add(&mut self, declaration: Declaration) {
        if !self.declarations.contains(&declaration) {
            self.declarations.push(declaration);
        }
    }

    /// Every name that may be given, `_FILE` of secrets included.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let file = |d: &Declaration| d.secret.then(|| format!("{}_FILE", d.name));
        self.declarations.iter().flat_map(|d| [Some(d.name.clone()), file(d)]).flatten().collect()
    }

    /// A heading and a table for each section.
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
