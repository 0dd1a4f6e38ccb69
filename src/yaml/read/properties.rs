//! Anchors and tags: what an event says a node has is consumed where it stands.

use super::super::error::Error;
use super::super::index::Properties;
use super::{Reader, number};

impl Reader<'_> {
    /// Consumes the anchor and the tag that the event says there are.
    pub(super) fn properties(&mut self, anchor: usize, tagged: bool) -> Result<bool, Error> {
        let node = number(self.index.rows.len());
        let mut found = Properties { node, ..Properties::default() };
        for first in [true, false] {
            if (anchor == 0 || found.anchor.is_some()) && (!tagged || found.tag.is_some()) {
                break;
            }
            self.skip_trivia();
            let start = number(self.cursor.pos);
            if first {
                found.start = start;
            }
            match self.cursor.peek() {
                b'&' if anchor > 0 => {
                    self.cursor.step(1);
                    self.name();
                    found.anchor = Some(start + 1..number(self.cursor.pos));
                }
                b'!' if tagged => {
                    self.tag();
                    found.tag = Some(start..number(self.cursor.pos));
                }
                _ => return Err(self.lost("an anchor or a tag")),
            }
        }
        let any = found.anchor.is_some() || found.tag.is_some();
        if any {
            self.index.properties.push(found);
        }
        Ok(any)
    }

    /// Consumes an anchor's name.
    pub(super) fn name(&mut self) {
        let rest = self.cursor.rest();
        let ends = [' ', '\t', '\n', '\r', ',', '[', ']', '{', '}', '\u{feff}'];
        self.finish(rest.find(ends).unwrap_or(rest.len()));
    }

    fn tag(&mut self) {
        let rest = self.cursor.rest();
        let len = if rest.starts_with("!<") {
            rest.find('>').map_or(rest.len(), |at| at + 1)
        } else {
            rest.find([' ', '\t', '\n', '\r', ',', '[', ']', '{', '}']).unwrap_or(rest.len())
        };
        self.finish(len);
    }
}
