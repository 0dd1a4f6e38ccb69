//! The way through a list of tags that comes in pages.
//!
//! The next page is named by a `Link` header, and registries differ in how: absolute, relative,
//! with the address that a proxy in front of them hides, without the repository's prefix. All of
//! them put the place to go on in the query, so only the query is taken from the link; the rest
//! stays what was asked first. A link can thus never lead to another origin or another repository,
//! and no token ever leaves. What does not lead on, or leads in circles, ends the list, and the
//! list says that it is not complete.

use super::types::Tags;
use crate::http::Url;
use crate::image::is_tag;
use std::collections::HashSet;

/// How much of a list is read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many pages.
    pub pages: usize,
    /// How many tags.
    pub tags: usize,
    /// For how long.
    pub time: std::time::Duration,
    /// How many tags are asked for at a time. More than this is refused by some registries.
    pub page_size: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { pages: 300, tags: 200_000, time: std::time::Duration::from_mins(2), page_size: 1000 }
    }
}

/// A list that is being read.
pub(super) struct List {
    names: Vec<String>,
    seen: HashSet<String>,
    visited: HashSet<Url>,
    limits: Limits,
    complete: bool,
}

impl List {
    pub(super) fn new(limits: Limits) -> Self {
        let (names, seen, visited) = (Vec::new(), HashSet::new(), HashSet::new());
        Self { names, seen, visited, limits, complete: true }
    }

    /// Takes a page in, and returns the address of the next one, if there is one to be read.
    pub(super) fn add<'a>(
        &mut self,
        url: &Url,
        names: Vec<String>,
        links: impl IntoIterator<Item = &'a str>,
    ) -> Option<Url> {
        self.visited.insert(url.clone());
        let before = self.names.len();
        for name in names {
            if self.names.len() >= self.limits.tags {
                self.complete = false;
                return None;
            }
            if is_tag(&name) && self.seen.insert(name.clone()) {
                self.names.push(name);
            }
        }
        let target = links.into_iter().find_map(next_target)?;
        let next = target.split_once('?').map(|(_, query)| {
            let query = query.split('#').next().unwrap_or_default();
            url.with_query(Some(query))
        });
        // A link without a query, to where we have been, or from a page without news leads
        // nowhere; there may be more, but not this way.
        let leads_on = next.as_ref().is_some_and(|next| !self.visited.contains(next))
            && self.names.len() > before
            && self.visited.len() < self.limits.pages;
        self.complete &= leads_on;
        next.filter(|_| leads_on)
    }

    /// Returns whether nothing has been read yet.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Says that there would be more, for another reason than the list's own.
    pub(super) fn cut(&mut self) {
        self.complete = false;
    }

    pub(super) fn finish(self) -> Tags {
        Tags { names: self.names, complete: self.complete }
    }
}

/// Finds the target with the relation `next` in a `Link` header (RFC 8288).
pub(super) fn next_target(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, from)) = rest.split_once('<') {
        let (target, behind) = from.split_once('>')?;
        // Parameters reach to the next target; a quoted one may hold anything but that.
        let parameters = behind.split('<').next().unwrap_or_default();
        let is_next = parameters.split([';', ',']).any(|parameter| {
            parameter.split_once('=').is_some_and(|(name, value)| {
                name.trim().eq_ignore_ascii_case("rel")
                    && value
                        .trim()
                        .trim_matches('"')
                        .split_ascii_whitespace()
                        .any(|relation| relation.eq_ignore_ascii_case("next"))
            })
        });
        if is_next {
            return Some(target.trim());
        }
        rest = behind;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "https://e.org/v2/a/b/tags/list?n=2";

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn links_lead_on_by_their_query_alone() {
        let on = "https://e.org/v2/a/b/tags/list?last=2&n=2";
        for (link, expected) in [
            ("</v2/a/b/tags/list?last=2&n=2>; rel=\"next\"", Some(on)),
            ("<https://e.org/v2/a/b/tags/list?last=2&n=2>; rel=\"next\"", Some(on)),
            // Without the prefix, relative, an inner name of the registry, another origin.
            ("</v2/b/tags/list?last=2&n=2>; rel=next", Some(on)),
            ("<list?last=2&n=2>; rel=\"next\"", Some(on)),
            ("<?last=2&n=2>; rel=\"next\"", Some(on)),
            ("<http://registry.internal:5000/v2/a/b/tags/list?last=2&n=2>;rel=\"next\"", Some(on)),
            ("<https://evil.example/v2/x/tags/list?last=2&n=2#frag>; rel=\"next\"", Some(on)),
            ("<?last=1>; rel=\"prev\", <?last=2&n=2>; title=\"a, b\"; rel=\"last Next\"", Some(on)),
            ("<?last=2&n=2>; REL=NEXT", Some(on)),
            // To nowhere.
            ("</v2/a/b/tags/list>; rel=\"next\"", None),
            ("<?n=2>; rel=\"next\"", None),
            ("<>; rel=\"next\"", None),
        ] {
            let mut list = List::new(Limits::default());
            let next = list.add(&Url::parse(FIRST).unwrap(), names(&["1", "2"]), [link]);
            assert_eq!(next.as_ref().map(Url::expose), expected, "{link}");
            assert_eq!(list.finish().complete, expected.is_some(), "{link}");
        }
        for link in ["", "<?last=2>; rel=\"prev\"", "<?last=2>", "?last=2; rel=next", "<?last=2"] {
            let mut list = List::new(Limits::default());
            let next = list.add(&Url::parse(FIRST).unwrap(), names(&["1", "2"]), [link]);
            assert_eq!((next, list.finish().complete), (None, true), "{link}");
        }
    }

    #[test]
    fn lists_end() {
        let limits = Limits { pages: 3, tags: 5, ..Limits::default() };
        let mut url = Url::parse(FIRST).unwrap();
        let mut list = List::new(limits);
        let mut pages = 0;
        for page in 0.. {
            let link = format!("<?last={page}>; rel=\"next\"");
            pages += 1;
            match list.add(&url, vec![format!("t{page}")], [link.as_str()]) {
                Some(next) => url = next,
                None => break,
            }
        }
        assert_eq!(pages, 3);
        assert!(!list.finish().complete);

        let mut list = List::new(limits);
        let many = (0..10).map(|n| n.to_string()).collect();
        assert_eq!(list.add(&url, many, []), None);
        let tags = list.finish();
        assert_eq!((tags.names.len(), tags.complete), (5, false));
    }

    #[test]
    fn circles_and_standing_still_are_noticed() {
        let (one, two) =
            (Url::parse(FIRST).unwrap(), Url::parse("https://e.org/v2/a/b/tags/list?p=2").unwrap());
        let mut list = List::new(Limits::default());
        assert_eq!(list.add(&one, names(&["1"]), ["<?p=2>; rel=next"]), Some(two.clone()));
        assert_eq!(list.add(&two, names(&["2"]), ["<?n=2>; rel=next"]), None);
        assert!(!list.finish().complete);

        let mut list = List::new(Limits::default());
        assert!(list.add(&one, names(&["1"]), ["<?p=2>; rel=next"]).is_some());
        assert_eq!(list.add(&two, names(&["1"]), ["<?p=3>; rel=next"]), None);
        assert!(!list.finish().complete);
    }

    #[test]
    fn only_tags_are_tags() {
        let mut list = List::new(Limits::default());
        list.add(&Url::parse(FIRST).unwrap(), names(&["1", "../x", "1", "2"]), []);
        assert_eq!(list.finish().names, ["1", "2"]);
    }
}
