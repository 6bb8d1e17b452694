//! `in ($list)` for each engine.

use std::fmt::Write;

const IN: &str = "in ($list)";
const NOT_IN: &str = "not in ($list)";

/// One array parameter: the text is the same for lists of any length, so there is one prepared statement.
pub(crate) fn for_postgres(sql: &str, parameter: usize) -> Option<String> {
    replace_first(sql, &format!("= any(${parameter})"), &format!("<> all(${parameter})"))
}

/// One parameter per item, starting with number `first`.
pub(crate) fn for_sqlite(sql: &str, first: usize, count: usize) -> Option<String> {
    let mut list = String::with_capacity(count * 5 + 5);
    for parameter in first..first + count {
        let separator = if parameter == first { "" } else { "," };
        write!(list, "{separator}${parameter}").ok()?;
    }
    replace_first(sql, &format!("in ({list})"), &format!("not in ({list})"))
}

/// The number of parameters for `count` items. The last item is repeated up to a power of two, which does not
/// change the result and leaves few distinct texts to prepare.
pub(crate) fn padded(count: usize) -> usize {
    if count == 0 { 0 } else { count.next_power_of_two() }
}

fn replace_first(sql: &str, is_in: &str, is_not_in: &str) -> Option<String> {
    let at = sql.find(IN)?;
    let negated_at =
        (at + IN.len()).checked_sub(NOT_IN.len()).filter(|&start| sql[start..].starts_with(NOT_IN));
    let (start, text) = negated_at.map_or((at, is_in), |start| (start, is_not_in));
    Some([&sql[..start], text, &sql[at + IN.len()..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_an_array_on_postgres_and_placeholders_on_sqlite() {
        let sql = "delete from t where a = $1 and id in ($list)";
        assert_eq!(for_postgres(sql, 2).unwrap(), "delete from t where a = $1 and id = any($2)");
        assert_eq!(for_sqlite(sql, 2, 3).unwrap(), "delete from t where a = $1 and id in ($2,$3,$4)");
        assert_eq!(for_sqlite(sql, 2, 0).unwrap(), "delete from t where a = $1 and id in ()");
    }

    #[test]
    fn a_negated_list_stays_negated() {
        assert_eq!(
            for_postgres("select 1 where x not in ($list)", 1).unwrap(),
            "select 1 where x <> all($1)"
        );
        assert_eq!(
            for_sqlite("select 1 where x not in ($list)", 1, 1).unwrap(),
            "select 1 where x not in ($1)"
        );
    }

    #[test]
    fn lists_are_taken_in_order_and_a_missing_one_is_noticed() {
        let once = for_postgres("a in ($list) or b in ($list)", 1).unwrap();
        assert_eq!(for_postgres(&once, 2).unwrap(), "a = any($1) or b = any($2)");
        assert_eq!(for_postgres("select 1", 1), None);
    }
}
