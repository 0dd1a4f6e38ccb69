//! Admonitions: the boxes in which notes put what a reader must not miss.
//!
//! Every documentation system spells them differently (`> [!WARNING]`, `:::warning`,
//! `!!! warning`, `.. warning::`, ` ```{warning} `, `<Warning>`, `{% hint style="warning" %}`), and all of them
//! mean one of two things: look here, or beware. This room knows the spellings.

/// How loudly a box speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::notes) enum Callout {
    /// A remark, a tip, an example.
    Note,
    /// Something that must be read: important, attention.
    Important,
    /// A warning, a caution, a danger.
    Warning,
}

/// The words that name a box, in all the systems.
const NAMES: [(&str, Callout); 22] = [
    ("note", Callout::Note),
    ("info", Callout::Note),
    ("tip", Callout::Note),
    ("hint", Callout::Note),
    ("example", Callout::Note),
    ("abstract", Callout::Note),
    ("summary", Callout::Note),
    ("success", Callout::Note),
    ("question", Callout::Note),
    ("quote", Callout::Note),
    ("seealso", Callout::Note),
    ("admonition", Callout::Note),
    ("callout", Callout::Note),
    ("alert", Callout::Note),
    ("important", Callout::Important),
    ("attention", Callout::Important),
    ("notice", Callout::Important),
    ("warning", Callout::Warning),
    ("warn", Callout::Warning),
    ("caution", Callout::Warning),
    ("danger", Callout::Warning),
    ("error", Callout::Warning),
];

/// Names of boxes that are something else as a tag.
const NO_TAGS: [&str; 5] = ["summary", "abstract", "example", "quote", "question"];

/// What a line does to the boxes around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Opens a box that a closing line ends.
    Open(Callout),
    /// Opens a box that lasts as long as its lines are indented.
    Indented(Callout),
    /// Opens a box that lasts as long as its lines are quoted.
    Quoted(Callout),
    /// Opens a box that a fence without a word ends, as in `MyST`.
    Fenced(Callout),
    /// Closes the innermost box.
    Close,
}

/// Reads a line (without quote signs and leading space) as the edge of a box, and returns where
/// the box's first words start in it.
pub(super) fn sign(line: &str, quoted: bool) -> Option<(Sign, usize)> {
    let at = |rest: &str| line.len() - rest.len();
    if let Some(rest) = line.strip_prefix(":::") {
        let rest = rest.trim_start_matches(':').trim_start().trim_start_matches('{');
        if rest.is_empty() {
            return Some((Sign::Close, line.len()));
        }
        let (callout, rest) = named(rest)?;
        return Some((Sign::Open(callout), at(title(rest))));
    }
    for mark in ["```", "~~~"] {
        if let Some(rest) = line.strip_prefix(mark) {
            let rest = rest.trim_start_matches(['`', '~']).strip_prefix('{')?;
            let (callout, rest) = named(rest)?;
            return Some((Sign::Fenced(callout), at(title(rest))));
        }
    }
    for mark in ["!!!", "???+", "???", "=== "] {
        if let Some(rest) = line.strip_prefix(mark) {
            let (callout, rest) = named(rest.trim_start())?;
            return Some((Sign::Indented(callout), at(title(rest))));
        }
    }
    if let Some(rest) = line.strip_prefix(".. ") {
        let (callout, rest) = named(rest)?;
        let rest = rest.strip_prefix("::")?;
        return Some((Sign::Indented(callout), at(rest.trim_start())));
    }
    if quoted && let Some(rest) = line.strip_prefix("[!") {
        let (callout, rest) = named(rest)?;
        let rest = rest.strip_prefix(']')?;
        return Some((Sign::Quoted(callout), at(rest.trim_start())));
    }
    tagged(line)
}

/// Tells where the title of a part that can be folded starts in a line: `:::{dropdown} Title`.
pub(super) fn folded(line: &str) -> Option<usize> {
    let rest = line.strip_prefix(":::")?.trim_start_matches(':').trim_start();
    let title = rest.strip_prefix("{dropdown}")?.trim_start();
    (!title.is_empty()).then(|| line.len() - title.len())
}

