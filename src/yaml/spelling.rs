//! How a text is written as a scalar, so that every reader of Flux takes it for that text.
//!
//! A plain `1.10` is a number, `on` a boolean and `12:30` a count of seconds to one reader or
//! another. A text is written plain only where it is a string by the YAML 1.1 types, by the core
//! schema of YAML 1.2 (section 10.3), and by go-yaml, which takes some from each.

use std::fmt::Write as _;

use super::index::ScalarStyle;

/// What a plain scalar is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlainType {
    Text,
    Null,
    Bool,
    Number,
    Date,
    /// `<<` and `=`, which have types of their own in YAML 1.1.
    Special,
}

impl PlainType {
    /// Names the type in a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Null => "a null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::Date => "a date",
            Self::Special => "a key of its own kind",
        }
    }
}

/// Tells what a plain scalar of this text is to the readers that take it furthest from a text.
pub(super) fn plain_type(text: &str) -> PlainType {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => PlainType::Null,
        "<<" | "=" => PlainType::Special,
        _ if is_bool(text) => PlainType::Bool,
        _ if is_number(text) => PlainType::Number,
        _ if is_date(text) => PlainType::Date,
        _ => PlainType::Text,
    }
}

/// Booleans of YAML 1.1: in lower case, upper case, or with a capital.
fn is_bool(text: &str) -> bool {
    const WORDS: [&str; 8] = ["y", "n", "yes", "no", "true", "false", "on", "off"];
    let rest = text.get(1..).unwrap_or_default();
    let cased = rest.chars().all(char::is_lowercase)
        || text.chars().all(char::is_uppercase) && !rest.is_empty();
    cased && WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    if let Some((radix, digits)) = unsigned.split_at_checked(2) {
        let some = digits.bytes().any(|b| b != b'_');
        let all = |f: fn(u8) -> bool| some && digits.bytes().all(|b| f(b) || b == b'_');
        match radix {
            "0x" | "0X" if all(|b| b.is_ascii_hexdigit()) => return true,
            "0o" | "0O" if all(|b| matches!(b, b'0'..=b'7')) => return true,
            "0b" | "0B" if all(|b| matches!(b, b'0' | b'1')) => return true,
            _ => {}
        }
    }
    is_decimal(unsigned) || is_sexagesimal(unsigned)
}

/// Integers and floats of base 10, with the underscores of YAML 1.1.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let any = mantissa.bytes().any(|b| b.is_ascii_digit());
    exponent_fits && any && digits(whole) && digits(fraction) && !whole.starts_with('_')
}

/// Numbers of base 60 in YAML 1.1, as in `12:30` and `1:02:03.5`.
fn is_sexagesimal(text: &str) -> bool {
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    let starts = first.starts_with(|c: char| c.is_ascii_digit())
        && first.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let mut rest = parts.peekable();
    if !starts || rest.peek().is_none() {
        return false;
    }
    while let Some(part) = rest.next() {
        let whole = match part.split_once('.') {
            Some((whole, fraction)) if rest.peek().is_none() => {
                if !fraction.bytes().all(|b| b.is_ascii_digit() || b == b'_') {
                    return false;
                }
                whole
            }
            _ => part,
        };
        let sixty = whole.len() <= 2 && whole.parse::<u8>().is_ok_and(|n| n < 60);
        if !sixty || !whole.bytes().all(|b| b.is_ascii_digit()) {
            return false;
        }
    }
    true
}

/// Timestamps of YAML 1.1: a date, alone or with a time behind it.
fn is_date(text: &str) -> bool {
    let digits = |part: &str, most: usize| {
        !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())
    };
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = parts.next().is_some_and(|part| part.len() == 4 && digits(part, 4));
    let month = parts.next().is_some_and(|part| digits(part, 2));
    let day = parts.next().is_some_and(|part| digits(part, 2));
    let timed = time.is_none_or(|t| t.trim_start().starts_with(|c: char| c.is_ascii_digit()));
    year && month && day && parts.next().is_none() && timed
}

/// Tells whether a text can be written plain at all, whatever it would be taken for.
///
/// Stricter than YAML 1.2, section 7.3.3, where readers differ.
pub(super) fn fits_plain(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let second = text.chars().nth(1);
    let opens = match first {
        '-' => second.is_some_and(|c| c != ' ' && !",[]{}".contains(c)),
        '?' | ':' | ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\''
        | '"' | '%' | '@' | '`' => false,
        _ => true,
    };
    opens
        && text.trim() == text
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && text.chars().all(is_plain_char)
        && !(in_flow && text.contains([',', '[', ']', '{', '}']))
}

