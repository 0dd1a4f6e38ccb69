//! Chart version ranges, as Helm and Flux read them.
//!
//! Both use Go's `Masterminds/semver` 3; this follows its releases 3.4 and 3.5 (`constraints.go`),
//! whose verdict on 173,056 pairs of range and version (Helm 4.2.3) is the same. They differ from the ranges of other languages: `1.2` alone means `1.2.x`, `<=1.2` holds all of
//! `1.2.x` while `<1.2` and `>1.2` hold none of it, `^0.0` is `0.0.x`, `~0.0.0` is anything, and
//! a group admits pre-releases as soon as one of its members names one. Every member keeps its
//! place in the text, so that a range can be rewritten in its own style ([`super::rewrite`]).

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range as Span;

use semver::{BuildMetadata, Prerelease, Version};

/// A range: alternatives (`||`), each a list of members that must all hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    text: String,
    pub(super) alternatives: Vec<Vec<Member>>,
}

/// A text that is no range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a version range: {expected} at character {column}")]
pub struct InvalidRange {
    /// The whole text.
    pub text: String,
    /// Where it stops being one, counted in characters from 1.
    pub column: usize,
    /// What should stand there.
    pub expected: &'static str,
}

/// One member of a range, as in `>=1.2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) operator: Operator,
    /// The bound, with zeros for what is not written.
    pub(super) bound: Version,
    /// How many of major, minor and patch are written as numbers.
    pub(super) written: usize,
    /// Where each of the written fields stands, wildcards included: `1`, `x`.
    pub(super) fields: Vec<Span<usize>>,
    /// Where the pre-release and the build metadata stand, each with its sign; often empty.
    pub(super) suffix: Span<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    /// `1.2.3`, `=1.2.3`; with fewer numbers the same as [`Operator::Tilde`].
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Tilde,
    Caret,
}

impl Range {
    /// Reads a range. Nothing but blanks is `*`, as in Helm.
    ///
    /// # Errors
    /// When the text does not fit the grammar of `Masterminds/semver`.
    pub fn parse(text: &str) -> Result<Self, InvalidRange> {
        let mut reader = Reader { text, at: 0 };
        let mut alternatives = Vec::new();
        if text.trim().is_empty() {
            let bound = Version::new(0, 0, 0);
            let any = Member {
                operator: Operator::Equal,
                bound,
                written: 0,
                fields: vec![],
                suffix: 0..0,
            };
            alternatives.push(vec![any]);
            return Ok(Self { text: text.to_owned(), alternatives });
        }
        loop {
            alternatives.push(reader.group()?);
            if !reader.eat("||") {
                break;
            }
        }
        if reader.at < text.len() {
            return Err(reader.error("a comma, a blank or `||`"));
        }
        Ok(Self { text: text.to_owned(), alternatives })
    }

    /// Returns the range as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Tells whether a version is inside.
    #[must_use]
    pub fn matches(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|members| all_match(members, version))
    }
}

