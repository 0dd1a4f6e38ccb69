//! The span of versions that an upgrade crosses.
//!
//! The version that runs now is not part of it, the one to upgrade to is. Either end may leave its
//! last numbers out and stand for a whole line of versions, as people say `from 1.14 to 1.15`.

use super::version::Version;

/// The versions after `from`, up to and including `to`.
///
/// Either end may be partial: `1.14` as `from` leaves the whole line 1.14 behind, `1.x` as `to`
/// includes every 1.something.
#[derive(Debug, Clone)]
pub(super) struct Span {
    from: Version,
    to: Version,
}

impl Span {
    /// Reads both ends; the answer for text that is no version is the text itself.
    ///
    /// # Errors
    /// With the text that could not be read.
    pub(super) fn new(from: &str, to: &str) -> Result<Self, String> {
        let read = |text: &str| Version::parse_tag(text).ok_or_else(|| text.to_owned());
        Ok(Self { from: read(from)?, to: read(to)? })
    }

    /// Tells whether the upgrade passes through or ends at `version`.
    ///
    /// A version with fewer numbers is taken as the first of its line: notes for `3` or `1.19`
    /// describe what comes with 3.0.0 or 1.19.0.
    pub(super) fn contains(&self, version: &Version) -> bool {
        self.is_after_from(version) && self.is_up_to_end(version)
    }

    /// Tells whether the upgrade starts below `version`.
    pub(super) fn is_after_from(&self, version: &Version) -> bool {
        let left = if self.from.is_line() && !version.is_pre_release() {
            version.order(&self.from).is_gt() && !version.is_within(&self.from)
        } else {
            version.order(&self.from).is_gt()
        };
        left && !(self.from.precision() > version.precision() && self.from.is_within(version))
    }

    /// Tells whether the upgrade starts in or below the line of `version` and ends above it.
    pub(super) fn leaves(&self, version: &Version) -> bool {
        let starts = self.from.is_within(version) || self.from.order(version).is_le();
        starts && version.order(&self.to).is_lt() && !self.to.is_within(version)
    }

    /// Tells whether the end comes before the start.
    pub(super) fn is_reversed(&self) -> bool {
        self.from.order(&self.to).is_gt() && !self.from.is_within(&self.to)
    }

    /// Tells whether `version` is the target or below it.
    pub(super) fn is_up_to_end(&self, version: &Version) -> bool {
        version.order(&self.to).is_le()
            || (self.to.is_line() && !version.is_pre_release() && version.is_within(&self.to))
    }

    /// Returns the version that the upgrade starts from, as it was given.
    pub(super) fn start(&self) -> &Version {
        &self.from
    }

    /// Returns the version that the upgrade ends at, as it was given.
    pub(super) fn end(&self) -> &Version {
        &self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_leaves_lines_behind() {
        for (from, to, version, leaves) in [
            ("1.4.0", "2.0.0", "1.x", true),
            ("1.x", "2.x", "1.x", true),
            ("0.9.0", "2.0.0", "1.x", true),
            ("1.4.0", "1.5.0", "1.x", false),
            ("2.0.0", "2.1.0", "1.x", false),
            ("1.19.3", "1.20.0", "1.19", true),
        ] {
            let span = Span::new(from, to).unwrap();
            let found = span.leaves(&Version::parse(version).unwrap());
            assert_eq!(found, leaves, "{from} {to} {version}");
        }
    }

    #[test]
    fn an_end_before_the_start_is_told() {
        for (from, to, reversed) in [
            ("1.2.3", "1.2.4", false),
            ("1.2.3", "1.2.3", false),
            ("1.14", "1.x", false),
            ("2.0.0", "1.9.9", true),
            ("2.x", "1.x", true),
        ] {
            assert_eq!(Span::new(from, to).unwrap().is_reversed(), reversed, "{from} {to}");
        }
    }

    #[test]
    fn a_span_leaves_its_start_behind_and_keeps_its_end() {
        for (from, to, version, inside) in [
            ("1.2.2", "1.2.3", "1.2.3", true),
            ("1.2.3", "1.2.40", "1.2.3", false),
            ("1.2.2", "1.2.3", "1.2.30", false),
            ("1.2.3", "1.2.40", "1.2.30", true),
            ("1.14", "1.15", "1.14.9", false),
            ("1.14", "1.15", "1.15", true),
            ("1.14", "1.15", "1.15.4", true),
            ("1.14", "1.15", "1.16.0", false),
            ("1.14.2", "1.15.0", "1.14", false),
            ("72.x", "73.x", "73", true),
            ("72.x", "73.x", "72", false),
            ("1.x", "2.0.x", "2.0.7", true),
            ("1.x", "2.0.x", "2.1.0", false),
            ("2.20.15", "3.0.5", "3", true),
            ("1.9.9", "2.0.0", "2.0.0-rc.1", true),
            ("2.0.0-rc.1", "2.0.0", "2.0.0", true),
            ("2.0.0", "2.1.0", "2.0.0-rc.1", false),
        ] {
            let span = Span::new(from, to).unwrap();
            assert_eq!(
                span.contains(&Version::parse(version).unwrap()),
                inside,
                "{from} {to} {version}"
            );
        }
    }
}
