//! What works differently, and what must be done for it to work.
//!
//! Another default, another place, another user, a check that did not exist: nobody calls these
//! breaking, and yet an installation that relied on what was has to follow. Fixes and what is new
//! are left out, and so is what a reader is merely free to do.

use super::super::topics::Topics;
use super::{Place, RULE, Rule};

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "must",
        place: Place::PROSE,
        triggers: &[
            "must",
            "require",
            "mandatory",
            "need",
            "have to",
            "has to",
            "enforce",
            "necessary",
        ],
        pattern: r"\busers? (?:\w+ )?(?:must|will (?:now )?(?:need|have) to|(?:now )?(?:need|have) to) (?:now |first |also |manually |explicitly )*(?:set|update|upgrade|change|migrate|adjust|modify|rename|replace|convert|move|re-?create|run|re-?configure|add|remove|decrypt|provide|use|switch|enable|disable|apply|review|re-?install)\b|\b(?:you|admin\w*|operators?|installations?|deployments?) (?:\w+ )?(?:must|will (?:now )?(?:need|have) to|now (?:need|have) to|(?:need|have) to (?:apply|update|upgrade|change|migrate|set|adjust|modify|rename|replace|convert|move|recreate|manually|run|execute|rebuild|re-?index|regenerate|reconfigure|re-?install|switch|delete|destroy|uninstall|create a back-? ?up))\b|\busers? (?:who|that|of|using|with|on|relying)\b[^.;]{1,60} (?:must|will (?:now )?(?:need|have) to|(?:now )?(?:need|have) to) (?:migrate|update|change|set|move|switch|adjust|rename|replace|re-?create|upgrade|use|add|remove)\b|\bit(?:\x27s| is) (?:now )?necessary to (?:set|include|add|update|delete|change|provide|re-?create|migrate|run)\b|\bmust (?:now )?(?:be (?:set|provided|configured|updated|upgraded|running|migrated|changed|recreated|renamed|specified|defined|present|explicit|replaced|adjusted|converted|moved|enabled|granted|added|on)|explicitly)\b|\b(?:is|are) now (?:required|mandatory|obligatory|enforced)\b|\bnow (?:requires?|mandates?|enforces?|needs? (?:an?|the|at least))\b|\b(?:need|have|has)s? to be (?:manually |re)?-?(?:updated|changed|migrated|adjusted|modified|renamed|replaced|converted|moved|created|configured|installed)\b|\brequires? (?:all |most |some )?(?:users|operators|administrators)\b[^.;]{0,60} to\b|\bwill (?:need|have) to manually\b|\bwill (?:need|have) to be (?:re)?(?:updated|changed|migrated|created|converted|configured)",
        unless: r"^\W*optional\b|\b(?:if you (?:want|wish|would like|prefer|intend|like)|in order to (?:use|enable|try|take advantage)|^\W*to (?:run|start|begin|query)\b[^.]{0,80}, (?:you|users) (?:must|need|have)|\b(?:enabled|configured|set) to (?:start|begin|use|be able)|to (?:use|enable|try|benefit from|take advantage of)\b[^.]{0,80}\b(?:you|users) (?:will )?(?:must|need|have)|to (?:use|enable|try|benefit from|take advantage of) (?:this|the|it|these)|contribut|developers?|pull request|if you need to|let us know|next (?:major |minor )?(?:release|version)|future (?:release|version)|you must not worry|if you (?:see|encounter|have (?:issues|problems|trouble)|get)|building from|to build|source checkout|compiler|(?:may|might) (?:also )?(?:need|have) to|no longer (?:need|have|must)|(?:don't|do not|not|never|longer) (?:need|have|require)|fix\w*|bug|previously|to do so, (?:you|users)|for this to work|now (?:requires?|needs?)[^.;]{0,30}? (?:php|node(?:\.?js)?|python|ruby|java|jdk|erlang(?:/otp)?|go|dotnet) ?v?(?:>=? ?)?[0-9.]+|(?:php|node(?:\.?js)?|python|ruby|java|jdk|erlang(?:/otp)?|go) ?v?[0-9.]+[^.;]{0,20} (?:is|are) now required)\b",
        finds: &[
            "The anchor now needs a chain.",
            "You must set a key before the first start.",
            "An anchor must be provided at launch.",
            "Every cabin will have to be re-created.",
            "The name is now required.",
            "The pilot now requires two lamps.",
            "This requires users of sails to name them.",
            "Crews with rafts will have to manually sign on.",
            "Users who made use of the old lamps will need to migrate to the new ones.",
            "It's necessary to set the password when upgrading.",
            "The mast cannot move, so you need to delete it before you go on.",
        ],
        passes: &[
            "You do not need to act.",
            "If you want to use it, you must enable it first.",
            "Developers must install the new toolchain.",
            "It now requires PHP >= 8.2",
            "For this to work, boarding must be enabled.",
        ],
        ..RULE
    },
    Rule {
        name: "must-follow",
        place: Place {
            within: Topics::CHANGED.and(Topics::BREAKING).and(Topics::REMOVED).and(Topics::UPGRADE),
            outside: Place::CHANGES.outside.and(Topics::ADDED).and(Topics::SECURITY),
            ..Place::CHANGES
        },
        triggers: &["must", "need", "have to", "has to"],
        pattern: r"\b(?:must|needs? to|have to|has to|will have to|will need to) (?:now |then |also |all |manually )*be (?:manually )?(?:updated|changed|migrated|adjusted|adapted|modified|renamed|replaced|converted|moved|re-?created|re-?configured|re-?installed|removed|upgraded|split)\b",
        unless: r"\b(?:fix\w*|bugs?|previously|no longer|automatic\w*|tests?|docs?|documentation|if you (?:want|wish|prefer)|may|might|developers?|functions?|methods?|hooks?|plugins?|imports?|packages?)\b",
        finds: &["Rigs that match the old label must be updated.", "All masts need to be renamed."],
        passes: &["Fixed a bug: masts need to be renamed.", "Plugins must be updated."],
        ..RULE
    },
    Rule {
        name: "default-changed",
        place: Place::CHANGES,
        triggers: &["default"],
        pattern: r"{lead}(?:reduc|lower|decreas)\w* (?:the )?default [^.;]{0,40}\b(?:size|limit|max\w*|timeouts?|retention|quota|age|ttl)\b[^.;]{0,40} (?:to|from) |\bdefaults? (?:value|port|setting|option|config\w*|password|user\w*|behaviou?r|path|director\w+|folder|image|database|storage|namespace|url|policy|strategy|schema|mode|credentials?|timeout|service|listen \w+|bind \w+|address|permissions?|retention|[\x01\x03][0-9]+\x02)s?\b[^.;]{0,100}\b(?:has|have|is|was|are|were)(?: been)?(?: now)? (?:changed|switched|increased|reduced|lowered|removed|flipped|dropped)\b|\bnow defaults? to\b|\bdefault (?:value )?(?:of|for)(?: the)? [\x01\x03][0-9]+\x02[^.;]{0,40} is now\b|\bis now the default\b|\b(?-i:[Cc]hanged?|[Cc]hanges|[Cc]hanging|[Ss]witch(?:ed|es)?|[Rr]emoves?|[Rr]emoved) (?:the |our )?defaults?(?: for| of)?(?: the)? (?:\w+ ){0,2}(?:value|port|setting|option|config\w*|password|user|behaviou?r|path|director\w+|image|database|storage|namespace|url|policy|strategy|mode|credentials?|timeout|retention|block size|flags?|[\x01\x03][0-9]+\x02)s?\b|\b(?:from|with|as of|in) this (?:version|release)(?: on(?:wards)?)?,? [^.;]{1,80}\b(?:is|are|will be)(?: now)? [^.;]{1,40}\bby default\b|\bchang(?:e|es|ed) (?:the )?(?:option|setting|variable|parameter|flag|value)(?:'s|’s)? default\b|\bthe default (?:[\w-]+ ){1,4}(?:if|for|when) [^.;]{1,60} is now\b|\b(?:changed?|changes|changing|updates|switch(?:ed|es)?) (?:the )?default (?:(?:[\w/-]+|[\x01\x03][0-9]+\x02) ){1,5}?(?:from\b[^.;]{1,60}\bto\b|to [\x01\x03`])|[\x01\x03][0-9]+\x02(?:'s|’s|s')? default(?: values?)? (?:has |was |is )?(?:been )?(?:now )?(?:changed|switched)\b|\bdefaults? [^.;]{1,80}\bis now\b[^.;]{0,40}\binstead of|\b(?:has been|have been|is now|are now|now) (?:disabled|off|turned off) by default|\b(?:is|are) (?:disabled|off|turned off) by default (?:now|from now on)\b|\b(?:makes?|made|making) (?:the |an? )?[^.;]{3,80} the (?:new )?default(?:[^\w ]|$)",
        unless: r"\b(?:fix\w*|theme|colou?r|icon|font|sort\w*|view|layout|page size|avatar|tab|locale|language|dark mode|zoom|ui|tables?|rows?)\b|\bdefault (?:\w+ )*versions?\b|future|next (?:release|version)|\b(?:to|can|how to|may|you|if you) change (?:the )?default|^\W*(?:new|add)|\ballow\w* (?:to )?(?:\w+ )?chang|\battributes?\b|\x22[^\x22]*default[^\x22]*\x22",
        finds: &[
            "The default port is now 2000 instead of 1000.",
            "We changed the default value of `rig.knots` from `two` to `four`.",
            "`nightLights` is now disabled by default.",
            "The default value of `night.lights` is now false.",
            "Steam is now the default drive!",
            "It also removed the default password of the captain.",
            "This makes the strict reading of flags the default!",
            "`RAFT_AREA`'s default changed to `1`.",
            "This updates the default sailType from `Square` to `Lateen`.",
            "From this version, `sailEnable` is set to `false` by default.",
            "Starting with this release, soundings will be enabled by default.",
            "UPD: Reduce default size of the hold to 5 GB",
            "`rig_families`: Changed option's default to square",
            "The default rig backend if `SAILS` is set is now `lateen`.",
            "Change the default wheel from `old_wheel` to `new_wheel`",
        ],
        passes: &[
            "Fixed the default value of a form.",
            "The default theme has changed.",
            "See how to change the default path.",
            "Two variables allow changing the default user of the mooring.",
            "Change default chart versions to 1.7.1",
            "Changed the default number of rows",
        ],
        ..RULE
    },
    Rule {
        name: "not-compatible",
        place: Place::PROSE,
        triggers: &["compatible"],
        pattern: r"\b(?:is|are) (?:not|no longer) compatible\b|\b(?:is|are) incompatible with\b",
        unless: r"\b(?:fix\w*|bug|plugin|browser|license)\b",
        finds: &[
            "The new keel is not compatible with shallow docks.",
            "The new ropes are incompatible with old cleats.",
        ],
        passes: &["Fixed: the archive is not compatible with old readers."],
        ..RULE
    },
    Rule {
        name: "recreate",
        place: Place::PROSE,
        triggers: &[
            "in place",
            "in-place",
            "recreate",
            "re-create",
            "reinstall",
            "immutable",
            "be updated in",
            "upgrade",
            "replace",
        ],
        pattern: r"\b(?:cannot|can\x27t) be (?:upgraded|updated) in[- ]?place|\b(?:cannot|can\x27t) be updated in an? \w+|\bcauses? an? upgrade (?:issue|failure|error)s?\b|\bcausing upgrades to fail\b|\bchanges? \W?immutable fields?\b|\breplaces? [^.;]{1,60}\b(?:deployment|statefulset|daemonset|replicaset)s?\b [^.;]{0,20}\b(?:with|by) (?:an? )?(?:deployment|statefulset|daemonset)s?\b|\bworkaround (?:below )?to upgrade\b|\b(?:must|have to|need to|needs to|has to|should) be (?:re-?created|deleted and|re-?installed)|\bimmutable\b[^.]{0,80}\b(?:recreat|delet|fail)",
        unless: r"\bfix\w*\b",
        finds: &[
            "Old masts cannot be updated in-place.",
            "The volume has to be recreated.",
            "This will cause an upgrade issue on rafts.",
            "It replaces the galley Deployments with Statefulsets.",
            "Use the workaround below to upgrade from older versions.",
        ],
        passes: &["Fixed: volumes must be recreated after a crash."],
        ..RULE
    },
    Rule {
        name: "moved-thing",
        place: Place { entries: false, ..Place::CHANGES },
        triggers: &["changed", "changes", "moved", "renamed", "replaced", "gone", "disappeared"],
        pattern: r"\b(?:syntax|schema|structure|format|layout|naming|endpoint|callback|urls?|paths?|ports?|api|keys?|labels?|names?)\b[^.;]{0,60}\b(?:has|have|is|are|was|were)(?: been| now)? (?:changed|moved|renamed|replaced|restructured|reworked)\b|\b(?:metrics?|options?|settings?|variables?|flags?|annotations?|parameters?)\b[^.;]{0,40}\b(?:has|have|was|were)(?: been)? renamed\b|\bthe way (?:to|of|how)\b[^.;]{1,60}\b(?:has |have |is |was )?changed\b|\b(?:parameters?|options?|settings?|values?|variables?)\b[^.;]{0,30}\bdisappeared\b|\bchang(?:es?|ed|ing) [^.;]{1,50} from (?:{C}) to (?:{C})\b|\b(?:options?|settings?|variables?|values?|configuration|parameters?|keys?|fields?)\b[^.;]{0,60}\b(?:has|have|was|were)(?: all)?(?: been)? (?:moved|split) (?:to|into|under|from|up)\b|\b(?:api|endpoint|option|setting|flag|integration|command|mode|format)s?\b[^.;]{0,20}\b(?:is|are) (?:now )?gone\b|\b(?:{C}) (?:has been|was|is|is now|had to be) replaced (?:by|with)\b",
        unless: r"\b(?:fix\w*|bug|repository|github|documentation|docs|website|backward|preserved|automatic\w*|transparent\w*|internal|branch|license)\b|\b(?:if|when|in case|even though)\b[^.;]{0,60}\b(?:changed|moved|renamed|replaced)\b|\b(?:database )?schema version",
        finds: &[
            "Redis has been replaced by Valkey.",
            "This changes the log from MariaDB to MySQL.",
            "The way of setting the sails has changed.",
            "Some parameters disappeared in favour of new ones.",
            "The syntax for creating accounts has changed.",
            "The path to the mooring has moved.",
            "All metrics of the engine were renamed.",
            "API v1 is gone.",
            "All settings below `galley` have been moved to two places.",
        ],
        passes: &[
            "The path is changed automatically.",
            "It finds the mooring even if the path has changed.",
            "The documentation's structure has changed.",
        ],
        ..RULE
    },
    Rule {
        name: "changed-thing",
        place: Place {
            within: Topics::CHANGED.and(Topics::BREAKING).and(Topics::REMOVED),
            outside: Place::CHANGES.outside.and(Topics::ADDED),
            ..Place::CHANGES
        },
        triggers: &["moved", "renamed", "replaced", "converted"],
        pattern: r"(?:\b(?:section|block|stanza|options?|settings?|configuration|config|definitions?|values?|fields?|keys?|labels?|annotations?|paths?|ports?|syntax|schema|format|endpoints?|flags?|variables?)|[\x01\x03][0-9]+\x02)\b?[^.;]{0,60}?\b(?:has|have|is|are|was|were)(?: been| now)? (?:moved (?:from|to|under|into|out)|renamed|replaced (?:by|with)|converted (?:from|to|into))\b",
        unless: r"\b(?:fix\w*|bug|repository|github|documentation|docs|website|backward\w*|preserved|automatic\w*|transparent\w*|internal\w*|branch|license|pages?|buttons?|menus?|tabs?|ui|views?|dialogs?|icons?|screens?|sidebar|panels?|widgets?|columns?|translations?|tests?|class\w*|functions?|modules?|packages?|files?)\b|\b(?:will|can|may|could|should) be\b|\b(?:if|when|in case)\b",
        finds: &[
            "The galley section was moved from under deck to the top.",
            "`sailSecret` was replaced with broader ones",
        ],
        passes: &[
            "The settings page was moved to the menu.",
            "The setting will be moved to the top.",
        ],
        ..RULE
    },
    Rule {
        name: "runs-differently",
        place: Place::PROSE,
        triggers: &[
            "now run",
            "runs as",
            "port",
            "from now on",
            "listen",
            "non-root",
            "unprivileged",
            "user id",
            "uid",
        ],
        pattern: r"\b(?:now|no longer) runs? (?:as|with|under|by default as)\b|\bfrom now on\b[^.;]{1,80}\bruns? as (?:an? )?(?:non-?root|unprivileged|user|root|`|\x03)|\bnon-root\W{0,2} user approach\b|\bnow (?:listens?|binds?|exposes?|serves?)(?: \w+){0,3}? (?:on|at|to)\b|\bports?\b[^.;]{0,60}\b(?:changed|moved|switched)\b[^.;]{0,30}\bto\b|\bis now [0-9]{2,5} instead of [0-9]{2,5}\b|\bruns? as (?:an? )?(?:non-?root|unprivileged|rootless|root|user|uid)\b[^.;]{0,30}\b(?:now|by default)\b|\bports? `?[0-9]{2,5}\b[^.;]{0,40}\binstead of\b[^.;]{0,20}\b[0-9]{2,5}\b",
        unless: r"\b(?:fix\w*|bug|optional\w*|can now|may now|if you (?:want|wish)|tests?|ci)\b",
        finds: &[
            "The container now runs as an unprivileged user.",
            "The server now listens on port 8080.",
            "The metrics port has changed from 9000 to 9100.",
            "Run as non-root by default",
            "From now on, both the galley and the pilot run as user 1001.",
            "Port 8080 is used instead of 80.",
        ],
        passes: &["Fixed: it now runs as root.", "The server can now listen on two ports."],
        ..RULE
    },
    Rule {
        name: "now-rejects",
        place: Place::PROSE,
        triggers: &["reject", "refus", "disallow", "forbid", "invalid"],
        pattern: r"\b(?:now|will|may|be)(?: now| be| also)* (?:reject|refus|disallow|forbid)\w*",
        unless: r"\b(?:fix\w*|bug|previously|spam|malicious|attack\w*|upload\w*|merge|pull request|no longer|future|deprecated|plugins?|callback)\b",
        finds: &[
            "The harbour may refuse ships without lights.",
            "Unknown keys will now be rejected.",
        ],
        passes: &[
            "Fixed: the form will be rejected.",
            "It is no longer rejected, as it may be refused.",
        ],
        ..RULE
    },
    Rule {
        name: "renamed-thing",
        place: Place { outside: Place::CHANGES.outside.and(Topics::ADDED), ..Place::CHANGES },
        triggers: &["renam"],
        pattern: r"\brenam(?:e|es|ed|ing)(?: the| all| some)? (?:metrics?|labels?|annotations?|endpoints?|crds?|commands?|images?|ports?)\b|\brenam(?:e|es|ed|ing)(?: the)? [\x01\x03][0-9]+\x02 (?:metrics?|labels?|annotations?|endpoints?|crds?|commands?|images?)\b",
        unless: r"\b(?:fix\w*|internal\w*|tests?|docs?|documentation|ui|menus?|buttons?|dashboards?|columns?|variables?|class\w*|functions?|can|allow\w*|possible|dev|ci|workflows?)\b",
        finds: &["Renamed metric `sail_total` to `sails_total`", "Rename the `sail_total` metric"],
        passes: &["Allow renaming labels", "Rename the labels of the menu"],
        ..RULE
    },
];