/// Reads `<Warning>`, `<Admonition type="warning">`, `{% hint style="danger" %}`,
/// `{{< admonition type="note" >}}` and their ends.
fn tagged(line: &str) -> Option<(Sign, usize)> {
    let (open, close) = [("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}"), ("<", ">")]
        .into_iter()
        .find(|(open, _)| line.starts_with(open))?;
    let inside = line.get(open.len()..)?;
    let end = inside.find(close)?;
    let tag = inside.get(..end)?.trim();
    let after = open.len() + end + close.len();
    if let Some(name) = tag.strip_prefix('/').or_else(|| tag.strip_prefix("end")) {
        let name = name.trim_start();
        named(name).filter(|_| !NO_TAGS.iter().any(|other| name.starts_with(other)))?;
        return Some((Sign::Close, after));
    }
    if NO_TAGS.iter().any(|name| tag.to_ascii_lowercase().starts_with(name)) {
        return None;
    }
    let (callout, attributes) = named(tag)?;
    let lower = attributes.to_ascii_lowercase();
    let callout = NAMES
        .iter()
        .filter(|(name, kind)| *kind > Callout::Note && attribute_is(&lower, name))
        .map(|(_, kind)| *kind)
        .max()
        .unwrap_or(callout);
    (!tag.ends_with('/')).then_some((Sign::Open(callout), after))
}

/// Tells whether one of a tag's attributes has this value, as in `type="warning"`.
fn attribute_is(attributes: &str, value: &str) -> bool {
    attributes.split(['"', '\'', '=', ' ', '{', '}']).any(|word| word == value)
}

/// Splits the name of a box off a text.
fn named(text: &str) -> Option<(Callout, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, rest) = text.split_at_checked(length)?;
    let word = word.to_ascii_lowercase();
    let (_, callout) = NAMES.iter().find(|(name, _)| *name == word)?;
    Some((*callout, rest))
}

/// Skips to a box's title, past brackets and quotes.
fn title(rest: &str) -> &str {
    rest.trim_start_matches([' ', '[', '"', '}', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_warning_is_known() {
        for (line, quoted, expected) in [
            ("[!WARNING]", true, Some(Sign::Quoted(Callout::Warning))),
            ("[!IMPORTANT]", true, Some(Sign::Quoted(Callout::Important))),
            ("[!WARNING]", false, None),
            (":::warning", false, Some(Sign::Open(Callout::Warning))),
            ("::: danger Take care", false, Some(Sign::Open(Callout::Warning))),
            (":::", false, Some(Sign::Close)),
            ("!!! warning \"Title\"", false, Some(Sign::Indented(Callout::Warning))),
            ("??? note", false, Some(Sign::Indented(Callout::Note))),
            (".. warning::", false, Some(Sign::Indented(Callout::Warning))),
            (".. warning: no", false, None),
            ("<Warning>", false, Some(Sign::Open(Callout::Warning))),
            (
                "<Admonition type=\"caution\" title=\"x\">",
                false,
                Some(Sign::Open(Callout::Warning)),
            ),
            ("</Admonition>", false, Some(Sign::Close)),
            ("{% hint style=\"danger\" %}", false, Some(Sign::Open(Callout::Warning))),
            ("{% endhint %}", false, Some(Sign::Close)),
            ("{{< admonition type=\"warning\" >}}", false, Some(Sign::Open(Callout::Warning))),
            ("```{Attention}", false, Some(Sign::Fenced(Callout::Important))),
            ("```yaml", false, None),
            ("```", false, None),
            ("<div>", false, None),
            ("<summary>", false, None),
            ("</summary>", false, None),
            ("warning: plain words", false, None),
        ] {
            assert_eq!(sign(line, quoted).map(|(sign, _)| sign), expected, "{line}");
        }
    }
}
