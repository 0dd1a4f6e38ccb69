//! Facts from what notes show instead of saying it: tables, diffs, code before and after.

use super::super::fact::{Confidence, Evidence, Fact, FactKind};
use super::super::markup::{self, Block, Plain};
use super::super::names;
use super::super::passage::{Passage, Shape};
use super::super::rules::Makes;
use super::super::topics::Topics;
use super::platform::is_image;
use super::settings::kind_of;
use super::tables::{Header, Row};
use super::{Page, Reader, blocks, evidence, examples};

/// The most rows of one table whose names are looked at for the prefix that they share.
const MOST_ROWS: usize = 200;

/// Topics under which nothing is shown of this application in this version.
const ELSEWHERE: Topics = Topics::FOREIGN.and(Topics::FUTURE);

/// A table that is being read.
struct Table {
    header: Header,
    /// The names in its rows, which share a prefix where they share a table.
    names: Vec<String>,
    /// The passage of the last row read.
    last: usize,
}

impl Reader<'_> {
    /// Reads the tables of the section.
    pub(super) fn tables(&mut self) {
        let mut table: Option<Table> = None;
        let passages = self.page.passages;
        for (index, passage) in passages.iter().enumerate() {
            let block = self.page.document.blocks.get(passage.block);
            let Some(block) = block.filter(|_| passage.shape == Shape::Row) else { continue };
            let cells = Plain::cells(self.page.document, block);
            if block.kind == (markup::Kind::Row { header: true }) {
                table = Some(Table {
                    header: Header::of(&cells),
                    names: self.names_below(index),
                    last: index,
                });
                continue;
            }
            let Some(table) = table.as_mut().filter(|table| table.last + 1 == index) else {
                continue;
            };
            table.last = index;
            if !passage.topics.has(ELSEWHERE) {
                for row in table.header.row(&cells, passage.topics) {
                    self.row(passage, block, &row, &table.names);
                }
            }
        }
    }

    /// Returns the names in the rows below a header.
    fn names_below(&self, header: usize) -> Vec<String> {
        let rows = self.page.passages.iter().skip(header + 1).take(MOST_ROWS);
        rows.take_while(|passage| passage.shape == Shape::Row)
            .filter_map(|passage| self.page.document.blocks.get(passage.block))
            .flat_map(|block| Plain::cells(self.page.document, block))
            .flat_map(|cell| names::find(&cell.text))
            .map(|name| name.text)
            .collect()
    }

    /// Says what a row of a table says.
    fn row(&mut self, passage: &Passage, block: &Block, row: &Row, beside: &[String]) {
        let piece = self.page.document.pieces_of(block).first().copied();
        let Some(evidence) = piece.and_then(|piece| {
            evidence::whole(self.page.source, self.page.document, piece, piece.start)
        }) else {
            return;
        };
        let still = self.still.contains(&passage.heading);
        let makes =
            if still && row.makes == Makes::Removed { Makes::Deprecated } else { row.makes };
        let new =
            row.new.iter().map(|name| self.full(name, beside)).collect::<Vec<_>>().join(" + ");
        for name in &row.names {
            let full = self.full(name, beside);
            let (kind, words) = match makes {
                Makes::Renamed if name.is_variable => {
                    (FactKind::EnvRenamed, format!("is renamed to {new}"))
                }
                Makes::Renamed => (FactKind::ValueRenamed, format!("is renamed to {new}")),
                makes => {
                    let Some(kind) = kind_of(makes, name.is_variable) else { continue };
                    (kind, words(makes).to_owned())
                }
            };
            let summary = format!("{full} {words}");
            let breaks =
                matches!(makes, Makes::Renamed | Makes::Removed | Makes::Required | Makes::Changed);
            if breaks && !still {
                self.shown(
                    FactKind::Breaking,
                    &summary,
                    "table",
                    summary.to_lowercase(),
                    evidence.clone(),
                );
            }
            let fact = self.fact(kind, summary, Confidence::High, "table", evidence.clone());
            let fact = Fact { name: Some(full.clone()), ..fact };
            let renamed = makes == Makes::Renamed;
            let names = renamed.then(|| (full.clone(), new.clone()));
            let (old, new) = names.unzip();
            self.found.add(Fact { old, new, ..fact }, full);
        }
    }

    /// Reads diffs, and code blocks before and after.
    pub(super) fn code(&mut self) {
        let mut before: Option<&Block> = None;
        let Page { source, document, passages, .. } = self.page;
        for (index, passage) in passages.iter().enumerate() {
            let block = document.blocks.get(passage.block).filter(|_| passage.shape == Shape::Code);
            let Some(block) = block.filter(|_| !passage.topics.has(ELSEWHERE)) else { continue };
            let lines_of = |block: &Block| -> Vec<&str> {
                document.pieces_of(block).iter().map(|piece| document.text_of(*piece)).collect()
            };
            let lines = lines_of(block);
            let language = document.language(block);
            let (shown, variables) = if language == "diff" {
                (examples::diff(&lines), blocks::of_diff(&lines))
            } else {
                let above = index.checked_sub(1).and_then(|at| passages.get(at));
                let above = above.map(|passage| passage.plain.text.as_str()).unwrap_or_default();
                let label = above.to_lowercase();
                let old = before.take().filter(|_| examples::is_after(&label));
                before = examples::is_before(&label).then_some(block);
                let pair = old.map(|old| examples::pair(&lines_of(old), &lines));
                (pair.unwrap_or_default(), blocks::of_list(above, &language, &lines))
            };
            let quote = |line: usize| {
                let piece = document.pieces_of(block).get(line).copied()?;
                evidence::whole(source, document, piece, piece.start)
            };
            for shown in &shown {
                if let Some(quote) = quote(shown.line) {
                    self.example(shown, quote);
                }
            }
            let is_renamed = |name: &String| shown.iter().any(|s| s.old == *name || s.new == *name);
            for variable in variables.iter().filter(|variable| !is_renamed(&variable.name)) {
                if let Some(quote) = quote(variable.line) {
                    self.variable(variable, quote);
                }
            }
        }
    }

    /// Says what an example shows.
    fn example(&mut self, shown: &examples::Shown, evidence: Evidence) {
        let (kind, old, new) = match shown.makes {
            Makes::ImageMoved if is_image(&shown.new) => {
                (FactKind::ImageMoved, shown.old.clone(), shown.new.clone())
            }
            Makes::Renamed => {
                let (old, new) = shown.names();
                (FactKind::EnvRenamed, self.full(&old, &[]), self.full(&new, &[]))
            }
            _ => return,
        };
        let summary = format!("{old} → {new}");
        let fact = self.fact(kind, summary, Confidence::Medium, "example", evidence);
        let subject = if kind == FactKind::ImageMoved { new.clone() } else { old.clone() };
        self.found
            .add(Fact { name: Some(old.clone()), old: Some(old), new: Some(new), ..fact }, subject);
    }

    /// Says what a block says of a variable.
    fn variable(&mut self, shown: &blocks::Shown, evidence: Evidence) {
        let Some(kind) = kind_of(shown.makes, true) else { return };
        let summary = format!("{} {}", shown.name, words(shown.makes));
        let fact = self.fact(kind, summary, Confidence::Medium, "block", evidence);
        self.found.add(Fact { name: Some(shown.name.clone()), ..fact }, shown.name.clone());
    }

    fn shown(
        &mut self,
        kind: FactKind,
        summary: &str,
        rule: &str,
        subject: String,
        evidence: Evidence,
    ) {
        let fact = self.fact(kind, summary.to_owned(), Confidence::Medium, rule, evidence);
        self.found.add(fact, subject);
    }
}

/// Returns the words for what a row says of a name.
fn words(makes: Makes) -> &'static str {
    match makes {
        Makes::Removed => "is removed",
        Makes::Added => "is new",
        Makes::Deprecated => "is deprecated",
        Makes::Required => "is required",
        _ => "is changed",
    }
}
