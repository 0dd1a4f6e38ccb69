//! Comments, found from the node that they stand beside or above.
//!
//! A comment belongs to no node in YAML. Files use them as if it did: `# {"$imagepolicy": …}`
//! behind a tag, `# renovate: …` above it. These two rules say which comment that is.

use super::index::{CommentRow, Kind, Layout, ScalarStyle, slice};
use super::node::Node;

impl<'a> Node<'a> {
    /// Returns the comment behind the node on the line where it ends, from its `#` on.
    ///
    /// Brackets, commas and the key's colon may stand between the two. A block scalar's comment is
    /// the one behind its `|`. A block collection has none: what stands on its last line belongs
    /// to its last scalar, what stands behind its key to the key.
    #[must_use]
    pub fn comment(&self) -> Option<&'a str> {
        let text = self.stream().text();
        let row = self.row();
        let from = match row.kind {
            Kind::Mapping(Layout::Block) | Kind::Sequence(Layout::Block) => return None,
            Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded) => row.start,
            _ => row.end,
        };
        let comments = &self.stream().index().comments;
        let next = comments.partition_point(|comment| comment.start < from);
        let comment = comments.get(next).filter(|comment| comment.trailing)?;
        let between = slice(text, from..comment.start);
        let of_header = |c| matches!(c, '|' | '>' | '+' | '-' | '1'..='9');
        let plain = |c| matches!(c, ' ' | '\t' | ',' | ']' | '}' | ':');
        let close = if from == row.end {
            between.chars().all(plain)
        } else {
            between.chars().all(|c| plain(c) || of_header(c))
        };
        close.then(|| slice(text, comment.start..comment.end))
    }

    /// Returns the lines of comment directly above the line where the node starts, from the first
    /// `#` to the end of the last.
    ///
    /// A blank line ends it. A node that is not the first on its line has none, but a value shares
    /// that of its key.
    #[must_use]
    pub fn comment_above(&self) -> Option<&'a str> {
        let first = self.first_on_line()?;
        let comments = self.comments_above(first);
        let (top, bottom) = (comments.first()?, comments.last()?);
        Some(slice(self.stream().text(), top.start..bottom.end))
    }

    /// Returns the start of the first text on the node's line, if the node or its key is that.
    fn first_on_line(&self) -> Option<u32> {
        let text = self.stream().text();
        let is_first = |at: u32| {
            let before = text.get(..at as usize).unwrap_or_default();
            let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
            let line = line.trim_start_matches('\u{feff}');
            line.chars().all(|c| matches!(c, ' ' | '\t' | '-' | '?'))
        };
        let own = self.outer_start();
        if is_first(own) {
            return Some(own);
        }
        let parent = self.parent()?;
        let (key, _) = parent.pairs().find(|(_, value)| value.id() == self.id())?;
        let at = key.outer_start();
        (key.line() == self.line() && is_first(at)).then_some(at)
    }

    /// Returns the whole-line comments that end on the line above `at`, without a gap.
    pub(super) fn comments_above(&self, at: u32) -> &'a [CommentRow] {
        let text = self.stream().text();
        let comments = &self.stream().index().comments;
        let end = comments.partition_point(|comment| comment.start < at);
        let mut start = end;
        let mut below = at;
        while let Some(comment) = start.checked_sub(1).and_then(|i| comments.get(i)) {
            let gap = slice(text, comment.end..below);
            let breaks = super::cursor::lines(gap).count().saturating_sub(1);
            let adjacent = breaks == 1 && gap.chars().all(|c| " \t\r\n-?".contains(c));
            if comment.trailing || !adjacent {
                break;
            }
            (start, below) = (start - 1, comment.start);
        }
        comments.get(start..end).unwrap_or_default()
    }
}
