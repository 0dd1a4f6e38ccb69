//! Variables and values that have another name.
//!
//! A renaming is told from either end: the old name became the new one, the new one replaces the
//! old. Captured are `old` and `new`, each of which may be several names: as many old ones as new
//! ones are pairs, one old with several new ones was split.

use super::super::fact::Confidence;
use super::super::topics::Topics;
use super::settings::LATER;
use super::{Makes, Place, RULE, Rule};

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "rename-to",
        makes: Makes::Renamed,
        confidence: Confidence::High,
        place: Place {
            outside: Topics::FOREIGN.and(Topics::FUTURE).and(Topics::INTERNAL),
            ..Place::ALL
        },
        triggers: &["renam", "move", "moving", "chang", "migrat", "switch"],
        pattern: r"\brenam(?:e|es|ed|ing):?(?: the)? (?P<old6>{N})(?P<noun6>{noun}) (?:to|into) (?P<new6>{N})(?:,? and |, )(?P<old7>{N}) (?:to|into) (?P<new7>{N})(?:(?:,? and |, )(?P<old8>{N}) (?:to|into) (?P<new8>{N}))?|\b(?:renam(?:e|es|ed|ing)|mov(?:e|es|ed|ing)):?(?: of)?(?: the)?(?: \w+){0,3}? (?P<old>{N})(?P<noun>{noun}) (?:to|into|as|by|in favou?r of|→|->|=>)(?: the)?(?: new)? ?(?P<new>{N}(?: (?:and|\+) {N})?)|\b(?:renam(?:e|es|ed|ing))(?: \w+){0,3}? (?P<new2>{N})(?: \w+)? from (?P<old2>{N})|\bchang(?:e|es|ed|ing)(?: the)?(?: environment variable| env var(?:iable)?| variable| env)? (?P<old3>{E})(?P<noun3>{noun}) to (?P<new3>{E})|\b(?:migrat|switch)(?:e|es|ed|ing)?(?: from)?(?: the)? (?P<old4>{E})(?P<noun4>{noun}) to(?: the)?(?: new)? (?P<new4>{E})|\brenam(?:e|es|ed|ing):?(?: the)?(?: \w+){0,3}? (?P<old5>{L})(?P<noun5>{noun}) (?:to|into|as) (?P<new5>{L})",
        unless: r"^\W*(?:to|in order to) (?:roll|revert|undo|go back)",
        finds: &[
            "Migrate `OLD_NAME` to `NEW_NAME`",
            "renamed `OLD_ONE` to `NEW_ONE`, `OLD_TWO` to `NEW_TWO` and `OLD_RIG` to `NEW_RIG`",
            "Rename `OLD_ONE`/`OLD_TWO` to `NEW_ONE`/`NEW_TWO`",
            "rename `SAIL_SIZE` variable to `SAIL_AREA`",
            "changed env var `SAIL_SIZE` to `SAIL_AREA`",
            "Rename: `ONE_OLD`, `TWO_OLD` to `ONE_NEW`, `TWO_NEW`",
            "Renamed the option `server.old` to `server.new`.",
            "Renamed `OLD_NAME` by `NEW_NAME`.",
            "Change SAIL_SIZE env variable to SAIL_AREA and drop it from the example",
        ],
        passes: &["Rename the internal class to something clearer."],
        ..RULE
    },
    Rule {
        name: "was-renamed-to",
        subject: true,
        makes: Makes::Renamed,
        confidence: Confidence::High,
        place: Place::ALL,
        triggers: &[
            "renam",
            "moved",
            "changed to",
            "becomes",
            "became",
            "now called",
            "now named",
            "known as",
            "migrated to",
            "is now",
        ],
        pattern: r"(?P<old>{N})(?P<noun>{noun}) (?:(?:(?:has|had|was|is|are)(?: now)?(?: been)? )?(?:deprecated and )?renamed(?: to| into| as|:)?|(?:has|had|was|is|are)(?: now)?(?: been)? (?:moved|migrated)(?: \w+){0,2}? (?:to|into|under|as)|becomes?|became|is now (?:called|named|known as|configured (?:via|with|by|using|through)|set (?:via|with|by|using|through))|are now (?:called|named)|(?:has been|was) changed to)(?: the)?(?: new)?(?: \w+)? ?:? ?(?P<new>{N}(?: (?:and|\+) {N})?)|(?P<old2>{E})(?P<noun2>{noun}) is now (?:the )?(?P<new2>{E})(?:$|[ .,;)])|\b(?:option|setting|field|key|value|variable|parameter|flag|property)s? (?P<old4>{N}) (?:has )?(?:changed to|moved (?:to|into|under))(?: the)? (?P<new4>{N})|(?P<old3>{N}(?:, {N})*,? and {N})(?P<noun3>{noun}) (?:have|were|are)(?: now)?(?: all| both)?(?: been)? (?:renamed|moved|migrated|replaced)(?: \w+){0,2}? (?:to|into|under|as|by|with)(?: the)?(?: new)? (?P<new3>{N}(?:, {N})*(?:,? and {N})?)",
        unless: LATER,
        finds: &[
            "`podContext` has been moved to `defaults.podContext`.",
            "The `SAIL_SIZE` becomes `SAIL_AREA`",
            "The `SAIL_SIZE` environment variable is now `SAIL_AREA`.",
            "`OLD_NAME` is now called `NEW_NAME`.",
            "Env var `OLD_NAME` renamed to `NEW_NAME`",
            "`OLD_NAME` has been deprecated and renamed to `NEW_NAME`.",
            "For crews of sailors the field `mast.oldKind` changed to `mast.newKind`.",
            "The `old-flag` option was renamed to `new-flag`.",
            "`ONE_OLD` and `TWO_OLD` have been renamed to `ONE_NEW` and `TWO_NEW` respectively.",
        ],
        passes: &["`OLD_NAME` will be renamed to `NEW_NAME`."],
        ..RULE
    },
    Rule {
        name: "replaced-by",
        makes: Makes::Renamed,
        confidence: Confidence::High,
        place: Place::ALL,
        triggers: &["replac", "supersed", "substitut", "in favor of", "in favour of"],
        pattern: r"(?P<old>{N})(?P<noun>{noun}) (?:(?:has|have|was|were|is|are)(?: now)?(?: been| being| getting)? )?(?:replaced|superseded) (?:by|with)(?: the| a| an)?(?: [\w-]+){0,4}? (?P<new>{N}(?: (?:and|\+) {N})?)|\b(?:replac|substitut)(?:e|es|ed|ing)(?: the)?(?: \w+){0,2}? (?P<old2>{N})(?P<noun2>{noun})(?: environment variables?)? (?:by|with)(?: the| a| an)?(?: [\w-]+){0,5}? (?P<new2>{N}(?: (?:and|\+) {N})?)|(?P<old3>{N})(?P<noun3>{noun})[^.`]{0,60}, replacing (?:it|them|this) (?:by|with)(?: the)? (?P<new3>{N})|\b(?:drop\w*|remov\w*|retir\w*|deprecat\w* and remov\w*)(?: the)?(?: \w+){0,2}? (?P<old4>{N})(?P<noun4>{noun}) in favou?r of(?: the| a| an)?(?: new)?(?: [\w-]+)? (?P<new4>{N})(?:[ ,;.)]|$)|(?P<old5>{N})(?P<noun5>{noun}) (?:(?:has|was|is)(?: now)?(?: been)? )?(?:removed|dropped) in favou?r of(?: the| a| an)?(?: new)?(?: [\w-]+)? (?P<new5>{N})(?:[ ,;.)]|$)",
        unless: LATER,
        finds: &[
            "Drop support for the `OLD_IMAGE` variable in the operator, replacing it with `NEW_IMAGES`.",
            "`OLD_NAME` has been replaced by `NEW_NAME`.",
            "Substitute OLD_NAME by NEW_NAME",
            "The `OLD_NAME` variable is getting replaced with `NEW_NAME`.",
            "Drop `OLD_NAME` in favour of `NEW_NAME`.",
            "`OLD_NAME` was removed in favor of `NEW_NAME`.",
            "Replace the `OAR_COUNT` by the shared setting `CREW_COUNT`",
        ],
        passes: &["Replace the old parser with a new one."],
        ..RULE
    },
    Rule {
        name: "replaces",
        makes: Makes::Renamed,
        confidence: Confidence::High,
        place: Place::ALL,
        triggers: &["replaces", "supersedes"],
        pattern: r"(?P<new>{N})(?P<noun>{noun}) (?:now )?(?:replaces|supersedes)(?: the)?(?: old| deprecated| former| previous)*(?: \w+)? (?P<old>{L})(?P<noun2>{noun})",
        unless: LATER,
        finds: &["`NEW_NAME` replaces `OLD_NAME` and `OTHER_NAME`."],
        passes: &["`NEW_NAME` replaces the need for two of them."],
        ..RULE
    },
    Rule {
        name: "use-instead",
        advises: true,
        makes: Makes::Renamed,
        confidence: Confidence::Medium,
        place: Place::ALL,
        triggers: &["instead", "in place of"],
        pattern: r"\buse(?: the)?(?: new)?(?: \w+){0,2}? (?P<new>{N}(?: ?/ ?{N})?)(?P<noun>{noun}) (?:instead|in place) of(?: the)?(?: old| legacy| former)?(?: \w+)? ?(?P<old>{L})|\b(?:now|reads?|read|taken|uses?) [^.`]{0,60}(?:from|via|in|through|with|using|by) (?:the )?(?P<new5>{E})(?P<noun6>{noun})(?: \([^()]{1,30}\))?,? (?:instead of|rather than)(?: the)?(?: [\w-]+){0,3}? (?P<old5>{E})|\binstead of(?: the)?(?: old)?(?: \w+)? (?P<old2>{N})(?P<noun2>{noun}),? (?:please )?(?:use|set)(?: the)?(?: new)?(?: \w+)? (?P<new2>{N})|(?P<old3>{N})(?P<noun3>{noun}) (?:has|have|was|were|is|are)(?: now)?(?: been)? (?:removed|dropped|no longer supported)[,;:. ]+(?:please )?(?:use|set)(?: the)?(?: new)?(?: \w+)? (?P<new3>{N})(?P<noun4>{noun})? instead|\bif you(?:'re| are| were| have been| have| had)? (?:currently |previously )?(?:us(?:ed?|ing)|set|rel(?:y|ied) on)(?: the)? (?P<old4>{E})(?P<noun5>{noun})[^.`]{0,30}, (?:please )?(?:use|set|switch to)(?: the)?(?: new)? (?P<new4>{E})[^.`]{0,20} instead\b",
        unless: r"\b(?:will be|to be|can be|could be|may be|might be|planned|future|soon)\b[^.]{0,30}(?:remov|renam|drop|delet|deprecat|replac)|\binternal",
        finds: &[
            "If you were using `OLD_NAME`, use `NEW_NAME` instead.",
            "Use `NEW_NAME` instead of `OLD_NAME`.",
            "Use `NEW_NAME` in place of `OLD_NAME`.",
            "Use `NEW_NAME` instead of the legacy options `OLD_NAME` and `OLDER_NAME`.",
            "It now reads the bell from `NEW_NAME` instead of the oddly-named `OLD_NAME`.",
            "Bells are now rung by `NEW_NAME` (default 0) instead of `OLD_NAME`.",
            "Use the setting `mast`/`SHIP_MAST` instead of `mast.on`/`SHIP_MAST_ON`.",
            "`OLD_NAME` was removed, use `NEW_NAME` instead.",
        ],
        passes: &[
            "Use a file instead of `STDIN_INPUT` only if you can.",
            "Internal types use `new_scope` instead of `old_scope`.",
        ],
        ..RULE
    },
    Rule {
        name: "arrow",
        makes: Makes::Renamed,
        confidence: Confidence::High,
        place: Place {
            outside: Topics::FOREIGN.and(Topics::FUTURE).and(Topics::INTERNAL).and(Topics::FIXED),
            ..Place::ALL
        },
        triggers: &["→", "->", "=>", "⇒", "⟶", "➜", "➡"],
        pattern: r"(?P<old>{N}) ?(?:→|->|=>|⇒|⟶|➜|➡️?) ?(?:use )?(?P<new>{N}(?: ?\+ ?{N})?)",
        unless: "",
        finds: &["`OLD_NAME` → `NEW_NAME`", "OLD_NAME -> NEW_NAME", "OLD_NAME => use NEW_NAME"],
        passes: &["file → `NEW_NAME`"],
        ..RULE
    },
    Rule {
        name: "rename-it",
        makes: Makes::Renamed,
        confidence: Confidence::High,
        place: Place::CHANGES,
        triggers: &[
            "rename",
            "change it",
            "change this",
            "be replaced",
            "be changed",
            "be migrated",
            "changed to",
        ],
        pattern: r"(?P<old>{N})(?P<noun>{noun}),? [^.`]{0,40}?\b(?:rename|change) (?:it|this|that) to(?: the)?(?: new)? (?P<new>{N})|(?P<old2>{E})(?P<noun2>{noun}) (?:should|must|needs? to|has to|have to)(?: now)? be (?:replaced|renamed|changed|migrated|updated|set) (?:by|with|to|as)(?: the)?(?: new)? (?P<new2>{E})(?:[ .,;)]|$)|(?P<old3>{E})(?P<noun3>{noun}) changed to (?P<new3>{E})(?:[ .,;)]|$)",
        unless: r"\b(?:will|future|soon|planned)\b|\bdefault",
        finds: &[
            "If you use `OLD_NAME`, rename it to `NEW_NAME`.",
            "`OLD_NAME` should be replaced by `NEW_NAME`.",
            "env `OLD_NAME` changed to `NEW_NAME`",
        ],
        passes: &["If you use `OLD_NAME`, rename it."],
        ..RULE
    },
    Rule {
        name: "merged-or-split",
        subject: true,
        makes: Makes::Renamed,
        confidence: Confidence::High,
        place: Place::ALL,
        triggers: &["merged", "combined", "unified", "consolidated", "split"],
        pattern: r"(?P<old>{L})(?P<noun>{noun}) (?:has|have|was|were|are|is)(?: all| both| now)*(?: been)?(?: all| both)? (?:merged|combined|unified|consolidated) (?:in)?to(?: the| a| one| single| new)*(?: \w+)? (?P<new>{N})|(?P<old2>{N})(?P<noun2>{noun}) (?:has|was|is)(?: now)?(?: been)? split(?: up)? (?:in)?to(?: the| two| three| new| separate)*(?: \w+)? (?P<new2>{L})|\bsplit(?:s|ting)?(?: the)?(?: environment variable| env var| variable| setting| option)? (?P<old3>{N})(?P<noun3>{noun})(?: up)? in(?:to)?(?: the| two| three| new| separate)*(?: \w+)? (?P<new3>{L})",
        unless: LATER,
        finds: &[
            "`ONE_OAR`, `TWO_OARS` and `SIX_OARS` were merged into `ALL_OARS`.",
            "`OAR_SIDES` has been split into `OAR_PORT` and `OAR_STARBOARD`.",
            "Split the variable `OAR_SIDES` in `OAR_PORT` and `OAR_STARBOARD`",
        ],
        passes: &["`OAR_SIDES` has been split into two files."],
        ..RULE
    },
    Rule {
        name: "formerly",
        makes: Makes::Renamed,
        confidence: Confidence::High,
        place: Place::ALL,
        triggers: &[
            "formerly",
            "previously",
            "was called",
            "used to be",
            "(was",
            "(renamed",
            "(old",
            "(now",
            "(instead",
            "(replaces",
            "(becomes",
            "(ex",
            "new name",
        ],
        pattern: r"(?P<new>{N})(?P<noun>{noun}) ?\(?,? ?(?:formerly|previously|which was called|which used to be)(?: known as| called| named)? (?P<old>{N})|(?P<new2>{E})(?P<noun2>{noun}) \((?:was|renamed from|old name:?|used to be|instead of|replaces|ex)(?: called| named)? (?P<old2>{E})|(?P<old3>{E})(?P<noun3>{noun}) \((?:now|renamed to|becomes|new name:?)(?: called| named)? (?P<new3>{E})|(?P<old4>{E})(?P<noun4>{noun}) (?:has|have|got|gets)(?: now)?(?: got)? a new name:? (?P<new4>{E})",
        unless: r"\bdefault",
        finds: &[
            "`NEW_NAME` (formerly `OLD_NAME`)",
            "`NEW_NAME` (was `OLD_NAME`)",
            "`OLD_NAME` (now `NEW_NAME`)",
            "`OLD_NAME` has a new name: `NEW_NAME`",
        ],
        passes: &["`NEW_NAME` was formerly slow"],
        ..RULE
    },
];
