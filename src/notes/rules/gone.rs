//! What lists of changes take away, in the clipped words that such lists are written in.
//!
//! Prose says that `the option has been removed`; a list says `Remove the option`, `Metrics: drop
//! the label` or `Old page removed`. These words stand over housekeeping as often as over losses, so
//! they count only below headings and labels that sort changes, only for things that an
//! installation can rely on, and never beside the words of developers and of pages.

use super::super::topics::Topics;
use super::{Place, RULE, Rule, Scope};

/// Entries that a heading or a label calls changed, removed or breaking.
const SORTED: Place = Place {
    outside: Place::CHANGES.outside.and(Topics::ADDED).and(Topics::SECURITY),
    ..Place::CHANGES
};

/// What developers and readers of pages lose, and what nobody misses.
const NOBODYS: &str = r"\b(?:unused|un-used|dead|duplicated?s?|redundant|unnecessary|unneeded|useless|superfluous|needless|stale|leftovers?|left-over|empty|internal\w*|private|tests?|testing|test-?suite|docs?|documentation|readme\w*|examples?|comments?|typos?|buttons?|pages?|menus?|tabs?|icons?|css|style\w*|translations?|strings?|imports?|code|functions?|methods?|class\w*|packages?|librar\w+|modules?|deps|npm|typings|lint\w*|ci|workflows?|github|makefile|dockerfile|log|logs|logging|warnings?|errors?|exceptions?|messages?|limits?|limitations?|restrictions?|requirements?|needs?|needed|checks?|whitespace|spaces?|margins?|padding|fix\w*|bugs?|not used|go\.mod|hacks?|workarounds?|ui|web ?ui|front-?end|views?|dialogs?|modals?|columns?|rows?|panels?|banners?|badges?|links?|widgets?|sidebars?|dashboards?|benchmarks?|mocks?|snippets?|roadmap|changelog|python|node(?:\.?js)?|php|ruby|golang|go|java|quotes|crash\w*|race|temporary|can|could|could be|may|will be|optionally|indentation|alert rules?|sample|nothing|schema|seeding|interface|delayed|postponed|unreleased|invalid|hidden|eslint|openapi|help|non existing|mixins?|dev|hash|no-?op|broken|non-?(?:existent|existing|functional|functioning|working)|wrong\w*|accidental\w*|mistaken\w*|revert\w*|restor\w+)\b|\b(?:if|when|while|after|whenever) |\b(?:not|n't) work";

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "takes-away",
        place: SORTED,
        scope: Scope::Sentence,
        triggers: &["remov", "drop", "delet"],
        pattern: r"{lead}(?:remov(?:e[sd]?|ing|al of)|drop(?:s|ped|ping)?|delet(?:e[sd]?|ing|ion of)) (?:(?:the|following|all|any|some|our|old|legacy|obsolete|deprecated|previously|long|experimental|unsupported|outdated|built-?in|custom|separate|optional|hard-?coded|automatic|other|now|also|remaining|default|support for) |`[^` ]{1,40}`,? |(?:support for )?{N},? |and )*(?:[\w/.'`-]+ ){0,2}?(?:flags?|options?|settings?|parameters?|arguments?|fields?|propert(?:y|ies)|metrics?|labels?|annotations?|endpoints?|apis?|commands?|subcommands?|crds?|custom resources?|sidecars?|config(?:uration)?s?|env(?:ironment)? (?:variables?|vars?)|permissions?|privileges|capabilit(?:y|ies)|authentication|authenticator|integrations?|backends?|drivers?|exporters?|components?|containers?|deployments?|ports?|protocols?|formats?|passwords?|passcodes?|credentials?|probes?|ability|feature (?:gates?|flags?)|ciphers?|subcharts?|sub-charts?|chart dependency|support)(?:[^\w ]|$| (?:from|in|of|for|as|which|that|on|and|or|to|since|because|with|due|now|provided|entirely|completely|related|configuration|options?|values?)\b| [^\w ])",
        unless: NOBODYS,
        finds: &[
            "Remove the old `/sails` endpoint from the harbour's server.",
            "Discovery: Drop the `sail_yard` label for rafts",
            "General: Galley: remove deprecated cooking metrics and more",
            "Removed the rigging/masts chart dependency",
            "Removed IPC_LOCK privileges since nobody swaps",
            "Remove `/sail` ship slash command (that is, by hand)",
            "Remove the default passcode provided with `pilotPasscode`",
        ],
        passes: &[
            "Remove unused options",
            "Remove the tests of the old endpoint",
            "Removed the settings page",
        ],
        ..RULE
    },
    Rule {
        name: "is-taken-away",
        place: SORTED,
        triggers: &["removed", "renamed", "dropped"],
        pattern: r"\b(?:flags?|options?|settings?|parameters?|arguments?|fields?|metrics?|labels?|annotations?|endpoints?|commands?|crds?|api)(?: {N})? (?:removed|renamed|dropped)(?:$|[.,;(\[#]| (?:to|from|in favou?r|#|\()| [^\w ])|^\W*(?:[^:\s][^:]{0,40}: ){1,2}(?:classic |old |legacy )(?:[\w-]+ ){1,3}removed\b",
        unless: NOBODYS,
        finds: &[
            "Remote signals: Metric `signals_total` renamed to `signals_sent_total`.",
            "Helm: Old wheel removed.",
            "The `--oars` flag removed",
        ],
        passes: &["Fixed the option removed from the list", "Link to the label removed"],
        ..RULE
    },
    Rule {
        name: "renames-thing",
        place: SORTED,
        triggers: &["renam"],
        pattern: r"{lead}renam(?:e[sd]?|ing) (?:(?:the|following|all|any|some|our|old|legacy|obsolete|deprecated|previously|long|experimental|unsupported|outdated|built-?in|custom|separate|optional|hard-?coded|automatic|other|now|also|remaining|default|support for) |`[^` ]{1,40}`,? |(?:support for )?{N},? |and )*(?:[\w/.'`-]+ ){0,2}?(?:flags?|options?|settings?|parameters?|arguments?|fields?|propert(?:y|ies)|metrics?|labels?|annotations?|endpoints?|apis?|commands?|subcommands?|crds?|containers?|config(?:uration)? (?:keys?|options?|values?|sections?|files?|in)|configuration|env(?:ironment)? (?:variables?|vars?)|services?|deployments?|ports?)(?:[^\w ]|$| (?:from|in|of|for|as|on|and|or|to|with)\b| [^\w ])",
        unless: NOBODYS,
        finds: &[
            "Rename the field `sailFallback` to `fallbackSail`",
            "Crow's nest: rename sail_area configuration in the yard section to area",
        ],
        passes: &["Renamed the labels of the menu", "Rename the internal option"],
        ..RULE
    },
    Rule {
        name: "takes-dotted",
        place: Place { outside: Place::CHANGES.outside.and(Topics::ADDED), ..Place::CHANGES },
        triggers: &["remov", "drop", "delet", "renam", "changed"],
        pattern: r"{lead}(?:remov(?:e|es|ed)|drop(?:s|ped)?|delet(?:e|es|ed)|renam(?:e|es|ed)) (?:the |deprecated )?(?:\.Values\.[\w.\[\]*]+|[a-z]\w*(?:\.[a-z]\w*)+(?: and [a-z]\w*(?:\.[a-z]\w*)+)*,?(?: (?:parameters?|options?|values?|settings?|flags?|keys?|fields?|propert(?:y|ies))\b| to [a-z]\w*(?:\.[a-z]\w*)+))|{lead}changed {K} to {K}|{lead}(?:remov(?:e|es|ed)|drop(?:s|ped)?) (?:the |deprecated )?(?:{K}|`--?[a-z][\w.-]*`) \(deprecated|{lead}renam(?:e|es|ed) [a-z]+_[a-z_]+ to [a-z]+_[a-z_]+\b",
        unless: r"\b(?:fix\w*|unused|tests?|docs?|documentation|readme|internal\w*|allow\w*|duplicate\w*)\b",
        finds: &[
            "removed ship.useOwnAnchor parameter",
            "removed .Values.galley.enabled, the galley is always lit now",
            "changed `.Values.rigs.rule` to `.Values.rigs.groups`",
            "Rig: removed `-rig.by-day` (deprecated in 0.4). Use `-rig.interval` instead.",
            "Rename sial_area to sail_area to match",
        ],
        passes: &["removed unused ship.useOwnAnchor parameter", "removed main.go from the docs"],
        ..RULE
    },
    Rule {
        name: "asks-from-now",
        place: Place { within: Topics::CHANGED.and(Topics::BREAKING), ..SORTED },
        triggers: &["requir"],
        pattern: r"{lead}requires? (?:(?:an?|the|explicit|all|users?) ){0,2}(?:[\w-]+ ){0,2}?(?:flags?|headers?|keys?|tokens?|permissions?|authentication|passwords?|options?|settings?|role|privileges)\b",
        unless: NOBODYS,
        finds: &[
            "Require explicit flag `--sail` to hoist them",
            "oars: require admin key for the drum endpoint",
        ],
        passes: &["Require a test for each key", "Ships require keys"],
        ..RULE
    },
    Rule {
        name: "is-now-called",
        place: Place {
            within: Topics::CHANGED.and(Topics::REMOVED).and(Topics::BREAKING),
            ..SORTED
        },
        triggers: &["is now "],
        pattern: r"{lead}{N}(?:{noun})? is now (?:called |named )?{N}(?:[,.;]|$)",
        unless: r"\b(?:fix\w*|default|alias|both)\b",
        finds: &["Rig: `mast.sail.enable` is now `mast.sail.method`, read the documentation."],
        passes: &["`mast.sail.enable` is now `mast.sail.method` by default"],
        ..RULE
    },
    Rule {
        name: "warned",
        place: Place {
            within: Topics::CHANGED.and(Topics::BREAKING),
            outside: Topics::FOREIGN
                .and(Topics::FUTURE)
                .and(Topics::FIXED)
                .and(Topics::INTERNAL)
                .and(Topics::DEPRECATED),
            ..Place::TEXT
        },
        scope: Scope::Passage,
        triggers: &["⚠", ":warning:", "🚨", ":rotating_light:", "❗", ":exclamation:"],
        pattern: r"^\W*(?:⚠|:warning:|🚨|:rotating_light:|❗|:exclamation:)",
        unless: r"\b(?:deprecat\w+|php ?[0-9.]*|node(?:\.?js)? ?[0-9.]*|python ?[0-9.]*|ruby|java|browsers?|beta|experimental|experiment)\b|\b(?:no|not)\b[^.]{0,30}\bbreak",
        finds: &[
            "⚠️ the yard no longer fills in what is left out",
            ":warning: oars: strict rowing",
        ],
        passes: &["⚠️ Requires PHP8.3", "the yard ⚠️", ":warning: deprecate the old oars"],
        ..RULE
    },
    Rule {
        name: "takes-recreation",
        place: Place {
            outside: Topics::FOREIGN
                .and(Topics::FUTURE)
                .and(Topics::FIXED)
                .and(Topics::INTERNAL)
                .and(Topics::ADDED),
            ..Place::TEXT
        },
        triggers: &["requir"],
        pattern: r"\brequir(?:es?|ing) (?:[\w-]+ ){0,6}?(?:recreation|recreating|re-creation|re-creating|downtime|(?:cluster|full|complete) (?:shutdown|restart|stop))\b|\brequires? (?:an? )?(?:updates?|changes?|modifications?|adjustments?) (?:in|of|to|on) (?:the |your |all )?(?:[\w-]+ ){0,3}(?:manifests?|config\w*|deployments?|values|crds?|yaml)\b|\b(?:it |and )?requires? (?:to perform |performing )?(?:an? |additional |new |extra |some )?(?:{K} )?(?:crds?|rbac|clusterrole|role)(?: \w+)? (?:versions? )?(?:updates?|upgrades?|permissions?|changes?)\b|\brequires? (?:an? )?(?:additional|new|extra|more) [^.;]{0,40}\b(?:permissions?|rbac|roles?|privileges|capabilit(?:y|ies)|scopes?)\b|\brequires? (?:the )?{N} (?:permissions?|privileges?|scope|role)\b",
        unless: r"\b(?:fix\w*|bugs?|previously|no longer|not|without|avoid\w*|never|if you (?:want|wish)|optional\w*|to (?:use|enable) (?:this|the|it))\b",
        finds: &[
            "This version holds changes of the mast's labels, which requires Mast recreation.",
            "Upgrading from 3.6 to this release requires a cluster shutdown.",
            "Running as a sailor requires an update in the deployment manifest.",
            "This release requires an additional `masts/lowering` RBAC permission.",
            "It requires the `masts.area.get` permission to work.",
        ],
        passes: &[
            "It no longer requires recreation of the masts.",
            "It does not require a full restart.",
        ],
        ..RULE
    },
];
