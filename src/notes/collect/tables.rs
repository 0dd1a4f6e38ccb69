//! Tables of settings: old beside new, removed beside its replacement, new ones alone.
//!
//! A table says more exactly than prose what became of a variable, in words that stand in its
//! header or in the cell where a name would be (`_Removed_`, `_New_`). Which column is which is
//! told from the header; a table whose header says nothing of the kind takes its meaning from the
//! heading or the lead-in above it. What is no table of settings makes nothing.

use super::super::markup::Plain;
use super::super::names::{self, Name};
use super::super::rules::Makes;
use super::super::topics::Topics;

/// What a row of a table says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// What became of it.
    pub(super) makes: Makes,
    /// The names; for a renaming the old one.
    pub(super) names: Vec<Name>,
    /// The new names of a renaming.
    pub(super) new: Vec<Name>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Old,
    Removed,
    Deprecated,
    New,
    Name,
    Status,
    Other,
}

/// The columns of a table, told from its header.
#[derive(Debug)]
pub(super) struct Header(Vec<Column>);

impl Header {
    /// Reads a header's cells.
    pub(super) fn of(cells: &[Plain]) -> Self {
        Self(cells.iter().map(|cell| column(&cell.text)).collect())
    }

    /// Reads a row below the header, `topics` being those around the table.
    pub(super) fn row(&self, cells: &[Plain], topics: Topics) -> Vec<Row> {
        let at = |wanted: &[Column]| {
            let found = self.0.iter().position(|column| wanted.contains(column))?;
            cells.get(found).map(|cell| (self.0.get(found).copied().unwrap_or(Column::Other), cell))
        };
        let old = at(&[Column::Old, Column::Removed, Column::Deprecated]);
        let new = at(&[Column::New]);
        match (old, new) {
            (Some((kind, old)), new) => replacement(kind, old, new.map(|(_, cell)| cell)),
            (None, new) => {
                let cell = at(&[Column::Name]).or(new).map(|(_, cell)| cell);
                let status = at(&[Column::Status]).map(|(_, cell)| cell);
                cell.and_then(|cell| alone(cell, status, topics)).into_iter().collect()
            }
        }
    }
}

/// Tells what a column holds from its heading.
fn column(heading: &str) -> Column {
    let heading = heading.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    let starts = |words: &[&str]| words.iter().any(|word| heading.starts_with(word));
    if starts(&["removed", "dropped", "deleted"]) {
        Column::Removed
    } else if starts(&["deprecated"]) {
        Column::Deprecated
    } else if starts(&["old", "previous", "former", "before", "legacy", "from", "was", "original"])
    {
        Column::Old
    } else if starts(&[
        "new",
        "replacement",
        "replaced",
        "after",
        "to",
        "use ",
        "instead",
        "now",
        "successor",
    ]) || has(&["replacement", "new name"])
    {
        Column::New
    } else if has(&["status", "change", "action"]) {
        Column::Status
    } else if has(&[
        "variable",
        "setting",
        "option",
        "parameter",
        "name",
        "key",
        "value",
        "flag",
        "env",
    ]) && !has(&["description", "default", "equivalent", "type"])
    {
        Column::Name
    } else {
        Column::Other
    }
}

/// Reads a row of old beside new.
fn replacement(kind: Column, old: &Plain, new: Option<&Plain>) -> Vec<Row> {
    let olds = names::find(&old.text);
    let news = new.map(|cell| names::find(&cell.text)).unwrap_or_default();
    let new_word = new.map(|cell| word(&cell.text)).unwrap_or_default();
    let one = |makes, names: Vec<Name>| Row { makes, names, new: Vec::new() };
    let Some(first) = olds.first() else {
        let is_new = matches!(word(&old.text).as_str(), "new" | "none" | "" | "n/a" | "-");
        return if is_new && !news.is_empty() { vec![one(Makes::Added, news)] } else { Vec::new() };
    };
    let same = news.iter().any(|name| name.text == first.text);
    let mut rows = Vec::new();
    let alike: Vec<Name> = news
        .into_iter()
        .filter(|name| name.is_variable == first.is_variable && name.text != first.text)
        .collect();
    let gone = matches!(
        new_word.as_str(),
        "removed" | "none" | "" | "n/a" | "-" | "dropped" | "deleted" | "no replacement"
    );
    if same {
        rows.push(one(Makes::Changed, olds));
        if !alike.is_empty() {
            rows.push(one(Makes::Added, alike));
        }
    } else if kind == Column::Deprecated {
        rows.push(one(Makes::Deprecated, olds));
        if !alike.is_empty() {
            rows.push(one(Makes::Added, alike));
        }
    } else if kind == Column::Removed || (alike.is_empty() && gone && new.is_some()) {
        // `OLD=a` beside `NEW=b` maps values; it is not the same thing under another name.
        rows.push(one(Makes::Removed, olds));
        if !alike.is_empty() {
            rows.push(one(Makes::Added, alike));
        }
    } else if !alike.is_empty() {
        rows.push(Row { makes: Makes::Renamed, names: olds, new: alike });
    }
    rows
}

