//! Tables that fit a terminal.
//!
//! Columns are as wide as their widest cell. Where the whole is wider than the terminal, the widest
//! columns give way and their cells are cut with `…`; in a pipe nothing is cut.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// What stands between two columns.
const GAP: usize = 2;
/// No column is made narrower than this.
const NARROWEST: usize = 8;

/// Returns the rows as lines, the first row being the heading, no wider than `width` columns.
#[must_use]
pub fn table(rows: &[Vec<String>], width: Option<usize>) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths = vec![0; columns];
    for row in rows {
        for (cell, widest) in row.iter().zip(&mut widths) {
            *widest = (*widest).max(cell.width());
        }
    }
    if let Some(width) = width {
        narrow(&mut widths, width);
    }
    rows.iter().map(|row| line(row, &widths)).collect()
}

/// Takes from the widest columns until the table fits.
fn narrow(widths: &mut [usize], width: usize) {
    let total =
        |widths: &[usize]| widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
    while total(widths) > width {
        let Some(widest) = widths.iter_mut().max() else { return };
        if *widest <= NARROWEST {
            return;
        }
        *widest -= 1;
    }
}

fn line(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, &width) in row.iter().zip(widths) {
        let cell = cut(cell, width);
        let padding = width.saturating_sub(cell.width()) + GAP;
        line.push_str(&cell);
        line.extend(std::iter::repeat_n(' ', padding));
    }
    line.truncate(line.trim_end().len());
    line
}

/// Cuts a text to a width in columns, with `…` for what is missing.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<String>> {
        let cells = [["NAME", "VERSION"], ["home/teslamate", "2.2.0"], ["größe", "1"]];
        cells.map(|row| row.map(str::to_owned).to_vec()).to_vec()
    }

    #[test]
    fn columns_align() {
        let expected = ["NAME            VERSION", "home/teslamate  2.2.0", "größe           1"];
        assert_eq!(table(&rows(), None), expected);
    }

    #[test]
    fn the_widest_column_gives_way() {
        let lines = table(&rows(), Some(20));
        assert_eq!(lines[1], "home/tesla…  2.2.0");
        assert!(lines.iter().all(|line| line.width() <= 20), "{lines:?}");
    }

    #[test]
    fn an_empty_table_has_no_lines() {
        assert!(table(&[], Some(10)).is_empty());
    }
}
