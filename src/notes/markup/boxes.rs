//! The boxes that are open at a line.
//!
//! A box (see [`super::callout`]) lasts until its own kind of end: a closing line, a fence, the
//! first line that is indented less, the first that is not quoted. How many are kept at once is
//! bounded, so that hostile nesting costs nothing.

use super::callout::{Callout, Sign};
use super::lines::{DEEPEST, Reader};

/// A box whose end has not come yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenBox {
    /// How loudly it speaks.
    pub(super) callout: Callout,
    /// What ends it.
    pub(super) until: Until,
}

/// What ends a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// A closing line.
    Closed,
    /// A fence without a word.
    Fence,
    /// The first line at this column or left of it.
    Column(usize),
    /// The first line that is not quoted.
    Unquoted,
}

impl Reader<'_> {
    /// Opens or closes a box at a line in this column.
    pub(super) fn edge(&mut self, sign: Sign, column: usize) {
        self.close();
        if self.boxes.len() >= DEEPEST {
            self.boxes.clear();
        }
        let (callout, until) = match sign {
            Sign::Open(callout) => (callout, Until::Closed),
            Sign::Fenced(callout) => (callout, Until::Fence),
            Sign::Indented(callout) => (callout, Until::Column(column)),
            Sign::Quoted(callout) => (callout, Until::Unquoted),
            Sign::Close => {
                self.boxes.pop();
                return;
            }
        };
        self.boxes.push(OpenBox { callout, until });
    }

    /// Ends the boxes that a line in this column is not part of.
    pub(super) fn leave_boxes(&mut self, column: usize) {
        while let Some(OpenBox { until: Until::Column(edge), .. }) = self.boxes.last() {
            if column > *edge {
                break;
            }
            self.boxes.pop();
        }
    }

    /// Closes the box that a fence with a name in braces has opened.
    pub(super) fn closes_fenced_box(&mut self, text: &str) -> bool {
        let bare = text.len() >= 3
            && ["`", "~"].iter().any(|mark| text.trim_start_matches(*mark).is_empty());
        let closes = bare && self.boxes.last().is_some_and(|open| open.until == Until::Fence);
        if closes {
            self.boxes.pop();
            self.close();
        }
        closes
    }
}