fn is_plain_char(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Tells whether a text may stand plain and is a text when it does.
pub(super) fn reads_as_text(text: &str, in_flow: bool) -> bool {
    plain_type(text) == PlainType::Text && fits_plain(text, in_flow)
}

/// Writes a text between single quotes; `None` where it holds what they cannot.
pub(super) fn single_quoted(text: &str) -> Option<String> {
    text.chars().all(is_plain_char).then(|| format!("'{}'", text.replace('\'', "''")))
}

/// Writes a text between double quotes.
pub(super) fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_plain_char(c) => out.push(c),
            // Writing to a String cannot fail.
            c if (c as u32) < 0x100 => drop(write!(out, "\\x{:02x}", c as u32)),
            c => drop(write!(out, "\\u{:04x}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// Writes a text in the style that it had, or in double quotes where that style would make
/// something else of it.
///
/// For block scalars see [`super::edit`]: their text has lines.
pub(super) fn spell(text: &str, style: ScalarStyle, in_flow: bool) -> (ScalarStyle, String) {
    let double = || (ScalarStyle::DoubleQuoted, double_quoted(text));
    match style {
        ScalarStyle::Plain if reads_as_text(text, in_flow) => (style, text.to_owned()),
        ScalarStyle::SingleQuoted => {
            single_quoted(text).map_or_else(double, |source| (style, source))
        }
        _ => double(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_that_are_not_texts() {
        use PlainType::{Bool, Date, Null, Number, Special, Text};
        for (kind, texts) in [
            (Null, &["", "~", "null", "Null", "NULL"][..]),
            (Bool, &["y", "N", "yes", "No", "TRUE", "on", "OFF", "True"]),
            (
                Number,
                &[
                    "1", "1.10", "1e5", "1E+5", "1e-5", "0x1F", "0X1f", "017", "0o17", "0b11",
                    "+1", "-1", ".5", "5.", "1_000", "12:30", "1:2:3.5", "-12:30", ".inf", "-.INF",
                    ".nan", "1234567", "12e4567", "2024",
                ],
            ),
            (Date, &["2024-01-02", "2024-1-2", "2024-01-02T10:00:00Z", "2024-01-02 10:00"]),
            (Special, &["<<", "="]),
            (
                Text,
                &[
                    "1.2.3",
                    "v1",
                    "18-alpine",
                    "1.10-rc",
                    "8080:80",
                    "0x",
                    "0xg",
                    "e5",
                    "1e",
                    "yEs",
                    "nULL",
                    "2024-01",
                    "2024-01-02-3",
                    "deadbeef",
                    "12:30am",
                    "1:",
                    "latest",
                    "1.2e3.4",
                    "a:b",
                    "-",
                    "_1",
                    "é",
                ],
            ),
        ] {
            for text in texts {
                assert_eq!(plain_type(text), kind, "{text:?}");
            }
        }
    }

    #[test]
    fn texts_that_cannot_be_plain() {
        for text in [
            " a", "a ", "- a", "-", "#a", "a #b", "a: b", "a:", "[a", "{{ x }}", "*a", "&a", "!a",
            "|", "> x", "%a", "@a", "`a", "'a", "\"a", "a\nb", "a\tb", "--- a", "?a", ":a",
        ] {
            assert!(!fits_plain(text, false), "{text:?}");
        }
        for text in ["-a", "a#b", "a:b", "a,b", "a[0]", "1.2.3@sha256:00", "é ü"] {
            assert!(fits_plain(text, false), "{text:?}");
        }
        for text in ["a,b", "a[0]", "a}"] {
            assert!(!fits_plain(text, true), "{text:?}");
        }
    }

    #[test]
    fn spelling_keeps_the_style_where_it_can() {
        use ScalarStyle::{DoubleQuoted, Plain, SingleQuoted};
        for (text, style, spelled) in [
            ("1.2.3", Plain, "1.2.3"),
            ("1.11", Plain, "\"1.11\""),
            ("it's", SingleQuoted, "'it''s'"),
            ("a\nb", SingleQuoted, "\"a\\nb\""),
            ("a\"\\\u{7}\u{2028}", DoubleQuoted, "\"a\\\"\\\\\\x07\\u2028\""),
        ] {
            assert_eq!(spell(text, style, false).1, spelled);
        }
    }
}
