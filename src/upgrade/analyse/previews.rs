//! The notes of pre-releases: whose they are, and when they count.
//!
//! What a pre-release says may never be released, so it does not count, unless the way itself leads
//! to a pre-release. But a release may say no more than that nothing has changed since its last
//! candidate. Then the notes of all its candidates are its own: their pages are named after it, so
//! that they are read as such, and still link to where they stand.

use super::homes::spoken;
use crate::upstream::NotesPage;
use crate::version::Tag;

/// How much of a release's notes is looked at for its pre-releases, in characters.
const BEGINNING: usize = 2_000;

/// Returns the pages that count on a way.
pub(super) fn counted(pages: &[NotesPage], to: &str) -> Vec<NotesPage> {
    let early = |page: &NotesPage| {
        version(page).is_some_and(|version| Tag::parse(&version).is_pre_release())
    };
    if Tag::parse(to).is_pre_release() || !pages.iter().any(early) {
        return pages.to_vec();
    }
    let kept = pages.iter().filter_map(|page| {
        if !early(page) {
            return Some(page.clone());
        }
        let own = version(page)?;
        let release = pages.iter().find(|release| {
            !early(release)
                && version(release).is_some_and(|version| is_preview_of(&own, &version))
                && points(&release.text, &own)
        })?;
        let file = release.name.rsplit('/').next()?;
        let stem = page.name.trim_end_matches(".md");
        // What is published is the release, not its candidate.
        Some(NotesPage { name: format!("{stem}/{file}"), published: None, ..page.clone() })
    });
    kept.collect()
}

/// Returns the version of a release's page; `None` for other files.
fn version(page: &NotesPage) -> Option<String> {
    let name = page.name.strip_prefix("releases/")?.trim_end_matches(".md");
    Some(spoken(name)).filter(|version| Tag::parse(version).is_version())
}

fn is_preview_of(own: &str, release: &str) -> bool {
    let (own, release) = (Tag::parse(own), Tag::parse(release));
    own.numbers().cmp_padded(release.numbers()).is_eq()
}

/// Says whether the beginning of a release's notes names a pre-release of it.
fn points(text: &str, own: &str) -> bool {
    let beginning: String = text.chars().take(BEGINNING).collect();
    let is_end = |c: char| c.is_whitespace() || "()[]`*,;:/\"'<>".contains(c);
    beginning.split(is_end).map(|word| word.trim_end_matches('.')).any(|word| {
        let tag = Tag::parse(word);
        tag.is_version() && tag.is_pre_release() && is_preview_of(word, own)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_count_where_their_release_points_to_them() {
        let page = |name: &str, text: &str| NotesPage {
            name: format!("releases/{name}.md"),
            text: text.to_owned(),
            url: String::new(),
            line_links: false,
            published: None,
        };
        let rest = [page("v2.0.0-rc.2", "- b"), page("v2.0.0-rc.1", "- a"), page("v1.9.0", "- x")];
        let plain = "releases/v2.0.0.md releases/v1.9.0.md";
        let all = "releases/v2.0.0.md releases/v2.0.0-rc.2/v2.0.0.md \
                   releases/v2.0.0-rc.1/v2.0.0.md releases/v1.9.0.md";
        let raw = "releases/v2.0.0.md releases/v2.0.0-rc.2.md releases/v2.0.0-rc.1.md \
                   releases/v1.9.0.md";
        for (text, to, expected) in [
            ("A new sail.", "2.0.0", plain),
            ("No changes since 2.0.0-rc.2.", "2.0.0", all),
            ("See the notes of [v2.0.0-rc.1](https://e.org).", "2.0.0", all),
            ("After 1.9.0-rc.1 this is 2.0.0.", "2.0.0", plain),
            ("A new sail.", "2.0.0-rc.2", raw),
        ] {
            let mut pages = vec![page("v2.0.0", text)];
            pages.extend(rest.iter().cloned());
            let counted = counted(&pages, to);
            let names: Vec<&str> = counted.iter().map(|page| page.name.as_str()).collect();
            assert_eq!(names.join(" "), expected, "{text} {to}");
        }
        let other = NotesPage { name: "CHANGELOG.md".to_owned(), ..page("x", "- y") };
        assert_eq!(counted(std::slice::from_ref(&other), "2.0.0"), [other]);
    }
}
