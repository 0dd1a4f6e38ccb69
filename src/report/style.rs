//! The few colours there are; `anstream` takes them out where they do not belong.

use anstyle::{AnsiColor, Style};

/// For headings and what must be seen.
pub const BOLD: Style = Style::new().bold();
/// For what may be passed over.
pub const DIM: Style = Style::new().dimmed();
/// For what is good, and for added lines.
pub const GREEN: Style = AnsiColor::Green.on_default();
/// For what is bad, and for removed lines.
pub const RED: Style = AnsiColor::Red.on_default();
/// For what asks for care.
pub const YELLOW: Style = AnsiColor::Yellow.on_default();
/// For places in a diff.
pub const CYAN: Style = AnsiColor::Cyan.on_default();

/// Returns a text in a style.
#[must_use]
pub fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Returns a line of a unified diff in its colour.
#[must_use]
pub fn paint_diff_line(line: &str) -> String {
    let style = match line.as_bytes() {
        [b'-', b'-', b'-', b' ', ..] | [b'+', b'+', b'+', b' ', ..] => BOLD,
        [b'@', b'@', ..] => CYAN,
        [b'+', ..] => GREEN,
        [b'-', ..] => RED,
        _ => return line.to_owned(),
    };
    paint(style, line)
}
