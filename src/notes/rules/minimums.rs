//! Minimum versions, told in other ways than `requires`.
//!
//! A version is asked for by what it has become (`14 is now the minimum`), by what must run (`the
//! server must be 13 or higher`), by what is refused from now on (`older than 14`), or by nothing
//! but its line below `Requirements`. Here only programs count that installations bring along, or
//! parts that a name with a hyphen tells from plain words, so that the looser words do no harm.

use super::super::fact::Confidence;
use super::super::topics::Topics;
use super::requires::{ELSEWHERE, REQUIREMENTS};
use super::{Makes, Place, RULE, Rule};

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "version-needed",
        makes: Makes::Requires,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &["requir", "mandatory", "needed", "minimum", "minimal", "must ", "need"],
        pattern: r"\b(?P<component>{C})(?: versions?)? (?P<range>(?:>=? ?)?{V}(?: ?\+| (?:or|and) (?:higher|newer|later|above|greater))?),? \([^()]{1,60}\) (?:is|are) (?:now )?(?:required|mandatory|needed|the (?:new )?minimum)|\b(?P<component2>{C})(?: [0-9]+)? \((?:version )?(?P<range2>(?:>=? ?)?{V}(?: ?\+| or (?:higher|newer|later))?)\) (?:is|are) (?:now )?(?:required|mandatory|needed|the (?:new )?minimum)|\b(?P<component3>{C})(?: versions?)? (?P<range3>(?:>=? ?)?{V}(?: ?\+| (?:or|and) (?:higher|newer|later|above|greater))?) (?:is|are) (?:now )?(?:required|mandatory|needed)\b|\brequires? an? (?P<component4>{C}) version(?: of)? (?P<range4>{V}(?: ?\+| (?:or|and) (?:higher|newer|later|above|greater))?)|\b(?P<component5>{C})(?: databases?| servers?| clusters?| instances?| versions?)? (?:must|needs? to|has to|have to) (?:now )?(?:be|run|be at|be on|be upgraded to|be updated to) (?:at least )?(?:versions? )?(?P<range5>{V}(?: ?\+| (?:or|and) (?:higher|newer|later|above|greater))?)|\b(?:must|needs? to|has to|have to) (?:now )?(?:run|be running|use|be on)(?: on)? (?:at least )?(?P<component6>{C})(?: versions?)? (?P<range6>{V} ?(?:\+|(?:or|and) (?:higher|newer|later|above|greater)))|\b(?:you|we|this (?:release|version|chart)) (?:now )?needs? an? (?P<component7>{C})(?: server| cluster| database)? (?:running |of |with |at )?(?:version )?(?P<range7>{V} ?(?:\+|(?:or|and) (?:higher|newer|later|above|greater)))|\b(?:using|use|run|running|on) (?P<component8>{C}),? (?:it|this|that) must be (?:at least )?(?:version )?(?P<range8>{V})|\b(?P<component9>{C}) users (?:now )?need (?:at least )?(?:version )?(?P<range9>{V})",
        unless: ELSEWHERE,
        finds: &[
            "SQLite >= 3.9.0 (out for years) is required",
            "Helm 3 (3.5+) is now required.",
            "PostgreSQL (>= 13) is now mandatory.",
            "cert-manager 1.5+ is required",
            "It now requires a SQLite version of 3.27.0 or higher.",
            "The PostgreSQL version must be 13 or higher.",
            "Your MySQL server must be upgraded to 8 or later first.",
            "Clusters must run Kubernetes 1.25 or later.",
            "You need a Kubernetes cluster running version 1.24 or newer.",
            "If you are using MariaDB, it must be at least version 10.1",
            "MySQL users need at least 8.0.",
        ],
        passes: &["Redis 7 is recommended.", "PostgreSQL must be running.", "You need Redis."],
        ..RULE
    },
    Rule {
        name: "minimum-moved",
        makes: Makes::Requires,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &["minim", "required", "requirement", "supported", "compatible", "constraint"],
        pattern: r"\b(?:required|supported) (?P<component>{C}) version (?:is now|has been raised|was raised|has been bumped|is raised|changed)(?: from {V})?(?: to)? (?P<range>(?:>=? ?)?{V})|\b(?P<component2>{C}) version requirement (?:is now|has been raised|was raised|is raised)(?: from {V})?(?: to)? (?P<range2>(?:>=? ?)?{V})|\bonly supported (?P<component3>{C}) versions are(?: now)? (?P<range3>{V})|\bcompatible with (?P<component4>{C}) (?P<range4>{V} ?(?:\+|(?:or|and) (?:higher|newer|later|above))) only\b|\b(?P<component5>{C}|(?-i:[a-z])[a-z0-9]*(?:-[a-z0-9]+)+)`? minimum (?:supported |required )?version (?:is|was|has been)(?: now)?(?: raised| bumped| increased)?(?: from {V})?(?: to)? (?P<range5>{V})|\bminimal (?P<component6>{C}) version (?:is )?(?:now )?(?P<range6>{V})|\b(?P<component7>kube ?version)`? (?:constraint|requirement|range) (?:is |was |has been )?(?:now |bumped |raised |changed |set )*(?:to )?`?(?P<range7>>?=? ?{V})",
        unless: ELSEWHERE,
        finds: &[
            "The required Redis version has been raised from 6.2 to 7.",
            "Redis version requirement is now 7.0.",
            "As of this version, the only supported PostgreSQL versions are 14 to 17.",
            "The chart is compatible with Kubernetes 1.25 and above only",
            "The nginx-ingress minimum supported version is now v1.0.2.",
            "Minimal PostgreSQL version is 13 now",
            "bump kubeVersion constraint to >=1.21.0-0",
        ],
        passes: &["The supported Redis version is told by the server."],
        ..RULE
    },
    Rule {
        name: "requirement-listed",
        makes: Makes::Requires,
        confidence: Confidence::High,
        place: Place { within: Topics::UPGRADE.and(Topics::BREAKING), ..REQUIREMENTS },
        triggers: &["or newer", "or later", "or higher", "or above", "and above", "and newer"],
        pattern: r"^\W*(?P<component>{C})(?: versions?)? (?P<range>{V} (?:or|and) (?:higher|newer|later|above))\W*$",
        unless: ELSEWHERE,
        finds: &["PostgreSQL 13 or newer"],
        passes: &["Tested with PostgreSQL 13 or newer"],
        ..RULE
    },
    Rule {
        name: "requires-part",
        makes: Makes::Requires,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &["requires"],
        pattern: r"\brequires (?:the )?(?P<component>(?-i:[a-z])[a-z]+) version (?P<range>{V} (?:or|and) (?:above|higher|newer|later))",
        unless: ELSEWHERE,
        finds: &["It changes the webhooks and requires operator version v0.59.2 or above"],
        passes: &["This requires version 2.0 or above", "It requires sails of version 2"],
        ..RULE
    },
    Rule {
        name: "older-refused",
        makes: Makes::Ends,
        confidence: Confidence::High,
        place: REQUIREMENTS,
        triggers: &["older", "before", "below", "prior", "earlier", "compatible", "nor ", "drop"],
        pattern: r"\b(?:no longer supports?|not support|refuses? to (?:start|run)|will not (?:start|run)|cannot run|not compatible with|incompatible with)\b[^.;]{0,40}?\b(?:versions? of )?(?P<component>{C})(?: versions?)? (?P<range>(?:older than|before|below|prior to|earlier than|lower than|<) ?{V})|\b(?P<component2>{C})(?: versions?)? (?P<range2>(?:older than|before|below|prior to|earlier than|lower than|<) ?{V})(?: is| are|,)?(?: not|n't|n’t) supported|\bno longer supports? [^.;]{1,40}?,? n?or (?P<component3>{C})(?: versions?)? (?P<range3>{V})|\b(?:is|are) (?:incompatible|not compatible|no longer compatible) with (?P<component4>{C}) (?P<range4>{V}(?: (?:and|or) (?:below|older|lower|earlier))?)|\b(?P<component5>{C}) (?P<range5>{V}(?: (?:and|or) (?:below|older|lower|earlier|{V}))?) (?:has|have|was|were)(?: been)? dropped\b|^\W*drop(?:s|ped|ping)? (?P<component6>{C}) (?P<range6>{V}(?: (?:and|or) (?:below|older|lower|earlier|{V}))?)\W*$",
        unless: r"\b(?:future|next|we will|will be (?:drop|remov)\w*|fix\w*|ci|tests?|clients?)\b",
        finds: &[
            "The ship no longer supports versions of SQLite before 3.11.",
            "It will refuse to start if told to use a version of SQLite older than 3.27.",
            "PostgreSQL older than 14 isn't supported.",
            "It no longer supports Python 2, nor Postgres version 9.4.",
            "This release is incompatible with MongoDB 3.6.",
            "Postgres 12 has been dropped.",
            "Dropped Postgres 11 and 12",
        ],
        passes: &["The table was dropped before Redis 7.", "Drop Postgres 11 from CI"],
        ..RULE
    },
];
