//! What notes tell that is no fact about the upgrade, and that a reader should know: another
//! licence, and what is known not to work.
//!
//! Neither changes what an upgrade does, and neither is a reason to hold one. A licence counts where
//! the application's own changes; a known issue where a section of that name lists it, or a sentence
//! calls it so.

use super::super::topics::Topics;
use super::{Makes, Place, RULE, Rule, Scope};

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "licence-changed",
        makes: Makes::Licence,
        place: Place { outside: Topics::FOREIGN.and(Topics::FUTURE), ..Place::ALL },
        triggers: &["licen"],
        pattern: r"\b(?:licen[cs]e|licensing)\b[^.;]{0,40}\b(?:has |have |was |is |were )?(?:now )?(?:been )?(?:changed|switched|moved|updated)\b[^.;]{0,60}?\b(?:from|to)\b|\b(?:chang(?:e|es|ed|ing)|switch(?:es|ed|ing)?|mov(?:es|ed|ing)|transition(?:s|ed|ing)?|migrat(?:es|ed|ing))\b[^.;]{0,30}?\b(?:the |our |its )?(?:[\w.+-]+ ){0,4}?licen[cs]e\b[^.;]{0,60}\b(?:to|from)\b|\b(?:chang(?:e|es|ed|ing)|switch(?:es|ed|ing)?|transition(?:s|ed|ing)?) (?:the |our |its )?licen[cs]e (?:from|to)\b|\b(?:is|are) now (?:released |available |distributed |published )?(?:under|licen[cs]ed under)\b[^.;]{0,60}\b(?:licen[cs]e|AGPL|GPL|MIT|Apache|BSL|BUSL|BSD|MPL|SSPL)|\bunder (?:the |an? )?[^.;]{0,60}\b(?:licen[cs]e|AGPL|GPL|BSL|BUSL|MPL|SSPL)[\w .-]{0,20}\b(?:from (?:this|now|version|v?\d)|as of|since|starting with|beginning with)\b|\bre-?licen[cs](?:ed|es|ing)\b|\bnow (?:re-?)?licensed under\b",
        unless: r"\b(?:fix\w*|bugs?|header|headers|third[- ]party|dependenc\w*|librar(?:y|ies)|licen[cs]e (?:key|file|check|server|page|text)|copyright|fonts?|icons?|docs?|documentation|package\.json|metadata)\b",
        finds: &[
            "The yard changed its license from MIT to AGPLv3.",
            "Changed license from MIT to AGPL-3.0",
            "From now on the ship is now licensed under the AGPL.",
            "The license has been changed from MIT to Apache 2.0.",
            "It transitioned from the MIT License to the GNU General Public License.",
            "The code was relicensed.",
            "The lantern is under the GNU General Public License v3 from this version on.",
        ],
        passes: &[
            "Update license headers",
            "Like before, it is under the MIT License.",
            "The license key has moved to the settings.",
            "A license is required for this feature.",
        ],
        ..RULE
    },
    Rule {
        name: "known-issue-said",
        makes: Makes::KnownIssue,
        place: Place {
            outside: Topics::FOREIGN
                .and(Topics::FUTURE)
                .and(Topics::FIXED)
                .and(Topics::INTERNAL)
                .and(Topics::KNOWN_ISSUES),
            ..Place::ALL
        },
        triggers: &["known"],
        pattern: r"^\W*known (?:issue|bug|problem|limitation|regression)s?:? \w|\b(?:is|are) (?:an? )?known (?:issue|bug|problem|limitation|regression)s?\b|\b(?:there (?:is|are)|has|have|contains?|introduces?) (?:an? |some |several |two |the )?(?:\w+ )?known (?:issue|bug|problem|regression)s?\b|\bknown (?:issue|bug|problem|regression) (?:in|with|of|where|that|when)\b",
        unless: r"\b(?:fix\w*|resolv\w*|solv\w*|address\w*|correct\w*|no|not|without|workaround for|document\w*|lists?|see|due to)\b",
        finds: &[
            "Known issue: the bell rings twice.",
            "There is a known issue with the lamp in this release.",
            "This release has a known regression in the galley.",
        ],
        passes: &[
            "Fixed a known issue with the lamp.",
            "There are no known issues.",
            "See the list of known issues.",
        ],
        ..RULE
    },
    Rule {
        name: "known-issue-listed",
        makes: Makes::KnownIssue,
        place: Place {
            within: Topics::KNOWN_ISSUES,
            outside: Topics::FOREIGN.and(Topics::FUTURE),
            ..Place::TEXT
        },
        scope: Scope::Passage,
        pattern: r"\w{2}",
        unless: r"^\W*(?:none|n/?a|nothing|no (?:known )?\w+|there (?:are|were|is) no|todo|tbd)\b|^\W*(?:see|refer to|for (?:details|more|a list))\b|\b(?:has|have|was|were) (?:been )?(?:fixed|resolved)\b",
        finds: &["The bell rings twice in fog."],
        passes: &["None", "See the issue tracker.", "The bell was fixed in 1.2.4."],
        ..RULE
    },
];
