//! The README's picture: drawn from a real run, so that it cannot show what the program does not do.
//!
//! `REFIT_BLESS=1` draws it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::program::{command, refit};

const PICTURE: &str = "testdata/demo/preview.svg";
const ARGUMENTS: &[&str] =
    &["preview", "refit-demo", "--replay", "refit-demo/.upstream", "--release", "teslamate"];
const SIZE: (usize, usize) = (9, 19);

#[test]
fn the_picture_shows_what_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(refit(folder.path(), &["demo"]).code, 0);
    let output =
        command(folder.path()).args(ARGUMENTS).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(output.status.success());
    let drawn =
        draw("refit preview --release teslamate", &String::from_utf8(output.stdout).unwrap());
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(PICTURE);
    if std::env::var_os("REFIT_BLESS").is_some() {
        fs::write(&place, &drawn).unwrap();
    }
    let picture = fs::read_to_string(&place).unwrap_or_default();
    assert!(
        picture == drawn,
        "{PICTURE} is not what the program prints; draw it with REFIT_BLESS=1"
    );
}

/// Draws a terminal with what a command printed.
fn draw(prompt: &str, printed: &str) -> String {
    let lines: Vec<&str> = printed.lines().collect();
    let columns = lines.iter().map(|line| plain(line).chars().count()).max().unwrap_or(0).max(80);
    let (width, height) = ((columns + 4) * SIZE.0, (lines.len() + 4) * SIZE.1);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace, SFMono-Regular, Menlo, \
         Consolas, monospace\" font-size=\"15\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" \
         fill=\"#16181d\"/>\n"
    );
    let prompt = format!("\u{1b}[1m$ {prompt}\u{1b}[0m");
    for (row, line) in [prompt.as_str(), ""].into_iter().chain(lines).enumerate() {
        let y = (row + 2) * SIZE.1;
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{y}\" fill=\"#d7dae0\" xml:space=\"preserve\">{}</text>",
            2 * SIZE.0,
            spans(line)
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Turns the colours of a line into spans.
fn spans(line: &str) -> String {
    let mut svg = String::new();
    let mut style = String::new();
    for (index, piece) in line.split("\u{1b}[").enumerate() {
        let text = match (index, piece.split_once('m')) {
            (0, _) | (_, None) => piece,
            (_, Some((codes, text))) => {
                codes.split(';').for_each(|code| apply(code, &mut style));
                text
            }
        };
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        match (text.is_empty(), style.is_empty()) {
            (true, _) => {}
            (false, true) => svg.push_str(&text),
            (false, false) => {
                let _ = write!(svg, "<tspan{style}>{text}</tspan>");
            }
        }
    }
    svg
}

fn apply(code: &str, style: &mut String) {
    style.push_str(match code {
        "1" => " font-weight=\"bold\"",
        "2" => " opacity=\"0.6\"",
        "31" => " fill=\"#f47067\"",
        "32" => " fill=\"#7ee787\"",
        "33" => " fill=\"#e3b341\"",
        "36" => " fill=\"#76c7f0\"",
        _ => return style.clear(),
    });
}

fn plain(line: &str) -> String {
    let pieces = line.split("\u{1b}[").enumerate();
    pieces
        .map(|(index, piece)| match (index, piece.split_once('m')) {
            (0, _) | (_, None) => piece,
            (_, Some((_, text))) => text,
        })
        .collect()
}