/// Tells whether a version meets every member of one alternative.
pub(super) fn all_match(members: &[Member], version: &Version) -> bool {
    let names_pre_release = members.iter().any(|member| !member.bound.pre.is_empty());
    (version.pre.is_empty() || names_pre_release)
        && members.iter().all(|member| member.holds(version))
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Member {
    fn holds(&self, version: &Version) -> bool {
        let bound = &self.bound;
        let order = version.cmp_precedence(bound);
        let short = self.written < 3;
        match self.operator {
            Operator::Equal if short => self.holds_tilde(version),
            Operator::Equal => order.is_eq(),
            Operator::NotEqual if short => self.differs(version),
            Operator::NotEqual => order.is_ne(),
            Operator::Greater => match self.written {
                1 => version.major > bound.major,
                2 => (version.major, version.minor) > (bound.major, bound.minor),
                _ => order.is_gt(),
            },
            Operator::GreaterEqual => order.is_ge(),
            Operator::Less => order.is_lt(),
            Operator::LessEqual => match self.written {
                0 | 2 => (version.major, version.minor) <= (bound.major, bound.minor),
                1 => version.major <= bound.major,
                _ => order.is_le(),
            },
            Operator::Tilde => self.holds_tilde(version),
            Operator::Caret => self.holds_caret(version),
        }
    }

    fn differs(&self, version: &Version) -> bool {
        let bound = &self.bound;
        match self.written {
            1 => version.major != bound.major,
            2 if (version.major, version.minor) != (bound.major, bound.minor) => true,
            2 => version.pre != bound.pre,
            _ => version.cmp_precedence(bound).is_ne(),
        }
    }

    fn holds_tilde(&self, version: &Version) -> bool {
        let bound = &self.bound;
        let zeros = (bound.major, bound.minor, bound.patch) == (0, 0, 0);
        if version.cmp_precedence(bound) == Ordering::Less {
            return false;
        }
        if zeros && matches!(self.written, 0 | 3) {
            return true;
        }
        version.major == bound.major && (self.written == 1 || version.minor == bound.minor)
    }

    fn holds_caret(&self, version: &Version) -> bool {
        let bound = &self.bound;
        if version.cmp_precedence(bound) == Ordering::Less {
            return false;
        }
        if self.written == 0 {
            // The source's comment says that `^*` is anything and its code says `0.0.0`; nobody
            // writes it, and the code is what runs.
            return (version.major, version.minor, version.patch) == (0, 0, 0);
        }
        if bound.major > 0 || self.written == 1 {
            return version.major == bound.major;
        }
        if version.major > 0 {
            return false;
        }
        if bound.minor > 0 || self.written == 2 {
            return version.minor == bound.minor;
        }
        version.minor == 0 && version.patch == bound.patch
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn error(&self, expected: &'static str) -> InvalidRange {
        let column = self.text.get(..self.at).unwrap_or_default().chars().count() + 1;
        InvalidRange { text: self.text.to_owned(), column, expected }
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn blanks(&mut self) -> bool {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0c']).len();
        self.at += blanks;
        blanks > 0
    }

    /// Reads members up to `||` or the end, with blanks or a comma between them.
    fn group(&mut self) -> Result<Vec<Member>, InvalidRange> {
        let mut members = Vec::new();
        self.blanks();
        loop {
            self.member(&mut members)?;
            let blank = self.blanks();
            if self.rest().is_empty() || self.rest().starts_with("||") {
                return Ok(members);
            }
            if self.eat(",") {
                self.blanks();
            } else if !blank {
                return Err(self.error("a comma, a blank or `||`"));
            }
        }
    }

    /// Reads one member, or the two that a hyphen range `1.2 - 1.4` stands for.
    fn member(&mut self, members: &mut Vec<Member>) -> Result<(), InvalidRange> {
        let before = self.at;
        let operator = self.operator();
        let bare = self.at == before;
        self.blanks();
        let mut low = self.version(operator)?;
        let end = self.at;
        if bare && self.blanks() && self.eat("-") && self.blanks() {
            low.operator = Operator::GreaterEqual;
            members.push(low);
            members.push(self.version(Operator::LessEqual)?);
            return Ok(());
        }
        self.at = end;
        members.push(low);
        Ok(())
    }

    fn operator(&mut self) -> Operator {
        let known = [
            ("!=", Operator::NotEqual),
            (">=", Operator::GreaterEqual),
            ("=>", Operator::GreaterEqual),
            ("<=", Operator::LessEqual),
            ("=<", Operator::LessEqual),
            ("~>", Operator::Tilde),
            ("=", Operator::Equal),
            (">", Operator::Greater),
            ("<", Operator::Less),
            ("~", Operator::Tilde),
            ("^", Operator::Caret),
        ];
        let found = known.into_iter().find(|(token, _)| self.eat(token));
        found.map_or(Operator::Equal, |(_, operator)| operator)
    }

    fn version(&mut self, operator: Operator) -> Result<Member, InvalidRange> {
        const FIELD: &str = "a number, `x` or `*`";
        self.eat("v");
        let mut fields = Vec::new();
        let mut numbers: Vec<u64> = Vec::new();
        let mut wild = false;
        loop {
            let start = self.at;
            let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
            if length > 0 {
                self.at += length;
                let number = self.text.get(start..self.at).and_then(|digits| digits.parse().ok());
                let number = number.ok_or_else(|| self.error("a smaller number"))?;
                // What stands behind a wildcard counts for nothing: `1.x.3` is `1.x`.
                if !wild {
                    numbers.push(number);
                }
            } else if ["x", "X", "*"].iter().any(|token| self.eat(token)) {
                wild = true;
            } else {
                return Err(self.error(FIELD));
            }
            fields.push(start..self.at);
            if fields.len() == 3 || !self.eat(".") {
                break;
            }
        }
        let suffix = self.at;
        let pre = self.identifiers("-").and_then(|text| Prerelease::new(text).ok());
        let pre = pre.ok_or_else(|| self.error("a pre-release behind `-`"))?;
        let build = self.identifiers("+").and_then(|text| BuildMetadata::new(text).ok());
        build.ok_or_else(|| self.error("build metadata behind `+`"))?;
        let number = |place: usize| numbers.get(place).copied().unwrap_or(0);
        let (major, minor, patch) = (number(0), number(1), number(2));
        let bound = Version { major, minor, patch, pre, build: BuildMetadata::EMPTY };
        Ok(Member { operator, bound, written: numbers.len(), fields, suffix: suffix..self.at })
    }

    /// Reads what stands behind `sign`: nothing where the sign is missing, `None` where nothing
    /// follows it.
    fn identifiers(&mut self, sign: &str) -> Option<&str> {
        let inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        if !self.eat(sign) {
            return Some("");
        }
        let start = self.at;
        self.at += self.rest().bytes().take_while(inner).count();
        self.text.get(start..self.at).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests;
