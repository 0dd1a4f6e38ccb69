//! Text moved to another column.

use super::super::cursor::{break_len, line_len};
use super::value::spaces;

/// Indents whole lines by `to` where they were indented by `from`, and returns them without their
/// breaks.
///
/// Blank lines stay as they are. A line that is indented less than `from` (a comment, the next
/// line of a folded text) loses what it has.
pub(super) fn lines(text: &str, from: usize, to: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let len = line_len(rest);
        let line = rest.get(..len).unwrap_or_default();
        let indent = len - line.trim_start_matches(' ').len();
        out.push(if indent == len {
            line.to_owned()
        } else {
            format!("{}{}", spaces(to), line.get(indent.min(from)..).unwrap_or_default())
        });
        rest = rest.get(len + break_len(rest.get(len..).unwrap_or_default())..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_shape() {
        for (text, from, to, shifted) in [
            ("  a:\n    b: 1\n", 2, 0, &["a:", "  b: 1"][..]),
            ("a: |\n  x\n\n  y\n", 0, 4, &["    a: |", "      x", "", "      y"]),
            ("  a: 1\r\n# c\r\n", 2, 4, &["    a: 1", "    # c"]),
        ] {
            assert_eq!(lines(text, from, to), shifted);
        }
    }
}
