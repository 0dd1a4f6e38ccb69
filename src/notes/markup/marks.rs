//! Characters, entities and tags that stand for something plainer, or for nothing.

/// The entities of HTML that occur in notes, with what they stand for.
pub(super) const ENTITIES: [(&str, &str); 7] = [
    ("&nbsp;", " "),
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&rarr;", "→"),
];

/// Tells whether a character is not shown and could hide or reorder text.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
        || (c.is_control() && !c.is_whitespace())
}

/// Returns the plain form of a typographic mark, empty for any other character.
pub(super) fn plain_mark(c: char) -> &'static str {
    match c {
        '‘' | '’' | '‚' | '′' => "'",
        '“' | '”' | '„' | '″' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '−' => "-",
        '…' => "...",
        '≥' => ">=",
        '≤' => "<=",
        '➡' | '⇒' | '➔' | '⟶' | '➜' => "→",
        _ => "",
    }
}

/// Tells whether a tag (without its brackets) is one of HTML's or a component's.
pub(super) fn is_html(tag: &str) -> bool {
    let name = tag.trim_start_matches('/');
    let name = name.split([' ', '/', '\t']).next().unwrap_or_default();
    let known = [
        "a",
        "abbr",
        "admonition",
        "b",
        "blockquote",
        "big",
        "callout",
        "center",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "note",
        "ol",
        "p",
        "picture",
        "pre",
        "s",
        "samp",
        "small",
        "source",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "tab",
        "table",
        "tabitem",
        "tabs",
        "tbody",
        "td",
        "th",
        "thead",
        "tip",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "video",
        "warning",
    ];
    known.contains(&name) || tag.contains("=\"") || tag.contains("={")
}
