//! The line that an error shows, with a mark under the character.
//!
//! What is printed here is the text of a file that could not be read, so nothing can tell its values
//! from its keys, or a password from a port. Three rules keep secrets in: a text that speaks of a
//! `Secret` shows no line at all, a value under a key that names a secret is blotted out, and so is
//! a long run of letters and digits, as keys and tokens are.

use std::fmt::Write as _;

/// The most characters of a line that a snippet shows on either side of the place.
const REACH: usize = 60;

/// The longest run of letters and digits that is shown; base64 of 16 random bytes is longer.
const LONGEST_RUN: usize = 20;

/// What a key has in its name when its value is nobody's business.
const SECRET_WORDS: [&str; 11] = [
    "apikey",
    "auth",
    "credential",
    "dsn",
    "htpasswd",
    "pass",
    "private",
    "pwd",
    "secret",
    "token",
    "_key",
];

/// Draws a line of the text with a mark under the character at `column`; lines and columns count
/// from 1.
///
/// Long lines are cut to the neighbourhood of the place; control characters are replaced, since
/// what is printed here comes from outside.
pub(super) fn snippet(text: &str, line: u32, column: u32) -> String {
    let Some(source) = super::cursor::lines(text).nth(line.saturating_sub(1) as usize) else {
        return String::new();
    };
    if speaks_of_a_secret(text) {
        return "the line is not shown, since the file speaks of a Secret".to_owned();
    }
    let at = column.saturating_sub(1) as usize;
    let from = at.saturating_sub(REACH);
    let below = parent(text, line, source).is_some_and(|parent| value_of_secret(parent).is_some());
    let told = blotted(source, below);
    let shown: Vec<char> = told.chars().skip(from).take(2 * REACH).collect();
    let cut_before = if from > 0 { "…" } else { "" };
    let cut_after = if shown.len() == 2 * REACH { "…" } else { "" };
    let clean: String =
        shown.iter().map(|&c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let gutter = line.to_string();
    let margin = " ".repeat(gutter.len());
    let indent = " ".repeat(at - from + cut_before.chars().count());
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "{margin} |\n{gutter} | {cut_before}{}{cut_after}\n{margin} | {indent}^",
        clean.trim_end()
    );
    out
}

/// Says whether a text names a kind that ends in `Secret`, in YAML or JSON, or holds the data of
/// one: `stringData`, or values that SOPS has encrypted.
fn speaks_of_a_secret(text: &str) -> bool {
    let names_one = |(at, _): (usize, &str)| {
        let behind = text.get(at + "kind".len()..).unwrap_or_default();
        let value = behind.trim_start_matches(['"', '\'', ' ', '\t', ':']);
        let word = value.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        word.ends_with("Secret")
    };
    text.match_indices("kind").any(names_one)
        || text.contains("stringData")
        || text.contains("ENC[AES256_GCM")
}

/// Returns the line that a line stands below: the nearest one before it with less indentation.
fn parent<'a>(text: &'a str, line: u32, source: &str) -> Option<&'a str> {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let own = indent(source);
    let before = super::cursor::lines(text).take(line.saturating_sub(1) as usize);
    before.filter(|line| !line.trim().is_empty() && indent(line) < own).last()
}

/// Returns where the value begins behind the first key that names a secret.
fn value_of_secret(line: &str) -> Option<usize> {
    let lower = line.to_ascii_lowercase();
    let in_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'');
    let values =
        SECRET_WORDS.iter().flat_map(|word| lower.match_indices(word)).filter_map(|found| {
            let behind = found.0 + found.1.len();
            let rest = lower.get(behind..)?;
            let key_end = rest.find(|c| !in_key(c))?;
            rest.get(key_end..)?.starts_with([':', '=']).then_some(behind + key_end + 1)
        });
    values.min()
}

/// Returns a line with what may be secret blotted out, character for character, so that the mark
/// below it stays where it belongs; `all` of it where it stands below a key that names a secret.
fn blotted(line: &str, all: bool) -> String {
    let value = if all { 0 } else { value_of_secret(line).unwrap_or(line.len()) };
    let (kept, gone) = line.split_at_checked(value).unwrap_or((line, ""));
    let mut told = String::with_capacity(line.len());
    let in_run = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-');
    let mut rest = kept;
    while !rest.is_empty() {
        let run = rest.find(|c| !in_run(c)).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(run);
        let random = run > LONGEST_RUN && head.bytes().any(|byte| byte.is_ascii_digit());
        told.extend(head.chars().map(|c| if random { '•' } else { c }));
        let mut tail = tail.chars();
        told.extend(tail.next());
        rest = tail.as_str();
    }
    told.extend(gone.chars().map(|c| if c.is_whitespace() { c } else { '•' }));
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_marks_the_character() {
        assert_eq!(snippet("a: 1\nb: [x\n", 2, 5), "  |\n2 | b: [x\n  |     ^");
        assert_eq!(snippet("é: \u{1b}[x", 1, 4), "  |\n1 | é: \u{fffd}[x\n  |    ^");
        assert_eq!(snippet("a", 7, 1), "");
    }

    #[test]
    fn a_snippet_of_a_long_line_is_short() {
        let text = "x ".repeat(1_000_000);
        let drawn = snippet(&text, 1, 1_000_000);
        assert!(drawn.chars().count() < 400, "{}", drawn.len());
        assert!(drawn.contains('…') && drawn.contains('x'));
    }

    #[test]
    fn a_text_that_speaks_of_a_secret_shows_no_line() {
        let cases = [
            ("kind: Secret\n", true),
            ("kind:   \"Secret\"\n", true),
            ("{\"kind\": \"Secret\"}", true),
            ("# kind: SealedSecret\n", true),
            ("stringData:\n", true),
            ("a: ENC[AES256_GCM,data:x]\n", true),
            ("kind: SecretStore\n", false),
            ("kind: HelmRelease\n# no Secret\n", false),
        ];
        for (head, hidden) in cases {
            let text = format!("{head}\nvisible: [x");
            let drawn = snippet(&text, u32::try_from(text.lines().count()).unwrap(), 10);
            assert_eq!(!drawn.contains("visible"), hidden, "{head}: {drawn}");
        }
    }

    #[test]
    fn values_that_may_be_secret_are_blotted_out() {
        let cases = [
            ("  port: [80", "  port: [80"),
            ("  password: hunter2 and more", "  password: ••••••• ••• ••••"),
            ("  DB_PASS=hunter2", "  DB_PASS=•••••••"),
            ("  auth: eDp5", "  auth: ••••"),
            ("  name: pass-through [x", "  name: pass-through [x"),
            ("{apiKey: x, port: 80", "{apiKey: •• ••••• ••"),
            ("  aGVsbG8gd29ybGQsIHRoaXMgaXMgYSBrZXk=", "  ••••••••••••••••••••••••••••••••••••"),
            ("  a-long-name-without-any-number: [", "  a-long-name-without-any-number: ["),
        ];
        for (line, told) in cases {
            assert_eq!(blotted(line, false), told);
        }
        let text = "tls_key: |\n  MIIE\n  abc: [x\nport: [80\n";
        assert!(!snippet(text, 3, 3).contains("abc"), "{}", snippet(text, 3, 3));
        assert!(snippet(text, 4, 7).contains("80"));
    }
}