/// Reads a row that names a setting, the table's surroundings saying what became of it.
fn alone(cell: &Plain, status: Option<&Plain>, topics: Topics) -> Option<Row> {
    let names = names::find(&cell.text);
    let status = status.map(|cell| cell.text.to_lowercase()).unwrap_or_default();
    let makes = if status.contains("remov") {
        Makes::Removed
    } else if status.contains("deprecat") {
        Makes::Deprecated
    } else if status.contains("new") || status.contains("added") {
        Makes::Added
    } else if status.contains("required") {
        Makes::Required
    } else if !status.is_empty() || !topics.has(Topics::SETTINGS) {
        return None;
    } else if topics.has(Topics::REMOVED) {
        Makes::Removed
    } else if topics.has(Topics::DEPRECATED) {
        Makes::Deprecated
    } else if topics.has(Topics::ADDED) {
        Makes::Added
    } else {
        return None;
    };
    (!names.is_empty()).then_some(Row { makes, names, new: Vec::new() })
}

/// Returns a cell's text as a word to compare: lower case, without brackets.
fn word(text: &str) -> String {
    text.trim_matches(|c: char| !c.is_alphanumeric() && c != '-').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::super::markup::{Dialect, Document};
    use super::*;

    /// What each row below a header says, in words.
    fn said(table: &str, topics: Topics) -> Vec<String> {
        let document = Document::parse(Dialect::Markdown, table);
        let rows: Vec<Vec<Plain>> =
            document.blocks.iter().map(|block| Plain::cells(&document, block)).collect();
        let header = Header::of(&rows[0]);
        let names = |names: &[Name]| {
            names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(" ")
        };
        let word = |row: Row| {
            format!("{:?} {} {}", row.makes, names(&row.names), names(&row.new))
                .trim_end()
                .to_owned()
        };
        rows[1..].iter().flat_map(|cells| header.row(cells, topics)).map(word).collect()
    }

    #[test]
    fn old_beside_new_says_what_became_of_a_setting() {
        let table = "| Old setting | New setting | Notes |\n|---|---|---|\n\
            | `MAST_HEIGHT` | `MAST_LENGTH` | clearer |\n| `SAIL_AREA` | _Removed_ | |\n| _New_ | `KEEL_DEPTH` | |\n\
            | `FLAG_COLOUR` | `FLAG_COLOUR` | now a list |\n| plain words | other words | |\n";
        assert_eq!(
            said(table, Topics::NONE),
            [
                "Renamed MAST_HEIGHT MAST_LENGTH",
                "Removed SAIL_AREA",
                "Added KEEL_DEPTH",
                "Changed FLAG_COLOUR"
            ]
        );
    }

    #[test]
    fn removed_beside_its_replacement_is_no_renaming() {
        let table = "| Removed variable | Replacement |\n|---|---|\n\
            | `SAIL_MODE=full` | `SAIL_MODE=all` |\n| `OAR_COUNT=2` | `ROWER_COUNT=1` |\n| `ANCHOR_KEY` | `key=<value>` |\n";
        assert_eq!(
            said(table, Topics::NONE),
            ["Changed SAIL_MODE", "Removed OAR_COUNT", "Added ROWER_COUNT", "Removed ANCHOR_KEY"]
        );
    }

    #[test]
    fn a_plain_list_of_settings_takes_its_meaning_from_around() {
        let table = "| Variable | Description | Default |\n|---|---|---|\n| `HULL_PAINT` | a colour | red |\n";
        assert_eq!(said(table, Topics::NONE), Vec::<String>::new());
        assert_eq!(said(table, Topics::SETTINGS.and(Topics::ADDED)), ["Added HULL_PAINT"]);
        let table = "| Name | Status |\n|---|---|\n| `HULL_PAINT` | deprecated |\n";
        assert_eq!(said(table, Topics::NONE), ["Deprecated HULL_PAINT"]);
    }

    #[test]
    fn other_tables_say_nothing() {
        let table =
            "| Argument | Environment variable equivalent |\n|---|---|\n| `$1` | `SHIP_NAME` |\n";
        assert_eq!(said(table, Topics::NONE), Vec::<String>::new());
    }
}
