//! What an installation loses, must redo, or finds in another place.
//!
//! Notes seldom call these breaking. They tell that users are logged out, that an index has to be
//! built again, that a path or a port is another one, that a platform gets no more images, that
//! what was accepted is refused. Each rule here knows one such turn of phrase; what stands below
//! `Fixed` or `Added` is no loss, and neither is what only happens under a condition.

use super::super::fact::Confidence;
use super::super::topics::Topics;
use super::{Makes, Place, RULE, Rule, Scope};

/// Prose that tells of no fix and nothing new.
const LOSSES: Place = Place {
    outside: Place::PROSE.outside.and(Topics::ADDED).and(Topics::SECURITY),
    ..Place::PROSE
};

/// Entries of lists as well.
const ENTRIES: Place = Place { entries: true, ..LOSSES };

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "not-any-more",
        makes: Makes::Implied,
        place: ENTRIES,
        triggers: &["any more", "anymore", "any longer", "no more "],
        pattern: r"\bno more (?:[\w-]+ ){0,3}(?:builds?|images?|packages?|support|binaries|releases)\b|\b(?:is|are|be|was|were) not (?:supported|possible|available|allowed|accepted|published|shipped|included|read|used|set|compatible|provided|maintained|built|created|installed|enabled|exposed|bundled)\b[^.;]{0,40}\bany ?(?:more|longer)\b|\bdo(?:es)? not (?:exist|work|accept|support|run|start|include|contain|ship|provide|read|use|allow|create|set|expose)\b[^.;]{0,60}\bany ?(?:more|longer)\b|\b(?:can ?not|can't) be (?:used|set|configured|changed|disabled|run)\b[^.;]{0,40}\bany ?(?:more|longer)\b",
        unless: r"\b(?:fix\w*|bugs?|issue|crash\w*|needed|necessary|upstream|should|ui|page|button)\b",
        finds: &[
            "Rafts below 5.7 are not supported any more.",
            "Rafts below 5.7 are not supported any longer.",
            "The `--fast` flag does not exist anymore.",
            "The default anchor is not set any more.",
            "No more 32-bit builds.",
        ],
        passes: &["Fixed: the page does not work any more.", "It is not needed any more."],
        ..RULE
    },
    Rule {
        name: "logged-out",
        makes: Makes::Implied,
        place: LOSSES,
        triggers: &["logged out", "log in again", "sign in again", "invalid", "revoked", "re-auth"],
        pattern: r"\b(?:all|existing|old|current|active|previous|any|user) (?:\w+ ){0,2}?(?:sessions?|tokens?|cookies?|links?|passwords?|keys?|invitations?)\b[^.;]{0,40}\b(?:will be|are|become|becomes|were|get|have been)(?: all| now)? (?:invalid(?:ated)?|revoked|reset|discarded)\b|\b(?:users?|everyone|everybody|people)\b[^.;]{0,20}\b(?:will be|are|is|get) logged out\b|\b(?:users?|you|everyone)\b[^.;]{0,30}\b(?:must|have to|has to|need to|needs to) (?:log|sign) (?:back )?in again\b|\b(?:must|have to|has to|need to|needs to) re-?authenticate",
        unless: r"\b(?:fix\w*|bugs?|issue|if|when|whenever|after (?:a|an|the) (?:password|logout|delet\w*)|admin can|option|allow\w*|can now)\b",
        finds: &[
            "Existing sessions will be invalidated.",
            "All users will be logged out.",
            "Users need to sign in again.",
        ],
        passes: &[
            "Users are logged out when they change their name.",
            "Fixed: users were logged out.",
        ],
        ..RULE
    },
    Rule {
        name: "do-again",
        makes: Makes::Implied,
        place: LOSSES,
        triggers: &[
            "re-",
            "regenerat",
            "reindex",
            "rebuilt",
            "reissue",
            "rescan",
            "reimport",
            "resync",
        ],
        pattern: r"\b(?:must|have to|has to|need to|needs to|will have to|will need to)(?: all| now)? be re-?(?:generated|issued|indexed|built|imported|scanned|authori[sz]ed|encrypted|synced|paired|registered|deployed)\b|\b(?:a (?:full |complete )?|full |complete )?re-?(?:index(?:ing)?|build|sync|scan|import|encryption|deployment|install(?:ation)?)\b[^.;]{0,30}\b(?:is|are|will be) (?:now )?(?:required|needed|necessary)\b",
        unless: r"\b(?:fix\w*|bugs?|issue|automatic\w*|if you (?:want|wish)|no longer|not|never|only)\b",
        finds: &[
            "All charts have to be regenerated.",
            "A full reindex is required after the upgrade.",
        ],
        passes: &["A reindex is not required.", "The index has to be rebuilt automatically."],
        ..RULE
    },
    Rule {
        name: "changed-place",
        makes: Makes::Implied,
        place: ENTRIES,
        triggers: &["changed", "moved"],
        pattern: r"^\W*(?:\w+: )?moved? (?:[\w-]+ ){1,6}from {K} to {K}|\b(?:config\w* |volume |data |default |listen\w* |mount |health ?check |metrics? |service |container |file |storage )+(?:files?|formats?|paths?|ports?|endpoints?|locations?|names?|urls?|schemas?|structures?|layouts?|director(?:y|ies)|folders?|volumes?|uid|user) (?:has |have |was |were )?(?:been )?(?:changed|moved) (?:from|to)\b|\b(?:class|label|selector|secret|service) names? (?:has |have )?changed\b|\b(?:formats?|paths?|ports?|endpoints?|directory|folder) (?:changed|moved) from\b[^.;]{1,60}\bto\b",
        unless: r"\b(?:fix\w*|bugs?|docs?|documentation|readme|automatic\w*|transparent\w*|internal\w*|tests?|ui|page|dev|development|color|icon|backup file)\b",
        finds: &[
            "The volume path changed from /data to /var/lib/ship.",
            "The config file format changed from INI to YAML.",
            "Config file moved to `/config/ship.yaml`",
            "Moved rope config for the mast from `ropes` to `masts.ropes`",
            "Health check endpoint moved from /health to /healthz",
        ],
        passes: &["The path changed slightly.", "Fixed: the data folder moved to trash."],
        ..RULE
    },
    Rule {
        name: "now-elsewhere",
        makes: Makes::Implied,
        place: LOSSES,
        triggers: &["is now ", "are now ", "instead of"],
        pattern: r"\b(?:stored|saved|written|mounted|kept|located|placed)\b[^.;]{0,20}\b(?:in|at|under|to|below) `?[~.\w]*/[^ ]* instead of\b|\b(?:is|are) now (?:mounted|served|located|placed|kept|expected|read) (?:at|in|on|under|below|from|behind)\b|\b(?:data|configuration|config|files?|logs?|state|database|uploads?|media|assets)\b[^.;]{0,30}\b(?:is|are) now stored (?:at|in|on|under)\b",
        unless: r"\b(?:fix\w*|bugs?|cached?|memory|automatic\w*|transparent\w*|internal\w*|optional\w*|menu|button|settings tab|cdn|columns?|tables?|repo(?:sitory)?)\b",
        finds: &[
            "The page is now served below /ui.",
            "`/data` is now mounted at `/config`.",
            "Cargo is stored in /hold instead of /deck/hold",
        ],
        passes: &["The menu is now located on the left."],
        ..RULE
    },
    Rule {
        name: "stopped-doing",
        makes: Makes::Implied,
        place: ENTRIES,
        triggers: &["discontinu", "stopped", "stop ", "stops", "ceased"],
        pattern: r"\b(?:images?|builds?|packages?|charts?|binar\w+|platforms?|architectures?|support|arm\w*|releases?|versions?)\b[^.;]{0,40}\b(?:is|are|was|were|has been|have been|will be) discontinued\b|\b(?:we|this (?:release|version))(?: have|'ve| has| also)? (?:stopped|stops?|ceased) (?:publishing|building|shipping|supporting|providing|bundling|distributing|releasing|including)\b|\b(?:has|have) stopped (?:publishing|building|shipping|supporting|providing|bundling|distributing)\b|^\W*(?:\w+: )?stop (?:publishing|building|shipping|supporting|bundling|distributing) ",
        unless: r"\b(?:fix\w*|bugs?|nightly|snapshots?|ci|tests?|windows|macos)\b",
        finds: &[
            "ARM32 images are discontinued.",
            "We stopped publishing armv7 images.",
            "The yard has stopped supporting rowing.",
        ],
        passes: &["Stop publishing nightly builds", "We stopped the engine."],
        ..RULE
    },
    Rule {
        name: "dropped-what-is-beside",
        makes: Makes::Implied,
        confidence: Confidence::High,
        place: ENTRIES,
        triggers: &["drop", "remov"],
        pattern: r"\b(?:drop(?:s|ped|ping)?|remov(?:e|es|ed|ing)) (?:the |all )?(?:builds? (?:for|of) |images? (?:for|of) )?(?:(?:unsupported|deprecated|old|older|legacy|obsolete|outdated|32-?bit) (?:architectures?|platforms?)|arm(?:v?[5-8]|32|hf|el)\w*(?:/v?[0-9])?|linux/arm\S*|i[36]86|32-?bit|s390x|ppc64le|riscv\w*)\b|\b(?:{C})(?: v?[0-9][0-9.x]*)?(?:,? (?:and|or) (?:older|earlier|below|v?[0-9][0-9.x]*))? (?:has|have|was|were)(?: been)? (?:dropped|removed)\b|\b(?:(?:has|have) been|was|were) dropped(?:$|[.;,!)])",
        unless: r"\b(?:fix\w*|bugs?|requests?|packets?|messages?|connections?|events?|traces?|spans?|samples?|tables?|columns?|index\w*|when|if|ci|tests?|dev|runner|workflow|requirement|dependency|limits?|ids?|python|node|php|ruby|ubuntu|debian|fedora|windows|macos)\b",
        finds: &[
            "This version drops ARMv7.",
            "PostgreSQL 12 was dropped",
            "Remove unsupported architectures (armhf, i386)",
            "Rafts of all kinds have been dropped.",
        ],
        passes: &[
            "Packets have been dropped.",
            "Remove 32bit limit on amounts",
            "Support for Python 3.7 has been dropped.",
        ],
        ..RULE
    },
    Rule {
        name: "no-direct-way",
        makes: Makes::Implied,
        confidence: Confidence::High,
        place: LOSSES,
        triggers: &["upgrad", "updat"],
        pattern: r"\b(?:rolling |direct |in-?place )?(?:upgrad(?:es?|ing)|updat(?:es?|ing))\b(?:[^.;]|\.[0-9x]){0,60}\b(?:is|are) (?:not|un|no longer)[ -]?(?:supported|possible)\b",
        unless: r"\b(?:fix\w*|bugs?|dependenc\w*|plugins?)\b",
        finds: &[
            "Direct upgrades from 1.x are not possible.",
            "Rolling updates are not supported.",
        ],
        passes: &["Fixed: updating a plugin is not possible."],
        ..RULE
    },
    Rule {
        name: "stricter",
        makes: Makes::Implied,
        place: LOSSES,
        triggers: &[
            "reject", "refused", "disallow", "forbid", "only", "strict", "must be", "tls",
            "disable",
        ],
        pattern: r"\bminimum (?:tls|ssl) version\b[^.;]{0,20}\b(?:is now|raised|increased|changed)\b|\bTLS ?(?:v?1\.[01]|1\.0 and 1\.1)\b[^;]{0,40}\b(?:disabled|removed|dropped|no longer)\b|^\W*(?:[\w-]+: )?disabl(?:e|es|ed|ing) [^.;]{3,60} by default\b|\b(?:is|are) (?:rejected|refused|disallowed|forbidden) (?:now|by default|from now on)\b|\b(?:shorter|longer|older|smaller|larger|without)\b[^.;]{0,40}\b(?:is|are) (?:now )?(?:rejected|refused|disallowed)\b|\b(?:now only|only now) (?:accepts?|works?|supports?|allows?|trusts?|reads?)\b|\bnow accepts? only\b|\b(?:is|are) only (?:trusted|accepted|allowed|read|supported|honou?red)\b[^.;]{0,40}\bnow\b|\bis now strict\b|\bmust (?:now )?be (?:at least |exactly )?[0-9]+ (?:characters|bytes|bits)\b",
        unless: r"\b(?:fix\w*|bugs?|spam|malicious|attack\w*|plugins?|password field|form|tests?|buttons?|animations?|spell ?check|autocomplete|debug|log(?:s|ging)?)\b",
        finds: &[
            "Names shorter than 8 letters are rejected.",
            "The key must be 32 characters long.",
            "The minimum TLS version is now 1.2.",
            "Disable anonymous boarding by default",
            "Flags are only trusted from known ships now.",
        ],
        passes: &["Fixed: the form is rejected now.", "A request is rejected."],
        ..RULE
    },
    Rule {
        name: "secured",
        makes: Makes::Implied,
        place: Place {
            within: Topics::SECURITY.and(Topics::FIXED),
            outside: Topics::FOREIGN
                .and(Topics::FUTURE)
                .and(Topics::INTERNAL)
                .and(Topics::KNOWN_ISSUES),
            ..Place::TEXT
        },
        triggers: &["now only", "default"],
        pattern: r"\b(?:is|are) now only (?:trusted|accepted|honou?red|allowed|used)\b|\bchang(?:e|ed|es) (?:the )?{N}(?:{noun})? default(?: values?)? to\b|\bchang(?:e|ed|es) (?:the )?default(?: values?)? (?:of|for) (?:the )?{N}|\b(?:is|are) now disabled by default\b",
        unless: r"\b(?:tests?|ci|docs?|documentation|ui|buttons?)\b",
        finds: &[
            "The lamp is now only trusted from ships in `[fleet] KNOWN_SHIPS`.",
            "As part of this fix we changed `lamp_check` default value to `strict`.",
        ],
        passes: &["The lamp is now only lit at night.", "Fix the default value of `lamp_check`"],
        ..RULE
    },
    Rule {
        name: "new-part-needed",
        makes: Makes::Implied,
        place: LOSSES,
        triggers: &["required", "needed", "necessary", "separate"],
        pattern: r"\b(?:new|additional|separate|second) (?:\w+ )?(?:containers?|services?|deployments?|volumes?|databases?|components?|dependenc\w+|workers?|process(?:es)?|ports?|secrets?|permissions?)\b[^.;]{0,40}\b(?:is|are) (?:now )?(?:required|needed|necessary)\b|\b(?:is|are) (?:required|needed|necessary|mandatory) (?:from (?:now on|this (?:version|release))|as of (?:this|now)|starting with)\b|\b(?:must|has to|have to|needs to|need to) (?:now )?be (?:run|started|deployed) (?:as|in|separately)\b",
        unless: r"\b(?:fix\w*|bugs?|no|not|if you (?:want|wish)|optional\w*|to build|python|node|php|java|go)\b",
        finds: &[
            "A new container is required for the search.",
            "A rope is required from this version on.",
            "The pilot has to be started as a separate process.",
        ],
        passes: &["No new container is required.", "A new service is required to build it."],
        ..RULE
    },
    Rule {
        name: "removed-item",
        makes: Makes::Implied,
        place: Place { within: Topics::REMOVED, ..ENTRIES },
        scope: Scope::Passage,
        pattern: r"^\W*(?:remov(?:ed?|als?):\s)?(?:the |all |any |old |legacy |deprecated )*(?:support for [^.;]{2,80}|legacy authentication|(?:[\w`/.:{}<>-]+ ){1,4}(?:endpoints?|apis?|commands?|integrations?|backends?|drivers?|providers?|protocols?|authentication|logins?|images?|metrics?|formats?))(?:$| ?[(\[#;]|\.$| in favou?r)",
        unless: r"^\W*(?:(?:remov|drop|delet)\w* |(?:fix|clean|add|updat|bump)\w*)|\b(?:unused|internal\w*|dead|duplicate\w*|redundant|buttons?|pages?|menus?|tests?|docs?|documentation|dependenc\w+|code|ui|icons?|example\w*|python|node(?:js)?|php|ruby|ubuntu|debian|windows|macos|browsers?|unnecessary|warnings?)\b",
        finds: &[
            "`/api/v1/sails` endpoint",
            "Support for rafts",
            "Legacy authentication",
            "Rope login",
            "Removed: get_sails API command.",
        ],
        passes: &["Unused rope code", "The button of the sail page", "Support for Python 3.7"],
        ..RULE
    },
];
