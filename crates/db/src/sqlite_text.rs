//! SQLite's text of a migration that differs from PostgreSQL's in type names only.
//!
//! Databases have recorded the checksums of these texts, so a change here must not alter the text of an existing migration. A test of
//! the `patchbay` crate compares all of them.

/// Type names of columns: PostgreSQL's and SQLite's. `integer` and `text` are the same.
const TYPES: [(&str, &str); 9] = [
    ("bigint", "integer"),
    ("smallint", "integer"),
    ("boolean", "integer"),
    ("double precision", "real"),
    ("bytea", "blob"),
    ("uuid", "blob"),
    ("jsonb", "text"),
    ("json", "text"),
    ("timestamptz", "text"),
];

/// Replaces the types of columns and makes tables strict. A column of a table stands on a line of its own.
pub(crate) fn sqlite_text(postgres: &str) -> String {
    let mut in_table = false;
    let mut sqlite = String::with_capacity(postgres.len());
    for line in postgres.split_inclusive('\n') {
        if line.starts_with("create table ") {
            in_table = true;
            sqlite.push_str(line);
        } else if in_table && line.starts_with(");") {
            in_table = false;
            sqlite.push_str(&line.replacen(");", ") strict;", 1));
        } else if in_table {
            sqlite.push_str(&column(line));
        } else if let Some((table, definition)) = line.split_once(" add column ") {
            sqlite.extend([table, " add column ", &column(definition)]);
        } else {
            sqlite.push_str(line);
        }
    }
    sqlite
}

/// The definition of a column: its name, its type, its constraints. Anything else stays as it is.
fn column(definition: &str) -> String {
    let indentation = definition.len() - definition.trim_start().len();
    let name_end = definition[indentation..].find(' ').map(|length| indentation + length + 1);
    let Some((name, rest)) = name_end.map(|end| definition.split_at(end)) else {
        return definition.to_owned();
    };
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let found = TYPES.iter().find_map(|(postgres, sqlite)| {
        let constraints = rest.strip_prefix(postgres).filter(|constraints| !constraints.starts_with(is_word));
        constraints.map(|constraints| (sqlite, constraints))
    });
    match found {
        Some((sqlite, constraints)) if !name.trim_start().starts_with("--") => {
            // In SQLite a primary key may be null unless it is declared otherwise.
            let not_null = if constraints.starts_with(" primary key") { " not null" } else { "" };
            let constraints =
                constraints.replace("default false", "default 0").replace("default true", "default 1");
            format!("{name}{sqlite}{not_null}{constraints}")
        }
        _ => definition.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_get_the_types_of_sqlite_and_tables_become_strict() {
        let postgres = "\
-- uuid uuid stays in a comment
create table things (
    id bigint primary key,
    uuid uuid not null unique,
    -- when timestamptz was chosen
    count integer not null,
    seen timestamptz,
    ratio double precision not null,
    documents jsonb not null default '[]',
    bigints text not null,
    primary_uuid uuid,
    enabled boolean not null default false,
    thing_id bigint not null references things (id),
    primary key (id, uuid),
    check ((seen is null) = (ratio is null))
);
create index things_uuid on things (uuid, seen) where enabled;
alter table things add column key bytea;
insert into things (id, uuid) select id, uuid from others;
";
        let sqlite = "\
-- uuid uuid stays in a comment
create table things (
    id integer not null primary key,
    uuid blob not null unique,
    -- when timestamptz was chosen
    count integer not null,
    seen text,
    ratio real not null,
    documents text not null default '[]',
    bigints text not null,
    primary_uuid blob,
    enabled integer not null default 0,
    thing_id integer not null references things (id),
    primary key (id, uuid),
    check ((seen is null) = (ratio is null))
) strict;
create index things_uuid on things (uuid, seen) where enabled;
alter table things add column key blob;
insert into things (id, uuid) select id, uuid from others;
";
        assert_eq!(sqlite_text(postgres), sqlite);
    }
}
