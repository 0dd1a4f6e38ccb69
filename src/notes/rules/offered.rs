//! Variables and values that are new and need not be set.
//!
//! What is new is told in many ways: it is added, something can be chosen with it, it takes the
//! place of something else, it brings an old behaviour back. None of them asks anybody to act, so
//! a rule here gives way to any that says more of the same name (`settle`).

use super::super::fact::Confidence;
use super::super::topics::Topics;
use super::{Makes, Place, RULE, Rule};

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "new-setting",
        makes: Makes::Added,
        confidence: Confidence::High,
        place: Place {
            outside: Topics::FOREIGN
                .and(Topics::FUTURE)
                .and(Topics::INTERNAL)
                .and(Topics::REMOVED)
                .and(Topics::DEPRECATED),
            ..Place::ALL
        },
        triggers: &["new", "add", "introduc", "support", "expose", "implement", "provide"],
        pattern: r"\b(?:new|add(?:s|ed|ing)?|introduc(?:e|es|ed|ing))(?: (?:a|an|the|new|config(?:uration)?|settings?|options?)){0,4} {K} \((?P<names3>{E})\)(?P<noun3>{noun})|\b(?:new|add(?:s|ed|ing)?|introduc(?:e|es|ed|ing)|support(?:s|ed)?(?: for)?|expos(?:e|es|ed)|provides?|implement(?:s|ed)?)(?: (?:a|an|the|optional|support for|experimental|config(?:uration)?|environment|env|var|vars|variables?|settings?|options?|flags?|parameters?|values?|keys?|new|of|and|also|two|three|chart|helm|global|cli|feature|gates?)){0,6}[,:]? (?P<names>{L})(?P<noun>{noun})|\b(?:new|add(?:s|ed|ing)?|introduc(?:e|es|ed|ing))\b[^.`(]{1,90}(?P<noun2>{noun}) \((?:{K}(?: [\w.]+){0,3} (?:or|and) )?(?:(?:env(?:ironment)?|variable|setting|option) ){0,2}(?P<names2>{E})[^()]{0,30}\)|\bnew (?:\w+ ){1,2}?(?:settings?|options?|variables?|parameters?|env vars?) (?P<names4>{L})|\b(?:new|add(?:s|ed|ing)?|introduc(?:e|es|ed|ing))(?: \w+)? (?:environment variables?|env vars?|settings?|options?) (?:to|for|that|which) [^.`:]{1,60}: (?P<names5>{L})",
        unless: r"\bfix\w*:? |\b(?:must|required|mandatory)\b|\bback\b|\bcapabilit|\bto (?:\w+ ){0,2}(?:scripts?|notifications?|hooks?|builds?) |add(?:s|ed)? (?:[^`]{0,20})`[^`]+` to (?:the )?(?:log|doc|readme|test|example|response|list|your|their|environment)|\breplac|\badd(?:s|ed)? (?:the )?[\x01\x03][0-9]+\x02 to (?:cron|docker|compose|the|readme|docs?|documentation|example|template)\b",
        finds: &[
            "Add `bellTone` (`BELL_TONE`) option to choose `low` or `high`",
            "We've added two new environment variables: `ROPE_LEFT` and `ROPE_RIGHT`",
            "Introduced environment variables to limit ropes: `ROPE_LEFT`, `ROPE_RIGHT`",
            "Add `NEW_THREADS` and `NEW_SIZE` variables",
            "New environment variable `NEW_SIZE`",
            "A new environment variable, `NEW_SIZE`, chooses the cloth.",
            "Added the `NEW_SIZE` option",
            "Provide `NEW_SIZE` envvar to choose the cloth",
            "Added a bell setting (`bellTone` in config.json or `BELL_TONE`) to choose its tone",
            "Add `bellTone` (`BELL_TONE`) config option",
            "Support for new harbour setting `HARBOUR_DEPTH`",
        ],
        passes: &["Users must add `NEW_SIZE` to the environment.", "fix: add `NEW_SIZE`"],
        ..RULE
    },
    Rule {
        name: "configurable-via",
        makes: Makes::Added,
        confidence: Confidence::High,
        place: Place {
            outside: Topics::FOREIGN.and(Topics::FUTURE).and(Topics::INTERNAL),
            ..Place::ALL
        },
        triggers: &["via", "with", "using", "through", "behind", "by setting"],
        pattern: r"\b(?:allow\w*|customi[sz]\w*|configur\w*|control\w*|disabl\w*|enabl\w*|overrid\w*|set|chos(?:e|en)|choos\w*|select\w*|defin\w*|limit\w*|restrict\w*|tun\w*|toggl\w*|chang\w*|adjust\w*|opt[- ](?:in|out)|turn(?:ed)? (?:on|off)|specif\w*|declar\w*|possible|possibility|option|optional|support|(?:was|were|been) added)\b(?:[^.`]{0,60}{K})?[^.`]{0,90}\b(?:via|with|using|through|behind|by setting|by using|thanks to)(?: the| a| an)?(?: new)?(?: runtime| cli| command[- ]line| optional)?(?: environment| env| config(?:uration)?)?(?: variables?| vars?| option| setting| flag| value| parameter)? \(?(?P<names>{L})(?P<noun>{noun})(?:,? \(?(?:or|and)(?: via| with| using)?(?: the)?(?: environment variable| env var(?:iable)?| env)?:? (?P<names2>{E})(?P<noun2>{noun}))?",
        unless: r"\bfix\w*|\b(?:must|required|mandatory|no longer|instead of|deprecat\w*|previously|remov\w*|already|(?:can|could|may) still|still (?:be|used?|set|possible|allow\w*|work\w*|support\w*|overrid\w*|control\w*))\b|\x02\]?\)?(?: \w+)? (?:errors?|exceptions?|status|responses?)\b",
        finds: &[
            "Allow choosing the flag through the `FLAG_NAME` variable",
            "Allow setting of `maxLength` via `MAX_LENGTH` environment variable",
            "It can be disabled with `NEW_SWITCH=false`.",
            "Enable the lamp via the ENV `NEW_LAMP=1`",
            "Support for setting the tone via environment variable (`NEW_TONE`)",
            "A second bell was added with `SECOND_BELL`.",
            "The bell can be chosen via `--bell` CLI flag or `BELL_TONE` environment variable",
            "You can enable a bell via the new runtime flag `--bell` (or env `BELL_TONE`).",
        ],
        passes: &[
            "Fix the build with `NEW_SWITCH`",
            "The key must be set via `SECRET_KEY`.",
            "It can still be disabled with `OLD_SWITCH`.",
            "A change above the limit answers with an `ILLEGAL_CHANGE` error",
        ],
        ..RULE
    },
    Rule {
        name: "can-now-set",
        makes: Makes::Added,
        confidence: Confidence::Medium,
        place: Place {
            outside: Topics::FOREIGN.and(Topics::FUTURE).and(Topics::INTERNAL),
            ..Place::ALL
        },
        triggers: &[
            "can now",
            "configurable",
            "allow",
            "option",
            "expose",
            "as a",
            "from env",
            "from the env",
        ],
        pattern: r"\bcan now (?:also |be )*(?:set|use|pass|define|configure)(?: the)?(?: new)?(?: environment variables?| env vars?| variables?)? (?P<names>{E}(?:(?:, | and |, and ){E})*)(?P<noun>{noun})|\b(?:configurable|allow\w*|options?|make)\b[^.`(]{1,90} \((?:via |with |using |through |by |see )?(?:the )?(?P<names2>{E}(?:(?:, | and | / ?){E})*)(?P<noun2>{noun})\)|\b(?:expos(?:e|es|ed|ing)|introduc\w+|available|configurable)\b[^.`(]{1,90}\bas (?:a |an )?(?:new )?(?:(?:environment|env|config\w*) )?(?:variables?|vars?|settings?|options?|parameters?):? \(?(?P<names3>{E}(?:(?:, | and | / ?){E})*)|\b(?:read|take|load|get)s?(?: the)? (?P<names4>{E}(?:(?:, | and |, and ){E})*)(?P<noun4>{noun}) from (?:the )?env(?:ironment)?\b",
        unless: r"\b(?:fix\w*|must|(?:is|are|now|be|becomes) required|mandatory|no longer|instead of|deprecat\w*|remov\w*|default)\b|[\x01\x03][0-9]+\x02(?: \w+)? can now",
        finds: &[
            "You can now set `NEW_SIZE` to choose the cloth.",
            "Make the cloth configurable (`NEW_SIZE`)",
            "Exposed the size of the cloth as an environment variable (`NEW_SIZE`)",
            "Read `NEW_SIZE` from env vars",
        ],
        passes: &[
            "You can now set sail.",
            "Fix the option (`NEW_SIZE`)",
            "Read the size from the environment",
            "`OLD_SIZE` can now also use `OLD_UNIT`.",
        ],
        ..RULE
    },
    Rule {
        name: "named-as-new",
        makes: Makes::Added,
        confidence: Confidence::Medium,
        place: Place { within: Topics::ADDED, outside: Place::CHANGES.outside, ..Place::TEXT },
        triggers: &[
            "env",
            "can be",
            "available",
            "control",
            "allow",
            "lets",
            "choose",
            "define",
            "limit",
            "enable",
            "disable",
            "use ",
            "using",
            "via",
            "with",
            "through",
            "by ",
        ],
        pattern: r"^\W*(?:new )?(?:environment|env)(?: variables?| vars?)?:? (?P<names>{E}(?:(?:, | and |, and ){E})*)\W*$|^\W*(?:feat\w*(?:\([^)]*\))?: )?(?:an? |the )?(?:new |optional )*(?:(?:environment variable|env var|option|setting) )?(?P<names2>{E})(?P<noun2>{noun}) (?:can (?:now )?be (?:set|used)|is (?:now )?available|controls|allows|lets|chooses|defines|limits|specifies|enables|disables|determines)\b|^\W*(?:feat\w*(?:\([^)]*\))?: )?(?P<names3>{E})(?P<noun3> (?:env(?:ironment)? var(?:iable)?s?|env|option|setting)) (?:for|to|that|which)\b|^\W*use (?:the )?(?:new )?(?P<names4>{E})(?P<noun4>{noun}) (?:to|for)\b|\b(?:using|via|with|through) (?:the )?(?P<names5>{E}(?:(?:, | and |, and ){E})*)(?P<noun5>{noun})(?: respectively)? ?(?:$|[(\[.,;])|\bby (?:setting|passing|adding|using|defining|editing) (?:the )?(?P<names6>{E}(?:(?:, | and |, and ){E})*)(?P<noun6>{noun})",
        unless: r"\b(?:fix\w*|must|no longer|deprecat\w*|remov\w*|instead|previously|required)\b",
        finds: &[
            "`BELL_TONE` can be set to `low` to spare the crew",
            "A `BELL_TONE` option is available",
            "feat(bell): BELL_TONE env var for the night",
            "Use the `BELL_TONE` environment variable to choose one",
            "Environment variable `BELL_TONE`.",
            "ENV: `BELL_TONE` and `BELL_SIZE`",
            "Silence bells at night by setting `BELL_NIGHT=true` in `bell.env`.",
            "Tones and sizes for bells using `BELL_TONE` and `BELL_SIZE` respectively (#12)",
        ],
        passes: &["Environment variable `BELL_TONE` was removed."],
        ..RULE
    },
    Rule {
        name: "set-to-restore",
        makes: Makes::Added,
        confidence: Confidence::Medium,
        place: Place::CHANGES,
        triggers: &["set", "raise", "increase", "lower", "reduce"],
        pattern: r"\bto (?:\(?re-?\)?-?)?(?:enable|disable|restore|keep|retain|preserve|revert|opt|turn|go back|get back|continue|allow|change|customi[sz]e|override)\b[^.`]{0,90}\bset(?: the)?(?: environment variable| env var| option| value)? (?P<names>{L})(?P<noun>{noun})|\b(?:set|raise|increase|lower|reduce)(?: the)?(?: environment variable| env var| option| value)? (?P<names2>{E})(?P<noun2>{noun})(?: to [^ ]+)? to (?:(?:re-?)?enable|disable|restore|keep|retain|preserve|revert|opt)|\b(?:raise|increase|lower|reduce)(?: the)? (?P<names3>{E}) if you (?:need|want|rely|prefer)",
        unless: r"\b(?:must|required|fix\w*)\b",
        finds: &[
            "To restore the second watch, set `WATCH_TWICE=true`.",
            "Set `CHECK_TWICE=false` to keep the old behaviour.",
            "The bell rings at once, set the env var BELL_LATE to revert to the old way.",
            "Raise `MOST_KNOTS` to restore the previous behaviour.",
            "Raise `MOST_KNOTS` if you need more of them.",
            "The lamp is dark from now on (set `LAMP_LIT` to True to enable it)",
        ],
        passes: &["You must set `CHECK_TWICE`."],
        ..RULE
    },
    Rule {
        name: "use-this-instead",
        makes: Makes::Added,
        confidence: Confidence::Medium,
        place: Place::TEXT,
        triggers: &["instead"],
        pattern: r"(?:\b(?:should|please|must|can|and|now|,) |^\W*)(?:use|set|switch to)(?: the)?(?: new)?(?: \w+){0,2}? (?:{K} ?[(/] ?)?(?P<names>{E}(?:(?:, | and |, and ){E})*)\)?(?P<noun>{noun})? instead\b(?: to (?:specify|set|configure|control|choose|define)|[^ ]|$)",
        unless: r"\b(?:fix\w*|removed|dropped|no longer|replaced|renamed)\b",
        finds: &[
            "You should use `NEW_USER` and `NEW_PASSWORD` instead.",
            "Use `--crew` (`NEW_USER`) instead to specify the crew.",
        ],
        passes: &[
            "You should use `NEW_USER` instead of `OLD_USER`.",
            "`OLD_USER` was removed, please use `NEW_USER` instead.",
        ],
        ..RULE
    },
    Rule {
        name: "in-favour-of",
        makes: Makes::Added,
        confidence: Confidence::High,
        place: Place::ALL,
        triggers: &["favor", "favour"],
        pattern: r"\bin favou?r of(?: the| a| an)?(?: new| single| more general| generic)*(?: \w+)?(?: {K})? (?P<names>{L})",
        unless: r"\bfix\w*: ",
        finds: &[
            "All knots were dropped in favour of the `KNOT_STYLE` setting.",
            "Deprecate `SAIL_SIZE` in favour of `SAIL_AREA`.",
        ],
        passes: &["In favour of simplicity we dropped it."],
        ..RULE
    },
];
