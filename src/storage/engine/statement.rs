//! Statements: each is written once, or twice where the engines must differ, and registered,
//! so that a test can prepare them all.

/// A statement: its text on each engine, and how many values it takes.
#[derive(Debug, Clone, Copy)]
pub struct Sql {
    /// Where it stands, for the test that prepares them all.
    pub at: &'static str,
    /// For `SQLite`.
    pub sqlite: &'static str,
    /// For `PostgreSQL`.
    pub postgres: &'static str,
    /// How many `$n`.
    pub arity: usize,
}
inventory::collect!(Sql);

/// Every statement of the program.
pub fn registered() -> impl Iterator<Item = &'static Sql> {
    inventory::iter::<Sql>.into_iter()
}

/// The highest `$n` in a statement.
#[must_use]
#[expect(clippy::indexing_slicing, reason = "const code; a slip fails the build")]
pub const fn arity(text: &str) -> usize {
    let (bytes, mut at, mut highest) = (text.as_bytes(), 0, 0);
    while at < bytes.len() {
        if bytes[at] == b'$' {
            let mut n = 0;
            while at + 1 < bytes.len() && bytes[at + 1].is_ascii_digit() {
                at += 1;
                n = n * 10 + (bytes[at] - b'0') as usize;
            }
            if n > highest {
                highest = n;
            }
        }
        at += 1;
    }
    highest
}

/// A registered statement: one text for both engines, or one for each where they must differ.
macro_rules! stmt {
    ($text:expr) => {
        stmt!($text, $text)
    };
    ($sqlite:expr, $postgres:expr) => {{
        const SQL: $crate::storage::engine::Sql = $crate::storage::engine::Sql {
            at: concat!(file!(), ":", line!()),
            sqlite: $sqlite,
            postgres: $postgres,
            arity: $crate::storage::engine::arity($sqlite),
        };
        const _: () = assert!(
            $crate::storage::engine::arity($sqlite) == $crate::storage::engine::arity($postgres)
        );
        inventory::submit! { SQL }
        SQL
    }};
}
pub(crate) use stmt;

#[cfg(test)]
mod tests {
    use super::arity;

    #[test]
    fn the_highest_placeholder_is_the_number_of_values() {
        assert_eq!(arity("SELECT 1"), 0);
        assert_eq!(arity("SELECT $2, $1, $2"), 2);
        assert_eq!(arity("VALUES ($9, $10)"), 10);
    }
}
