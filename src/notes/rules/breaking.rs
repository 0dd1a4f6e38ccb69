//! What breaks an installation: what notes call breaking, and what amounts to it.

use super::super::fact::Confidence;
use super::super::topics::Topics;
use super::{Makes, Place, RULE, Rule, Scope};

/// Words that take back what a sentence says about breaking.
const NOT_BREAKING: &str = r"non-?\s?breaking|\b(?:no|not|without|avoid\w*|prevent\w*|any|zero|never|isn't|aren't|doesn't|don't|didn't|won't|should not|shouldn't|few)\b[^.;:]{0,40}\bbreak|\b(?:add|document|mention|clarif|describ)\w*\b[^.]{0,30}\bbreaking[^.]{0,30}\b(?:note|changelog|docs?|documentation)|\badd\w* (?:a )?notes? (?:for|about|on)\b|\bbefore we (?:start|begin|make|introduce)\b|\bfix\w*\b[^.]{0,30}\bbreaking|handle\w*\b[^.]{0,40}breaking|\b(?:future|upcoming|next|planned|plan to|we will|going to)\b[^.]{0,40}\bbreak|\bbreak\w*[^.]{0,40}\b(?:in (?:a|the|some) (?:future|next|later|upcoming)|may occur|might occur|policy)|\b(?:due to|because of|caused by|in response to|accounts? for|adapt(?:s|ed)? to|follow(?:s|ing)|recover from) (?:an? |the |some |recent |upstream )*breaking|upstream breaking|breaking changes? (?:in|of|from|by|made by|introduced by) (?:the )?(?-i:[A-Z])\w+(?: (?-i:[A-Z])?\w+)? (?:api|library|sdk|package|module|plugin|dependency|framework|upstream)|\brevert\w*\b[^.]{0,30}\bbreaking|\brollback of\b|breaking (?:\w+ )?changes? (?:is|are) not\b|\b(?:there (?:may|might|could) be|can introduce|signals?|covers?|about|regarding|keep|librar(?:y|ies)\b[^.]{0,20}) (?:some |any |a )?(?:\w+ )?breaking|\b(?:in development|preview)\b[^.]{0,40}\bbreaking|breaking changes? (?:is|are) expected before|breaking (?:point|news|down|out|into)|line[- ]?break|word[- ]?break|page[- ]?break|circuit[- ]?break";

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "breaking-section",
        makes: Makes::Declared,
        confidence: Confidence::High,
        place: Place {
            within: Topics::BREAKING,
            outside: Topics::FOREIGN.and(Topics::FUTURE),
            headings: false,
            entries: true,
        },
        scope: Scope::Passage,
        pattern: r"\w{2}",
        unless: r"^\W*(?:\w+: )?(?:todo|tbd|tba)\b|^\W*(?:none|n/?a|nothing|no (?:known )?(?:breaking|incompatible)|there (?:are|were|is) no|not applicable|no changes|-)\b|\bdeprecat|^\W*(?:see|refer to|more (?:details|information)|read|full|thanks)\b.{0,80}$|^\W*for (?:details|more|(?:further |more )?information)\b.{0,160}\b(?:see|refer)|^\W*breaking(?: changes?)?\W*$",
        despite: r"\b(?:has|have|was|were|is|are)(?: now)?(?: been)? (?:removed|dropped|renamed)|\bno longer\b|\bmust\b|{lead}(?:remov|drop|delet)\w+",
        finds: &[
            "Drop the old storage format",
            "The `--fast` flag is gone.",
            "Remove the deprecated store",
        ],
        passes: &[
            "None",
            "No breaking changes in this release.",
            "N/A",
            "Deprecate `OLD_NAME` in favour of `NEW_NAME`.",
            "See the upgrade guide for details.",
            "General: TODO (#12)",
            "The script is deprecated and scheduled for removal.",
            "BREAKING",
        ],
        ..RULE
    },
    Rule {
        name: "breaking-word",
        makes: Makes::Declared,
        confidence: Confidence::High,
        place: Place {
            outside: Topics::FOREIGN.and(Topics::FUTURE).and(Topics::FIXED).and(Topics::INTERNAL),
            ..Place::TEXT
        },
        triggers: &["breaking", "💥", "bc break", "bc-break"],
        pattern: r"\bbreaking\b[- ](?:\w+ ){0,2}?(?:changes?|releases?|updates?|upgrades?|versions?)\b|(?-i:\bBREAKING\b)|\b(?:is|are|potentially|possibly|be) (?:a |an )?(?:potentially |possibly |minor |major )?breaking\b(?: (?:for|in|if|upgrade)|[.,;!)]|$)|^\W*breaking\s?:|\(breaking\)|💥|\bBC[ -]breaks?\b|\bbreaking:? ?(?::\w+:|⚠|❗|🚨|🔥)|(?::(?:warning|boom|rotating_light|exclamation|fire):|⚠\x{FE0F}?|❗|🚨|🔥) ?breaking\b",
        unless: NOT_BREAKING,
        finds: &[
            "Mind that it is a breaking change for wooden ships.",
            "BREAKING: the port moved.",
            "Version 4 introduces several breaking changes.",
            "This is potentially breaking.",
            "BC BREAK: the ropes are counted anew",
            "Rigging: breaking :warning: the ropes are counted anew.",
            "⚠️ breaking the ropes are counted anew",
        ],
        passes: &[
            "This release has no breaking changes.",
            "A non-breaking change to the parser.",
            "Handle the breaking change of a library.",
            "The next version will have breaking changes.",
            "Reverted a breaking change of the rudder.",
            "Breaking changes are not expected.",
            "There may be some breaking changes between minor versions.",
            "Fixes breaking of long lines.",
        ],
        ..RULE
    },
    Rule {
        name: "incompatible",
        makes: Makes::Declared,
        confidence: Confidence::High,
        place: Place::CHANGES,
        triggers: &["compatib"],
        pattern: r"\b(?:not|isn't|aren't) (?:fully )?backwards?[- ]compatible|\bbackwards?[- ]incompatible|\bbreaks? (?:\w+ )?(?:backwards? )?compatib|\bincompatible changes?\b|\bbackwards?[- ]incompatibilit|\bcompatibility is not guaranteed\b|\bnot guarantee (?:\w+ )?compatib|\bis not backwards? compatibility\b",
        unless: r"\b(?:android|ios|browsers?|internet explorer|safari)\b|\bno (?:known )?(?:backwards?|incompatible)|\bfix\w*\b|without|\b(?:not|never|n't) (?:introduce|contain|include|have|bring|make|expect)\w*\b[^.]{0,30}incompatib",
        finds: &[
            "The new index is not backward compatible.",
            "This breaks backwards compatibility with older agents.",
            "Backwards compatibility is not guaranteed for rafts.",
        ],
        passes: &[
            "There are no backwards incompatible changes.",
            "It does not introduce backward incompatible changes.",
            "Fix a bug that breaks compatibility.",
        ],
        ..RULE
    },
    Rule {
        name: "no-longer-works",
        confidence: Confidence::High,
        place: Place::CHANGES,
        triggers: &["no longer"],
        pattern: r"\b(?:is|are) no longer (?:officially )?(?:supported|compatible|published|built|shipped|distributed)\b|\bno longer works?\b|\bit is no longer possible\b",
        unless: r"\b(?:fix\w*|bugs?|previously|upstream|needed|necessary)\b|\b(?:python|node|node\.js|golang|go|php|ruby|java|ubuntu|debian|browsers?|internet explorer|safari|firefox) ?[0-9.]*[^.]{0,40}no longer",
        finds: &[
            "Paper charts are no longer supported",
            "Images for 32-bit systems are no longer published.",
        ],
        passes: &["Python 3.8 is no longer supported.", "It is no longer supported upstream."],
        ..RULE
    },
    Rule {
        name: "no-longer",
        place: Place::CHANGES,
        triggers: &["no longer", "not any more", "anymore"],
        pattern: r"\b(?:no longer|not any ?more|anymore)\b(?: \w+ly)? (?:be |been |being )?(?:support|work|compatib|accept|possible|allow|available|includ|ship|provid|publish|bundl|read|recogni[sz]|honou?r|respect|expos|built|grant|enabled|run|start|listen|creat|generat|maintain|distribut|valid|offer|receiv|mount|inherit|trust|permit|reject|return|pass|have|has|contain|default|fall|part|configur|deploy|install|forward|push|point|expect)|\bports? (?:is|are) no longer open\b|\bcan no longer be (?:modified|changed|edited|overridden|disabled|used|set|configured)|\bwill not (?:work|start|be supported) any ?more",
        unless: r"\b(?:fix\w*|bugs?|issue|crash\w*|errors?|hang|needed|necessary|warn\w*|log(?:s|ged)?|leak|limit|upstream|actively maintained)\b|\bshould no longer\b|\b(?:python|node|node\.js|golang|go|php|ruby|java|ubuntu|debian) ?[0-9.]+[^;]{0,40}no longer|\b(?:verify|check|confirm|make sure|ensure)\b[^.]{0,60}\bno longer|\b(?:eol|end[- ]of[- ]life)\b|\bno longer (?:have|need)\b[^.]{0,30}\bto\b|\bno longer (?:receive|return)s? (?:an? )?(?:error|warning)|deprecated[^.]{0,30}no longer recommended|\b(?:was|were) no longer\b|\b(?:erlang(?:/otp)?|otp) ?[0-9.]*\b",
        finds: &[
            "The old endpoint is no longer supported.",
            "Images for 32-bit systems are no longer published.",
            "The bell no longer accepts plain numbers.",
            "The anchor can no longer be changed at sea.",
            "The pilot's port is no longer open for rafts.",
        ],
        passes: &[
            "Fixed a crash: the page no longer returns an error.",
            "The workaround is no longer needed.",
            "Verify that it no longer receives letters.",
            "After that date the yard reaches EOL and no longer receives updates.",
        ],
        ..RULE
    },
    Rule {
        name: "dropped-support",
        confidence: Confidence::High,
        place: Place::CHANGES,
        triggers: &["support"],
        pattern: r"\b(?:drop(?:s|ped|ping)?|remov(?:e|es|ed|ing|al of)|ceas(?:e|es|ed|ing)|end(?:s|ed|ing)?|discontinu(?:e|es|ed|ing)|withdr[ae]wn?)\b(?: \w+){0,2}?(?: [\w/.-]+){0,3}? support(?: (?:for|of|in|from|on|to|with|via|through|at|by|as|and|entirely|completely)\b| ?[^\w ]| [^\w ]|$)|\bsupport\b (?:for |of )?(?:[^.;]{1,80}?\b)?(?:has been|was|were|is|have been|had to be|is now|got) (?:removed|dropped|discontinued|ended|withdrawn)",
        unless: r"\b(?:will|future|later|next|plan\w*|soon)\b[^.]{0,30}(?:drop|remov)|\b(?:delayed|postponed|deferred|targeted|scheduled|planned|internal|end-to-end|code|without|revert\w*|re-?introduc\w*|restor(?:e|es|ed) support|drag|before the)\b|\b(?:python|node(?:\.?js)?|golang|go|php|ruby|elixir|otp|erlang|typescript|internet explorer|ie ?11|safari|firefox|chrome|edge|browsers?|rust|npm|yarn) ?v?(?:\d|\b)[^;]{0,20}support|support (?:for|of) (?:end[- ]of[- ]life |old(?:er)? |microsoft |the )?(?:versions of )?(?:ubuntu|debian|fedora|centos|rhel|windows|macos|os x|python|node(?:\.?js)?|golang|go|php|ruby|elixir|otp|erlang|typescript|internet explorer|ie ?11|safari|firefox|chrome|edge|browsers?|rust|npm|yarn)\b",
        finds: &[
            "The yard drops support for wooden hulls.",
            "Support for rowing was dropped.",
            "drop support for steering by hand",
            "Yard: new timber, drop raft support",
        ],
        passes: &[
            "Drop support for Python 2.6",
            "A later release will drop this support.",
            "Removed support page of the yard",
            "The removal of raft support has been delayed.",
            "End of support for rafts is targeted for 4.0.",
            "Drop Node 16 support",
            "Drop support for Microsoft Internet Explorer",
            "We drop support for Ubuntu 19.04.",
        ],
        ..RULE
    },
    Rule {
        name: "does-not-start",
        confidence: Confidence::High,
        place: Place::CHANGES,
        triggers: &["start", "boot", "launch", "crash"],
        pattern: r"\b(?:will|now|to|would|can|may)\b[^.;]{0,20}\b(?:fail|refuse|crash)\w* (?:to (?:start|boot|launch)|on start|at start|during start)|\bnow (?:fails?|refuses?|prevents?|crash\w*)\b[^.;]{0,40}\bstart|\b(?:refuses?|fails?) to (?:start|boot)\b|\bprevents? (?:the )?(?:startup|start|launch|boot|app\w*|server|container)\b|\b(?:won't|will not|cannot|can't|does not|doesn't|not be able to) (?:start|boot)\b|\bpreventing? [^.;]{1,40} from starting|\bprevent [^.;]{1,40} from starting",
        unless: r"\b(?:fix\w*|bug|hotfix|resolv\w*|regression|previously|no longer (?:fail|crash|prevent)\w*|(?:doesn't|does not) start with\b|instead of (?:fail|crash)\w*|some users|reported|known issue|yanked|popup)\b|^\W*(?:new|add(?:ed|s)?|kill)\b",
        finds: &[
            "The engine will refuse to start without coal.",
            "A lost map now prevents the launch.",
            "The server refuses to start without it.",
            "Duplicates will prevent the server from starting.",
        ],
        passes: &[
            "Fixed: the server fails to start without a network.",
            "No longer fails to start.",
        ],
        ..RULE
    },
    Rule {
        name: "removed-thing",
        place: Place { entries: false, ..Place::CHANGES },
        triggers: &["remov", "delet", "dropped", "drops"],
        pattern: r"\b(?:option|setting|variable|flag|endpoint|apis?|command|default|password|integration|driver|backend|feature|parameter|configuration|format|script|labels?|metrics?|crds?|resources?|fields?|arguments?|mode|objects?|provider|values?|keys?|role|permissions?|token|encryption|backend|protocol|database|records?|history|ability|sections?|blocks?|exporter|sidecar|component|subchart)s?\b[^.;]{0,60}\b(?:has|have|is|was|are|were)(?: all)?(?: now)?(?: been)? (?:removed|deleted|dropped)\b|\b(?:this (?:version|release|change)|we|it)(?: also| have|'ve| had to| now)? (?:removes?|removed|drops?|dropped) (?:the |all |any |our |support )?[^.;]{0,40}\b(?:option|setting|variable|flag|endpoint|api|command|default|password|integration|driver|backend|feature|parameter|configuration|format|label|metric|crd|field|argument|mode|provider|value|key)s?\b|\b(?:changes?|including|includes?|introduces?|are|is|with) the removal of (?:the |all )?\w+",
        unless: r"\b(?:fix\w*|bug|once|can be removed|could be removed|will be removed|to be removed|unused|dead code|duplicate|unnecessary|redundant|internal|example|workaround|warning (?:is|was|has)|documentation|tests?|notice|soft|trash)\b|\b(?:not|never|n't)(?: be| being)? (?:removed|deleted|dropped)\b|\b(?:if|when|whenever|while|unless|after) (?:they|it|an?|the|one|these|those|you)\b[^.;]{0,60}\b(?:is|are|was|were|has been|have been) (?:removed|deleted|dropped)\b|\x22[^\x22]*(?:deleted|removed)",
        finds: &[
            "The `galley` option was dropped in this voyage.",
            "It also drops the default password of the captain.",
            "Among the changes is the removal of all spare oars.",
        ],
        passes: &[
            "The unused option was removed.",
            "The key will not be deleted with its ship.",
            "It keeps the labels when a ship is removed.",
            "The label can be removed later.",
            "The field will be removed in 4.0.",
        ],
        ..RULE
    },
    Rule {
        name: "action-required",
        place: Place {
            outside: Topics::FOREIGN.and(Topics::FUTURE),
            headings: true,
            ..Place::TEXT
        },
        triggers: &["action", "intervention"],
        pattern: r"\b(?:manual |user |immediate )?(?:action|intervention)s? (?:is |are |may be )?(?:required|needed|necessary)\b|\brequires? (?:a )?manual (?:action|intervention|steps?|migration|changes?)|\brequired actions?\b",
        unless: r"\b(?:no|not|without|any)\b[^.]{0,40}(?:action|intervention|required)|\bif\b[^.]{0,40}\bonly\b",
        finds: &["Action required", "This upgrade requires manual intervention."],
        passes: &["No action is required.", "No manual intervention needed."],
        ..RULE
    },
    Rule {
        name: "removed-deprecated",
        confidence: Confidence::High,
        place: Place::CHANGES,
        triggers: &["deprecated"],
        pattern: r"(?:^|[:\]] )\W{0,3}(?:remove[ds]?|drop(?:s|ped)?|delete[ds]?|removal of) (?:the |all |support for |some |long[- ]|old |previously )*deprecated (?:(?:[\w/`-]+|[\x01\x03][0-9]+\x02) ){0,4}?(?:endpoints?|apis?|options?|flags?|settings?|config\w*|features?|integration\w*|support|parameters?|metrics?|commands?|crds?|variables?|values?|protocols?|drivers?|backends?|providers?|keys?|propert(?:y|ies)|fields?|args?|arguments?|mode|format|[\x01\x03][0-9]+\x02)\b",
        unless: r"\b(?:warnings?|code|calls?|usages?|dependenc\w+|functions?|methods?|imports?|syntax|actions?|workflows?|types?|class\w*|packages?|librar\w+|components?|css|icons?|tests?)\b",
        finds: &["Remove deprecated integration features", "Dropped the deprecated v1 endpoints"],
        passes: &["Remove deprecated calls", "Remove deprecated warnings"],
        ..RULE
    },
    Rule {
        name: "unnamed-setting",
        confidence: Confidence::High,
        place: Place {
            outside: Topics::FOREIGN
                .and(Topics::FUTURE)
                .and(Topics::INTERNAL)
                .and(Topics::KNOWN_ISSUES),
            ..Place::TEXT
        },
        triggers: &["remov", "drop", "delet", "renam"],
        pattern: r"(?:^|[^\w ] ?|\b(?:we|and|also|also) )(?:remov(?:e[sd]?|ing)|drop(?:s|ped)?|delete[sd]?|renam(?:e[sd]?|ing))(?: [a-z0-9-]+| [\x01\x03][0-9]+\x02){0,4}? (?:env(?:ironment)? (?:variables?|vars?)|config(?:uration)? (?:options?|keys?|values?|parameters?|settings?)|helm values?|command[- ]line (?:flags|options|arguments))\b",
        unless: r"\b(?:from|in|of) (?:the )?(?:docs?|documentation|titles?|readme|tests?|examples?|template|log)|\b(?:unused|duplicate|unneeded|unnecessary|quotes|internal|support|read|allow|fix\w*|tests?|examples?|file)\b|\b(?:will|can|may|could) be|^\W*to (?:revert|restore|go back|return|keep|disable|enable)\b|\byou can\b|\bby simply\b",
        finds: &[
            "remove unloved env variables of the anchor",
            "refactor: rename the environment variable of the foghorn",
        ],
        passes: &[
            "Remove unused env variables",
            "Remove environment variables from the docs",
            "To restore the old bell, remove the environment variable of the foghorn.",
        ],
        ..RULE
    },
];
