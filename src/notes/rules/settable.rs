//! What can be set with a variable or value that is not called new.
//!
//! Lists of changes seldom say that a variable is new: they make something configurable, allow it
//! to be overridden, tell how to bring the old way back, or begin with the name and say what it
//! does. That is as good as calling it new where nothing weightier is said of the same name; what
//! must be set is not offered, and a fix offers nothing.

use super::super::fact::Confidence;
use super::super::topics::Topics;
use super::{Makes, Place, RULE, Rule};

/// Where something can be offered.
const OFFERS: Place = Place {
    outside: Topics::FOREIGN.and(Topics::FUTURE).and(Topics::INTERNAL).and(Topics::FIXED),
    ..Place::ALL
};

/// Where a sentence may tell of what is there without calling it new.
const TELLS: Place = Place {
    outside: OFFERS.outside.and(Topics::REMOVED).and(Topics::DEPRECATED).and(Topics::KNOWN_ISSUES),
    headings: false,
    ..OFFERS
};

/// Words of sentences that offer nothing.
const ASKS: &str = r"\b(?:fix\w*|must|required|mandatory|no longer|instead of|deprecat\w*|previously|remov\w*|still|already|docs?|documentation|tests?)\b";

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "made-configurable",
        makes: Makes::Added,
        confidence: Confidence::Medium,
        place: OFFERS,
        triggers: &["mak", "made", "allow", "ability", "possibility", "support", "permit"],
        pattern: r"\b(?:mak(?:e|es|ing)|made)(?: the)?(?: \w+)? (?P<names>{L})(?P<noun>{noun}) (?:configurable|adjustable|customi[sz]able|tunable|settable|overrid\w+|an? (?:new )?(?:parameter|option|setting|(?:environment )?variable))\b|\b(?:allow|permit)\w* (?:the )?(?P<names2>{L})(?P<noun2>{noun}) to be (?:set|configured|overrid\w+|changed|customi[sz]ed|defined|specified|passed|used)\b|\b(?:allow\w*|permit\w*|ability|possibility|support)(?: (?:the |an? )?(?:users?|you|admins?|for|of))? (?:to )?(?:set|overrid|configur|chang|defin|specify|specifi|customi[sz]|pass|us|provid)(?:e|es|ing|ting)?(?: the| a| an| your| custom| own| different| separate| optional)*(?: value of)? (?P<names3>{L})(?P<noun3>{noun})",
        unless: ASKS,
        finds: &[
            "galley: make STOVE_HEAT configurable",
            "Make STOVE_HEAT a parameter (#12)",
            "cook: allow `STOVE_HEAT` to be configured",
            "allow user to override `STOVE_HEAT` setting",
            "Support setting a different `STOVE_HEAT`",
        ],
        passes: &["Make STOVE_HEAT absolute", "Fix: allow `STOVE_HEAT` to be set"],
        ..RULE
    },
    Rule {
        name: "possible-to-set",
        makes: Makes::Added,
        confidence: Confidence::Medium,
        place: OFFERS,
        triggers: &["possible", "you can ", "can now", "may now", "can ", "able to"],
        pattern: r"\b(?:now (?:also )?possible|possible now|also possible|now able|are able|is able) to (?:set|define|configure|use|pass|specify|add|provide)(?: the| a| an| new| custom)*(?: environment variables?| env vars?| settings?| options?)? (?P<names>{L})(?P<noun>{noun})|\byou (?:can|may) (?:now |also |optionally )*(?:set|use|pass|define|configure|specify|add|provide)(?: the| a| an| new| custom)*(?: environment variables?| env vars?| settings?| options?)? (?P<names2>{E}(?:(?:, | and |, and ){E})*)(?P<noun2>{noun})|\bcan(?: now)?(?: also| optionally)? be (?:set|configured|changed|overrid\w+|adjusted|tuned|toggled|provided|enabled|disabled|specified|controlled|increased|limited|cached|customi[sz]ed)\b[^.`]{0,60} (?:in|by|from|behind|as)(?: setting)?(?: the| a| an)?(?: new)?(?: environment variables?| env vars?| settings?| options?)? (?P<names3>{E}(?:(?:, | and |, and ){E})*)(?P<noun3>{noun})",
        unless: ASKS,
        finds: &[
            "It's now also possible to set a `STOVE_HEAT=low` option",
            "For such cases you can set `STOVE_HEAT` to any number.",
            "The heat can now be set in `STOVE_HEAT`.",
            "Cold meals can now be cached behind `STOVE_COLD`.",
            "It can also be provided for the raft as the `STOVE_HEAT` env var.",
        ],
        passes: &["You can now set sail.", "You can still set `STOVE_HEAT`."],
        ..RULE
    },
    Rule {
        name: "set-by",
        makes: Makes::Added,
        confidence: Confidence::Medium,
        place: OFFERS,
        triggers: &[" by ", "from "],
        pattern: r"\b(?:are|is|be|,) (?:now |also )*(?:set|configured|controlled|determined|governed|limited|overridden|specified|defined|chosen|adjusted|tuned|customi[sz]ed|enabled|disabled|gated) by (?:the |an? )?(?:new )?(?P<noun>(?:environment variables?|env vars?|settings?|options?) )?(?P<names>{E})(?P<noun2>{noun})|\bby default,? (?:now )?(?:controlled|set|governed) by (?:the |an? )?(?P<names4>{E})|\b(?:add\w*|support\w*|ability|possib\w+|option|allow\w*|load\w*|read\w*) [^.`]{0,80}\bfrom (?:the |an? )?(?:new )?(?:environment variables?|env vars?) (?P<names2>{E})|\b(?:add\w*|support\w*|ability|possib\w+|option|allow\w*) [^.`]{0,80}\bfrom (?:the |an? )?(?:new )?(?P<names3>{E}) (?P<noun3>environment variables?|env vars?)",
        unless: ASKS,
        finds: &[
            "Turn the stove off by default controlled by STOVE_LIT=true/false",
            "Meals are limited to two a day, set by the `MEAL_COUNT` environment variable.",
            "Added the ability to read the menu from a `MENU_PATH` environment variable.",
        ],
        passes: &["Meals are limited by the crew.", "The menu must be set by `MENU_PATH`."],
        ..RULE
    },
    Rule {
        name: "was-added",
        subject: true,
        makes: Makes::Added,
        confidence: Confidence::High,
        place: OFFERS,
        triggers: &["added", "introduced", "new", "implemented", "gain"],
        pattern: r"(?P<names>{L})(?P<noun>{noun}) (?:has|have|was|were|is|are)(?: now| newly)*(?: been)? (?:newly )?(?:added|introduced|implemented)(?:$|[.,;:(]| (?:and|to (?:\w+ )?(?:control|configur|set|enabl|disabl|allow|overrid|specif|limit|choos|defin|chang|select|skip|turn|support|prevent|forc|adjust|mak)|which|that|as|for|so)\b)|^\W*(?P<names3>{L})(?P<noun3>{noun}) ?(?:\((?:new|added)\)|(?::|-|–|is|are) (?:an? |the )?new (?:\w+ )?(?:variables?|vars?|settings?|options?|flags?)\b)|\bgain(?:s|ed)?(?: support for)?(?: a| an| the| two| new| optional)* (?P<names2>{L})(?P<noun2>{noun})",
        unless: r"\b(?:fix\w*|must|required|mandatory|no longer|deprecat\w*|remov\w*)\b",
        finds: &[
            "`STOVE_HEAT` was added and is low by default.",
            "The environment variable `STOVE_HEAT` has been introduced to limit fires.",
            "The galley gained a `STOVE_HEAT` variable.",
            "`STOVE_HEAT`, `STOVE_LIT`: new variables for cooks",
            "`STOVE_HEAT` (new): the heat",
        ],
        passes: &["`STOVE_HEAT` was added to the tests."],
        ..RULE
    },
    Rule {
        name: "new-of-its-kind",
        makes: Makes::Added,
        confidence: Confidence::High,
        place: OFFERS,
        triggers: &["new", "add", "introduc", "provid"],
        pattern: r"\b(?:new(?: [\w/-]+){0,4}?|(?:add|introduc|provid|creat)(?:e|es|ed|s|ing)?(?: an?| the| two| three| several| some| more| new| additional| extra| optional| sub| docker| container| server| client| global| custom| dedicated| separate| experimental| advanced| hidden| boolean| start| startup| runtime| system| corresponding| related| configurable){0,4}) (?P<noun>environment ?variables?|env(?:ironment)?[ -]?(?:vars?|variables?)|envs?|variables?|settings?|options?|(?:feature )?flags?|parameters?|config(?:uration)?(?: keys?| values?| options?| params?| parameters?| settings?)?|toggles?|switch(?:es)?)(?:,? (?:named|called|for|like|such as|as|namely|is|are))?[,:;(]* \(?(?P<names>{L}(?:; {N})*)|\b(?:add|introduc)(?:e|es|ed|s|ing)?(?: [\w-]+){1,4} (?P<noun2>environment variables?|env(?:ironment)?[ -]?vars?)[,:;(]* \(?(?P<names2>{L})",
        unless: r"\b(?:fix\w*|must|required|mandatory|deprecat\w*|remov\w*|renam\w*|replac\w*|documentation|docs?|tests?|missing|validat\w*|checks?|examples?)\b",
        finds: &[
            "There is also a new galley feature flag `STOVE_LIT`",
            "galley: add start environment variables STOVE_LIT; STOVE_HEAT",
            "add config parameter for STOVE_HEAT",
            "Added tunable brass stove env vars STOVE_HEAT, STOVE_LIT",
            "Introduce a new config option named `STOVE_HEAT`.",
            "It knows two new env vars / config options, as `STOVE_LIT` and `STOVE_HEAT`.",
        ],
        passes: &[
            "Add documentation for the variable `STOVE_HEAT`",
            "A new stove for `STOVE_HEAT`",
        ],
        ..RULE
    },
    Rule {
        name: "feature-by-name",
        makes: Makes::Added,
        confidence: Confidence::Medium,
        place: OFFERS,
        triggers: &[
            "feat",
            "enhancement",
            "tunable",
            "configurable",
            "adjustable",
            "overrid",
            "respect",
            "honor",
            "honour",
            "now an ",
            "now a ",
        ],
        pattern: r"^\W*(?:[0-9a-f]{6,40}\W+)?(?:feat\w*|enhancement)(?: ?\([^)]*\))?!?:? (?P<names>{E}(?:(?:, | and | & ){E})*)(?P<noun>{noun})(?:$| ?[.(\[;])|^\W*(?:respect|honou?r)s?(?: the)? (?P<names3>{E})(?P<noun3> (?:environment variables?|env(?:ironment)? ?var\w*|env)\b)|\bnow (?:also )?(?:respect|honou?r)s?(?: the)? (?P<names5>{E})(?P<noun5>{noun})|\b(?:is|are) now (?:an? )?(?:environment variables?|env vars?|options?|settings?) \((?P<names4>{E})|\b(?:tunable|configurable|adjustable|overrid(?:d)?able)(?: now)? \((?:via |with |by |using )?(?P<names2>{E}(?:(?:, | and | / ){E})*)",
        unless: ASKS,
        finds: &[
            "feat(galley): `STOVE_HEAT`. See #12",
            "The heat is env-tunable (`STOVE_HEAT`)",
            "The heat is now an environment variable (`STOVE_HEAT`)",
            "Respect STOVE_HEAT env variable",
            "The stove now respects the `STOVE_HEAT` environment variable.",
        ],
        passes: &["feat: `STOVE_HEAT` is read twice", "fix: `STOVE_HEAT`"],
        ..RULE
    },
    Rule {
        name: "set-for-it",
        makes: Makes::Added,
        confidence: Confidence::Medium,
        place: Place {
            outside: OFFERS.outside.and(Topics::KNOWN_ISSUES),
            headings: false,
            ..OFFERS
        },
        triggers: &["to ", "if you", " by "],
        pattern: r"(?:^|[,;(] ?|\band )\W*(?:in order to|to|if you(?:'d| would)? (?:want|wish|like|prefer|need|rather)(?: to)?) (?:\w+ ){0,2}?(?:use|enable|disable|activate|deactivate|configure|choose|show|hide|bypass|skip|prevent|avoid|limit|increase|decrease|address|keep|restore|retain|preserve|revert|opt|turn|have|allow|change|customi[sz]e|override|adjust)\b[^.`]{0,110}?\b(?:set|pass|define|use|add|configure|provide|specify)(?: the| a| an| your| new)*(?: environment variables?| env vars?| settings?| options?)? (?P<names>{E}(?:(?:, | and |, and | or ){E})*)(?P<noun>{noun})|^\W*to \w+ [^.`]{3,110}?, (?:please |you can |just |simply )*(?:set|pass|define|use|add) (?P<names5>{E}(?:(?:, | and |, and | or ){E})*)(?P<noun5>{noun})|^\W*if you(?:'d| would)? (?:want|wish|like|prefer|need|rather|rely)\b[^.`]{3,110}, (?:please |you can |just |simply )*(?:set|pass|define|use|add|configure|provide|specify)(?: the| a| an| your| new)*(?: environment variables?| env vars?| settings?| options?)? (?P<names4>{E}(?:(?:, | and |, and | or ){E})*)(?P<noun4>{noun})|\bset(?: the)? (?P<names2>{E})(?P<noun2>{noun})(?: accordingly| to [^ ]+)? to (?:allow|use|choose|skip|select|configure|change|customi[sz]e|permit|override|limit|increase|control|adjust|hide|show|force|prevent|make)\b|\b(?:disabled?|enabled?|turned off|switched off|avoided|restored|overridden|changed)\b[^.`]{0,60} by (?:setting|passing|adding|using|defining)(?: the| a| an)? (?P<names3>{E}(?:(?:, | and | or ){E})*)(?P<noun3>{noun})",
        unless: r"\b(?:fix\w*|must|required|mandatory|no longer|deprecat\w*|still|migrat\w*|upgrad\w*|renam\w*|replac\w*|instead of|tests?)\b",
        finds: &[
            "To enable this you simply need to define the `STOVE_LIT` option.",
            "In order to use two stoves, pass `STOVE_TWICE=true`.",
            "Stoves are optional now (to enable, set STOVE_LIT env var)",
            "If you want to keep the old heat, pass `STOVE_LOW=false` or the like.",
            "To export the heat, set `STOVE_OUT=true` and `STOVE_LIT=true`.",
            "If you prefer the old heat, set `STOVE_LOW=false` in the galley.",
            "Set `STOVE_HOURS` accordingly to allow later meals.",
            "The stove can be disabled from your file by setting `STOVE_LIT=false`.",
        ],
        passes: &[
            "To upgrade, set `STOVE_LIT`.",
            "You must set `STOVE_LIT` to use it.",
            "To enable it, you must set `STOVE_LIT`.",
        ],
        ..RULE
    },
    Rule {
        name: "does-by-name",
        makes: Makes::Added,
        confidence: Confidence::Medium,
        place: TELLS,
        triggers: &[
            "used", "avail", "control", "allow", "let", "choose", "define", "limit", "able",
            "specif", "set", "toggle", "overrid",
        ],
        pattern: r"^\W*(?:[\w-]+: )?(?:the )?(?:new )?(?:(?:environment variable|env var|env|option|setting) )?(?P<names>{E})(?P<noun>{noun}) (?:can (?:now )?be (?:set|used) (?:to|for)|is now available|controls|allows|lets|chooses|defines|limits|specifies|enables|disables|determines|sets|toggles|configures|restricts|overrides|selects)\b",
        unless: ASKS,
        finds: &[
            "Galley: `STOVE_OUT` disables the stove",
            "Env `STOVE_FIRES` can be used to limit the fires.",
            "`STOVE_FIRES` limits the fires.",
        ],
        passes: &["`STOVE_FIRES` no longer limits the fires.", "The crew limits `STOVE_FIRES`."],
        ..RULE
    },
    Rule {
        name: "one-for-many",
        makes: Makes::Added,
        confidence: Confidence::Medium,
        place: OFFERS,
        triggers: &["replac"],
        pattern: r"\breplac(?:e|es|ed|ing)\b[^.`]{3,80}\b(?:with|by)(?: an?| the)?(?: single| new| one| generic| unified| common)+(?: environment variables?| env vars?| settings?| options?)? (?P<names>{E})(?P<noun>{noun})",
        unless: r"\bfix\w*\b",
        finds: &["Replace the stoves' own paths with a single `STOVE_PATH` variable"],
        passes: &["Replace the stove with a new one"],
        ..RULE
    },
    Rule {
        name: "called-by-name",
        makes: Makes::Added,
        confidence: Confidence::Medium,
        place: TELLS,
        triggers: &["env"],
        pattern: r"\b(?:environment|env)[ -]?(?:variables?|vars?)(?: (?:named|called|for|like|such as))?[,:]? \(?(?P<names>{E}(?:(?:, | and |, and | or |, or ){E})*)|(?P<names2>{E}(?:(?:, | and |, and | or |, or ){E})*) (?P<noun2>(?:environment|env)(?:[ -]?(?:variables?|vars?))?)\b",
        unless: r"\b(?:fix\w*|bugs?|must|required|mandatory|no longer|instead of|deprecat\w*|previous\w*|remov\w*|drop\w*|renam\w*|replac\w*|still|already|docs?|document\w*|readme|tests?|examples?|default\w*|existing|old|if (?:you (?:are|had|have|use|used|set|run|already|don't|do not)|your|the|it|a|an|this)|when|where|unless|because|due to|errors?|warn\w*|crash\w*|logs?|logged|correct\w*|ignor\w*|missing|typo|clean\w*|refactor\w*|mov\w+|chang\w+|update[ds]?|improv\w*|recreat\w*|respects?|honou?rs?)\b|\b(?:from|in) the (?:\w+ ){0,2}\x01",
        despite: r"^\W*(?:define|set|use|add|pass|provide)\b[^.]*\bif you (?:want|wish|would like|prefer)\b",
        finds: &[
            "Provide the `STOVE_HEAT` and `STOVE_SIZE` environment variables to light it.",
            "Galley: env var `STOVE_HEAT` for cooks",
            "If you want two stoves, name them in an environment variable named `STOVE_NAMES`.",
            "Define the `STOVE_OFF=yes` environment variable if you wish to eat cold.",
        ],
        passes: &[
            "If you set the environment variable `STOVE_HEAT`, light it.",
            "The environment variable `STOVE_HEAT` is read twice no longer.",
        ],
        ..RULE
    },
];
