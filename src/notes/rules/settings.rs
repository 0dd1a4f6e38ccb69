//! Environment variables, chart values, configuration keys: gone, renamed, new, required.
//!
//! The same words say it of a variable and of a value, so a rule does not care which it has;
//! whether a name is a variable is told by its shape, and whether something in backticks is a
//! setting at all by its shape and the words around it (`names`). Captured are `names`, or
//! `old` and `new`; `noun` is the word that says that it is a setting.

use super::super::fact::Confidence;
use super::super::topics::Topics;
use super::{Makes, Place, RULE, Rule};

/// Words of a sentence that promises instead of telling.
pub(super) const LATER: &str = r"\b(?:will be|to be|can be|could be|may be|might be|would be|going to be|should be|planned|future|soon)\b[^.]{0,30}(?:remov|renam|drop|delet|deprecat|replac)";

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "setting-was-removed",
        subject: true,
        makes: Makes::Removed,
        confidence: Confidence::High,
        place: Place::ALL,
        triggers: &["remov", "dropped", "deleted", "retired", "gone", "discontinued"],
        pattern: r"(?P<names>{L})(?P<noun>{noun})(?: (?:for|in|of|on) (?:the )?(?:[\w-]+ ){0,3}[\w-]+?)?(?: and (?:its|the|their) (?:corresponding |respective |equivalent )?\w+ (?:settings?|options?|counterparts?|flags?|values?))? (?:\w+ly )?(?:has|have|had|was|were|is|are|got|gets)(?: all| both)?(?: now)?(?: been)?(?: completely| entirely| finally| fully)? (?:removed|dropped|deleted|retired|discontinued|gone)\b|(?P<names2>{L})(?P<noun2>{noun}) ?[-:(]+ ?(?:was |has been )?(?:removed|dropped)\b|(?P<names3>{L})(?P<noun3>{noun}) (?:removed|dropped|deleted)(?:$|[.,;(])",
        unless: LATER,
        finds: &[
            "The `OLD_MODE` setting has been removed.",
            "`FIRST_ONE` and `SECOND_ONE` were removed.",
            "`server.oldKey` is gone",
            "`FIRST_ONE`, `SECOND_ONE` dropped",
            "The `OLD_MODE` option for pilots and crew got removed.",
            "The `old-mode` flag and its corresponding YAML setting are removed.",
        ],
        passes: &["`OLD_MODE` will be removed in 4.0."],
        ..RULE
    },
    Rule {
        name: "remove-setting",
        makes: Makes::Removed,
        confidence: Confidence::Medium,
        place: Place {
            outside: Topics::FOREIGN.and(Topics::FUTURE).and(Topics::INTERNAL),
            ..Place::ALL
        },
        triggers: &["remov", "drop", "delet", "rid of", "retir"],
        pattern: r"(?:^|[^\w ]|\b(?:we|it|also|and|release|version|chart|to|this)(?: have| has| had|'ve)? )\s*(?:remov(?:e|es|ed|ing)|drop(?:s|ped|ping)?|delet(?:e|es|ed|ing)|retir(?:e|es|ed|ing)|(?:get|gets|got|getting) rid of):?(?:(?: the)?(?: deprecated| legacy| old| all)? (?:support (?:for|of)|compatibility with|usage of|use of))?(?P<before>(?: (?:the|of|all|any|both|old|already|remaining|obsolete|unused|deprecated|legacy|previously|now|used|separate|individual|global|chart|helm|environment|env|config|configuration|variables?|vars?|settings?|options?|flags?|parameters?|values?|keys?|command[- ]line|cli)){0,5}) (?P<names>{L})(?P<noun>{noun})(?:,? and (?:the )?(?P<names3>{L})(?P<noun3>{noun}))?|\b(?:remov|drop)\w* support for [^.`]{3,60}? (?:with|via|using|through)(?: the)? (?P<names2>{E})(?P<noun2>{noun})|\b(?:remov|drop)\w*(?: \w+){0,3} (?P<noun4>flags?|options?|settings?|variables?|env vars?)\b[^.`:]{0,90}: (?P<names4>{L})",
        unless: r"(?:remov|drop|delet)\w* [^.]{0,60}\bfrom (?:the |our |all )?(?:[\x01\x03][0-9]+\x02 |\w+ ){0,3}?(?:log|list|doc|readme|response|payload|output|cache|test|example|ui|page|header|endpoint|database|interface|api|model|dto|class|type|component|table|serializer|schema|query|request)|\b(?:crds?|pods?|jobs?|deployments?|namespace|configmap|label) (?:by|using|with)|^\W*(?:to|in order to|if you (?:want|wish|would)|you can)\b[^.]*\bremov|\b(?:you )?(?:may|might) need to (?:remove|delete|drop)|\bif you (?:encounter|have (?:problems|issues)|see)|\bfix\w*:? |\b(?:will be|can be|should be) removed",
        finds: &[
            "Removed: `OLD_MODE`",
            "Remove the `OLD_MODE` environment variable",
            "Remove all `OLD_MODE` variables.",
            "feat: remove `cacheSize` option",
            "Dropped support for choosing the mast by hand with `MAST_KIND`.",
            "Removes the already deprecated `mast-kind` flag.",
            "Drop \"MAST_KIND\" env var",
            "Retire the MAST_KIND environment variable",
            "Remove compatibility with `MAST_KIND`",
            "Remove unused rig flags which can go from your file: `MAST_KIND`, `MAST_TWO`",
            "We got rid of the `MAST_KIND` setting.",
            "Remove deprecated support for the `--mast` option and `$MAST_KIND` environment variable",
        ],
        passes: &["Remove `internal_id` from the response", "`OLD_MODE` will be removed"],
        ..RULE
    },
    Rule {
        name: "remove-variable",
        makes: Makes::Removed,
        confidence: Confidence::High,
        place: Place { outside: Topics::FOREIGN.and(Topics::FUTURE), ..Place::TEXT },
        triggers: &["remov", "drop"],
        pattern: r"^\W*(?:remov(?:e|es|ed)|drop(?:s|ped)?)(?: the| unused| obsolete| old| deprecated)*(?: {K})? \(?(?:environment variables?|env vars?) (?P<names>{E})(?P<noun>{noun})|^\W*(?:remov(?:e|es|ed)|drop(?:s|ped)?)(?: the| unused| obsolete| old| deprecated)* {K} \((?P<names3>{E})\)(?P<noun3>{noun})|^\W*(?:remov(?:e|es|ed)|drop(?:s|ped)?)(?: the| unused| obsolete| old| deprecated)* (?P<names2>{E}) (?P<noun2>environment variables?|env vars?)\b",
        unless: r"\b(?:from|in|of) (?:the |our |all )?(?:\w+ )?(?:docs?|documentation|readme|tests?|examples?|build|ci|workflows?|pipelines?|dockerfile|log|makefile)|\b(?:tests?|ci|build|workflow|will be|can be|may)\b",
        finds: &[
            "Removed `mastKind` (`MAST_KIND`) option",
            "Removed unused `mastKind` (environment variable `MAST_KIND`) option.",
            "Remove the `MAST_KIND` environment variable",
        ],
        passes: &[
            "Remove the `MAST_KIND` environment variable from the tests",
            "The `MAST_KIND` environment variable can be removed",
        ],
        ..RULE
    },
    Rule {
        name: "setting-no-longer",
        subject: true,
        makes: Makes::Removed,
        confidence: Confidence::High,
        place: Place::ALL,
        triggers: &[
            "no longer",
            "no effect",
            "ignored",
            "obsolete",
            "unsupported",
            "previously",
            "anymore",
            "any more",
            "any longer",
            "from your",
        ],
        pattern: r"(?P<names>{L})(?P<noun>{noun}) (?:is|are|has|have|does|do|will be)(?: now)? (?:no longer (?:be )?(?:used|supported|available|read|recogni[sz]ed|honou?red|respected|accepted|considered|in use|exists?|have any|has any|valid|evaluated)|no effect any ?more|ignored\b|obsolete\b|unsupported\b)|(?P<names2>{L})(?P<noun2>{noun}) no longer (?:exists?|works?|ha(?:s|ve) (?:any|an) effect)|(?P<names6>{L})(?P<noun6>{noun}) (?:is|are|was|were) (?:not (?:used|supported|available|read|recogni[sz]ed|honou?red|respected|accepted|taken into (?:account|consideration)) any ?(?:more|longer)|no longer taken into (?:account|consideration))|\byou can (?:now |safely )*(?:remove|drop|delete|unset)(?: the)? (?P<names7>{L})(?P<noun7>{noun}) from your (?:config\w*|environment|\.?env|compose|values|settings)\b|\bno longer (?:supports?|uses?|reads?|honou?rs?|accepts?|recogni[sz]es?) (?:the )?(?:old |legacy |deprecated )?(?:environment variables? |env(?:ironment)? var(?:iable)?s? |option |setting |flag |value )?(?P<names3>{L})(?P<noun3>{noun})|\bno longer (?:be )?possible to (?:pass|set|use|provide|configure|define|give)(?: the)?(?: \w+)? (?P<names4>{L})(?P<noun4>{noun})|\bpreviously,? (?:it was|this was|one|you|it could|this could)\b[^.`]{0,60}\b(?:via|with|through|using|by setting)(?: the)?(?: \w+)? (?P<names5>{E}(?:(?:, | and | or ){E})*)(?P<noun5>{noun})",
        unless: r"\bwhen\b[^.]{0,80}\bignored|^\W*if\b[^.]{0,80}\bignored|\bignored (?:when|if|for|by|in|unless)\b|\bfix\w*\b|\bno longer (?:used|needed|required) (?:by|in) (?:the )?(?:test|internal)",
        finds: &[
            "`OLD_MODE` is not read any longer.",
            "`OLD_MODE` is no longer supported.",
            "The server no longer reads `OLD_MODE`.",
            "The `old_mode` option is now ignored.",
            "`OLD_MODE` is not used anymore.",
            "You can safely remove `OLD_MODE` from your configuration.",
            "It is no longer possible to pass `OLD_MODE=true` for a second watch.",
            "Previously, it was possible to choose the watch via `OLD_MODE=on`.",
        ],
        passes: &["`OLD_MODE` is ignored when `NEW_MODE` is set."],
        ..RULE
    },
    Rule {
        name: "can-be-removed",
        subject: true,
        makes: Makes::Removed,
        confidence: Confidence::Medium,
        place: Place::CHANGES,
        triggers: &[
            "remove", "drop", "delete", "unset", "needed", "moved", "move ", "replaced", "supersed",
        ],
        pattern: r"(?P<names>{E}(?:(?:, | and |, and ){E})*)(?P<noun>{noun}) (?:(?:is|are) no longer (?:needed|necessary)(?: and (?:can|should|may)\b[^.]{0,30})?(?:$|[.,;(])|(?:can|should|may)(?: now| safely)* be (?:removed|dropped|deleted|unset)\b|(?:has|have|was|were)(?: been)? (?:replaced|superseded) (?:by|with)\b|(?:has|have|was|were)(?: been)? moved (?:in)?to (?:the |your )?(?:\w+ ){0,2}?(?:settings?|admin\w*|ui|interface|database|dashboard|panel|preferences)\b)|\byou (?:can|should|may|must) (?:now |safely )*(?:remove|drop|delete|unset)(?: the)? (?P<names2>{E}(?:(?:, | and |, and ){E})*)(?P<noun2>{noun})|\bplease (?:remove|drop|delete|unset)(?: the)? (?P<names3>{E}(?:(?:, | and |, and ){E})*)(?P<noun3>{noun})|\bmov(?:e|es|ed|ing)(?: the)? (?P<names4>{E}(?:(?:, | and |, and ){E})*)(?P<noun4>{noun}) (?:in)?to (?:the |your )?(?:\w+ ){0,2}?(?:settings?|admin\w*|ui|interface|database|dashboard|panel|preferences)\b",
        unless: r"\b(?:fix\w*|future|later|next|once|if|when|unless|will)\b",
        finds: &[
            "`OLD_MODE` is no longer needed.",
            "`OLD_MODE` can safely be removed.",
            "You can remove `OLD_MODE` now.",
            "Please remove `OLD_MODE` and `OLD_WATCH` from your file.",
            "Moved `OLD_MODE` to the settings page",
            "`OLD_MODE` has been replaced with a page.",
        ],
        passes: &["`OLD_MODE` can be removed in a future version.", "You can remove the mast now."],
        ..RULE
    },
    Rule {
        name: "setting-required",
        subject: true,
        makes: Makes::Required,
        confidence: Confidence::High,
        place: Place::ALL,
        triggers: &["required", "mandatory", "must", "need", "has to", "have to"],
        pattern: r"(?P<names>{L})(?P<noun>{noun})(?: \([^)]*\))? (?:(?:is|are|becomes?)(?: now| also)*(?: a)? (?:required|mandatory)\b|(?:must|needs? to|has to|have to)(?: now| also)*(?: explicitly)? be (?:set|provided|defined|configured|specified|supplied|present|added))|\b(?:new|additional|now|added|introduc\w+)?(?: a| an| the)?(?: new)? (?:required|mandatory)(?: new)? (?:environment variables?|env(?:ironment)? vars?|variables?|settings?|config\w* (?:options?|keys?|values?)|options?|parameters?),? (?P<names2>{L})|(?P<names3>{L})(?P<noun3>{noun}) [^.`]{1,70}\b(?:and|so it|so they|it|which) (?:must|needs? to|has to|have to)(?: now| also)*(?: explicitly)? be (?:set|provided|defined|configured|specified|supplied)\b",
        unless: r"\b(?:no longer|not|only|don't|doesn't) (?:be )?(?:required|need|mandatory|must)|\brequired (?:if|when|for|only|unless)\b|^\W*(?:to|if you (?:want|wish|use|enable|would)) |optional|fix\w*:",
        finds: &[
            "The `BERTH_NAME` variable is now mandatory.",
            "`SECRET_KEY` must be set.",
            "The new variable `SECRET_KEY` has to be set at sea.",
            "`service` is now required",
            "A new required environment variable `BERTH_NAME` was added.",
            "`BERTH_NAME` lost its default value and must be provided.",
        ],
        passes: &["`SECRET_KEY` is no longer required.", "To use it, `SECRET_KEY` must be set."],
        ..RULE
    },
    Rule {
        name: "must-set",
        makes: Makes::Required,
        confidence: Confidence::High,
        place: Place::CHANGES,
        triggers: &["must", "required", "need", "have to", "has to", "require"],
        pattern: r"\b(?:must|need to|needs to|have to|has to|required to)(?: now| also| first)?(?: explicitly)? (?:set|provide|add|define|specify|configure|supply|include|pass)(?: the| a| an| your| both)?(?: new)?(?: \w+){0,2}? ?(?P<names>{L})(?P<noun>{noun})|\b(?:must|needs? to|has to|have to)(?: now)? be (?:set|provided|configured|supplied|specified|passed|given)\b[^.`]{0,40}\b(?:via|through|with|using|by|in|as)(?: setting)?(?: the| an?)?(?: new)?(?: \w+){0,2}? (?P<names2>{L})(?P<noun2>{noun})|\b(?:needs?|has|have) to be (?:started|run|launched|deployed|configured)(?: \w+)? (?:with|using)(?: an?| the)? (?P<names5>{E})(?P<noun5>{noun})|\brequires? setting(?: the| a| an)?(?: new)?(?: environment variable| env var)? (?P<names4>{E})(?P<noun4>{noun})|\b(?:now|newly) requires?(?: setting| that you set)?(?: the| a| an)?(?: new)?(?: environment variable| env var| setting| option)? (?P<names3>{L})(?P<noun3>{noun})|\brequires? (?:the |an? )?(?P<names6>{E})(?P<noun6>{noun})(?: to be (?:set|defined|provided|present|configured)\b|$| ?[.,;(])",
        unless: r"\b(?:no longer|don't|do not|not|may|might|if you (?:want|wish|would|prefer)|only (?:if|when|need))\b[^.]{0,20}(?:must|need|have to|set|required)|^\W*(?:to|in order to) (?:\w+ly )?(?:use|enable|try|keep|restore|disable|allow)|\bif you (?:want|wish|prefer|would like)\b|\bif\b[^.]{0,60}, you (?:must|need|have)|\byou had\b|fix\w*:",
        finds: &[
            "You must also set `BERTH_NAME` yourself.",
            "A berth must be given with the `BERTH_NAME` setting.",
            "Captains have to define `HULL_KIND` before launch.",
            "Voyages at night require setting the `LAMP_KIND` env var",
            "The ship now needs to be started with a `LAMP_KIND` variable.",
            "Require `LAMP_KIND` to be set",
            "Lamps must now be set explicitly via env var `LAMP_KIND`",
        ],
        passes: &["You might need to set `BERTH_NAME`.", "To enable it you must set `SECRET_KEY`."],
        ..RULE
    },
    Rule {
        name: "missing-prevents",
        makes: Makes::Required,
        confidence: Confidence::High,
        place: Place::CHANGES,
        triggers: &["without", "missing", "unset", "not set", "empty", "unless"],
        pattern: r"\b(?:without|missing|unset|empty)(?: a| an| the)? (?P<names>{L})(?P<noun>{noun})[^.]{0,40}\b(?:fail|refuse|prevent|error|crash|abort|not start)|\bif (?P<names2>{L})(?P<noun2>{noun}) is (?:not set|missing|unset|empty)[^.]{0,60}\b(?:fail|refuse|not start|abort|crash)|\b(?:will|now|would|to) (?:\w+ )?(?:refuses?|fails?|not|abort|crash)(?: to)? ?(?:start|boot|launch|run)?\b[^.`]{0,40}\b(?:without|unless|if|when)(?: the| a| an)? (?P<names3>{L})(?P<noun3>{noun})(?:[ ,.;]|$)|\b(?:refuses?|fails?) to (?:start|boot|launch|run)\b[^.`]{0,40}\b(?:without|unless|if|when)(?: the| a| an)? (?P<names4>{L})(?P<noun4>{noun})(?:$|[,.;]| is(?: not| un)? ?set| are(?: not| un)? ?set| is (?:missing|empty)| provided)",
        unless: r"\bfix\w*|bug|no longer|hotfix",
        finds: &[
            "The server refuses: a missing `SECRET_KEY` will prevent the start.",
            "If `SECRET_KEY` is not set, the server will refuse to run.",
            "The ship will refuse to start if `SECRET_KEY` is not set.",
            "The application will not start without `SECRET_KEY`.",
        ],
        passes: &["Fixed a crash: without `SECRET_KEY` it would fail."],
        ..RULE
    },
    Rule {
        name: "please-set",
        makes: Makes::Required,
        confidence: Confidence::Medium,
        place: Place {
            within: Topics::BREAKING.and(Topics::UPGRADE),
            outside: Place::CHANGES.outside.and(Topics::ADDED),
            ..Place::CHANGES
        },
        triggers: &["please", "sure", "ensure", "before", "forget"],
        pattern: r"\bplease (?:now |also |first )*(?:add|set|define|provide|configure)(?: the)?(?: new)?(?: environment| env| config\w*)?(?: variables?| vars?| settings?| options?)? (?P<names>{L})(?P<noun>{noun})|^\W*(?:set|define|provide)(?: the)? (?P<names2>{L})(?P<noun2>{noun}) [^.`]{0,40}\b(?:before|prior to) (?:you )?(?:upgrad|updat|start|migrat)\w*|\b(?:make|be) sure (?:that )?(?:the |your )?(?P<names3>{L})(?P<noun3>{noun}) (?:is|are) (?:set|defined|configured|provided)\b|\b(?:(?:make|be) sure to|(?:don't|do not) forget to) (?:set|add|define|provide|configure)(?: the| a| an| your)*(?: new)?(?: environment variables?| env vars?| settings?)? (?P<names5>{L})(?P<noun5>{noun})|\bensure (?:that )?(?:the |your )?(?P<names4>{L})(?P<noun4>{noun}) (?:is|are) (?:set|defined|configured|provided)\b",
        unless: r"\b(?:if you (?:want|wish|would like|prefer|rely|need|use)|to (?:keep|restore|retain|disable|enable|use|opt)|instead|optional\w*|fix\w*)\b",
        finds: &[
            "Please set `BERTH_NAME` before upgrading.",
            "Please add the new environment variable `BERTH_NAME` to your file.",
            "Make sure that `BERTH_NAME` is set to the address of the yard.",
            "Do not forget to set `BERTH_NAME`.",
        ],
        passes: &["To keep two watches, please set `WATCH_TWICE`."],
        ..RULE
    },
    Rule {
        name: "setting-deprecated",
        makes: Makes::Deprecated,
        confidence: Confidence::High,
        place: Place::ALL,
        triggers: &["deprecat", "will be removed"],
        pattern: r"\bdeprecat(?:e|es|ed|ing|ion of|ion for|ion process (?:of|for)|ion:)(?: the)?(?: (?:environment|env|config(?:uration)?|variables?|vars?|settings?|options?|flags?|parameters?|values?|keys?|old|obsolete|legacy|unused|chart|helm|use of|usage of)){0,4} (?P<names>{L})(?P<noun>{noun})|(?P<names2>{L})(?P<noun2>{noun}) (?:is|are|has been|have been|was|were|will be)(?: now| being| also)*(?: considered)? deprecated\b|(?P<names3>{L})(?P<noun3>{noun}) (?:is|are) (?:scheduled to|planned to|going to|to) be removed|(?P<names4>{L})(?P<noun4>{noun}) will be removed|(?P<names5>{L})(?P<noun5>{noun}) ?\((?:now |is )?deprecated\)",
        unless: r"\b(?:remov(?:e|es|ed|ing)|drop(?:s|ped)?)\b (?:the |all |old |any )*(?:previously |already |long |now )*deprecated|deprecated [^.`]{0,40}`[^`]+`[^.]{0,40}(?:has|have|was|were) (?:been )?removed",
        finds: &[
            "Deprecate `SAIL_SIZE` in favour of `SAIL_AREA`.",
            "`OLD_SIZE` is now deprecated.",
            "`OLD_SIZE` (deprecated)",
            "Begin the deprecation process for flag `OLD_SIZE`",
            "The `old_size` option will be removed in 4.0.",
        ],
        passes: &["Remove the deprecated `OLD_SIZE` option."],
        ..RULE
    },
    Rule {
        name: "setting-default",
        makes: Makes::Changed,
        confidence: Confidence::High,
        place: Place {
            outside: Topics::FOREIGN.and(Topics::FUTURE).and(Topics::INTERNAL),
            ..Place::ALL
        },
        triggers: &["default"],
        pattern: r"\bdefaults?(?: values?| setting)? (?:of|for)(?: the)?(?: \w+){0,2}? ?(?P<names>{L})(?P<noun>{noun})[^.]{0,30}\b(?:has|have|is|was|changed|now|from|switched|increased|reduced|set)\b|(?P<names2>{N})(?P<noun2>{noun}) (?:has (?:been )?|is |are |was |were )?(?:now )?(?:defaults? to|(?:enabled|disabled|on|off|true|false) by default)|\b(?:chang|increas|rais|reduc|lower|bump|decreas|switch|updat)\w*(?: the)? default(?: value)?(?: of| for)?(?: the)? (?P<names3>{N})(?P<noun3>{noun})|(?P<names4>{N})(?P<noun4>{noun})(?:'s|:| \()? ?default(?: value)? (?:is now|has changed|changed|was changed|has been changed|now)|(?P<names5>{N})(?P<noun5>{noun}) (?:has been|is now) (?:enabled|disabled) by default|\b(?:increas|rais|reduc|lower|bump|decreas|switch|flip|updat)\w*(?: the)? (?P<names6>{N})(?P<noun6>{noun})(?:'s)? default\b|\b(?:sets?|updat(?:es?|ed)|changed?)(?: the)? (?P<names7>{N})(?P<noun7>{noun}) to [^ ]+ by default\b|(?P<names8>{N})(?P<noun8>{noun}) (?:now )?(?:has|have|had|gets?|got|as)(?: a| the)? (?:new|different|changed) default\b|\b(?:increas|rais|reduc|lower|bump|decreas|switch|chang)(?:e|es|ed|ing)?(?: the)? default [^.`(]{1,60}\((?P<names9>{E})(?P<noun9>{noun})\)|\bdefault (?P<names10>{E})(?P<noun10>{noun}) is now\b|(?P<names11>{E})(?P<noun11>{noun}) (?:(?:has )?changed its default|no longer defaults to)\b|(?P<names12>{E})(?P<noun12>{noun}) (?:is|are) (?:now set to|set to|now) [^ ]+ by default\b",
        unless: r"\b(?:the |a )?new\b[^.]{0,20}[\x01\x03]|\b(?:new|add(?:s|ed)?)\b[^.]{0,40}\b(?:option|setting|variable|value|flag)|\bfix\w*: ",
        despite: r"\b(?:new|different|changed) default\b",
        finds: &[
            "`SOME_LIMIT`: default changed from `1` to `2`",
            "Bumped the default of `SOME_LIMIT` to 3",
            "`SOME_LIMIT` changed its default to `3`",
            "Default `SOME_LIMIT` is now 3",
            "The default values for `SOME_LIMIT` and `MORE_LIMIT` have been set to 3 and 4.",
            "We changed the default value of `rig.knots` from `two` to `four`.",
            "`SOME_LIMIT` now defaults to 20.",
            "`nightLights` is now disabled by default.",
            "Change default `bell.tone` to `low`",
            "Increase `SOME_LIMIT` default from 10 to 20",
            "Set `SOME_LIMIT` to 20 by default",
            "Update SOME_LIMIT to 20 by default, as on land",
            "`SOME_LIMIT` has a new default value of `none`.",
            "`SOME_LIMIT` is now set to `none` by default",
            "`SOME_LIMIT` is now `none` by default",
            "`SOME_LIMIT` (default changed from 3 to 5)",
            "Increased the default number of knots (`SOME_LIMIT`)",
        ],
        passes: &[
            "Add the `SOME_LIMIT` option, which defaults to 20.",
            "Fix the new default of the page",
        ],
        ..RULE
    },
    Rule {
        name: "setting-means",
        makes: Makes::Changed,
        confidence: Confidence::Medium,
        place: Place {
            outside: Topics::FOREIGN.and(Topics::FUTURE).and(Topics::INTERNAL).and(Topics::FIXED),
            ..Place::ALL
        },
        triggers: &[
            "now",
            "changed to",
            "semantics",
            "meaning",
            "format of",
            "behaviour of",
            "behavior of",
            "syntax of",
            "unit of",
            "type of",
            "value",
            "no longer",
        ],
        pattern: r"(?P<names>{E})(?P<noun>{noun}) (?:is|are) now (?:a |an |the )?(?:interpreted|parsed|treated|read as|case[- ]sensitive|case[- ]insensitive|regex|list|comma|json|in seconds|in minutes|measured|relative|absolute|applied|enforced|respected|validated|evaluated)|(?P<names2>{E})(?: \w+)??(?P<noun2>{noun}) (?:now (?:accepts?|expects?|takes?|uses?|means?|controls?|applies|refers?|only|also|requires? an?|needs? (?:to|an?))|(?:has|have|was|were)(?: been)? changed to (?:accept|expect|take|use|mean|control|only|be))\b|\b(?:meaning|semantics|format|behaviou?r|syntax|interpretation|unit) of(?: the)?(?: environment variable| env var(?:iable)?| variable| setting| option)? (?P<names3>{E})(?P<noun3>{noun})[^.]{0,30}(?:changed|different|now)|\b(?:chang|switch)(?:e|es|ed|ing)(?: the)?(?: \w+)? (?:meaning|semantics|format|syntax|interpretation|unit|type) of(?: the)?(?: environment variable| env var(?:iable)?| variable| setting| option)? (?P<names6>{E})(?P<noun6>{noun})|(?P<names4>{E})(?P<noun4>{noun}) (?:only accepts?|accepts? only|(?:can|may|must) only be)\b[^.]{0,60}\bnow\b|\b(?:values?|parameters?|modes?|schemes?|prefix\w*) [^.;]{0,40}(?:of|for|in|within)(?: the)? (?P<names5>{E})(?P<noun5>{noun}) (?:is|are|was|were|has been|have been)(?: no longer| now| been)* (?:supported|allowed|accepted|valid|removed|renamed|changed|replaced)|(?P<names7>{E})(?P<noun7>{noun}) with [^.;]{1,60}\bvalues? (?:has|have|is|are|was|were)(?: been| now| no longer)* (?:removed|dropped|supported|accepted)|(?P<names8>{E})(?P<noun8>{noun}) (?:(?:must now|now must|now has to) be (?:an?|at least|at most|one of|in|longer|valid|given|written)\b|no longer (?:accepts?|enforces?|requires?|applies|affects|controls?|overrides?|implies|enables|disables)\b)|\b(?:is|are) now (?:enforced|validated|checked|applied) (?:for|on|of|to)(?: the)? (?P<names9>{E})(?P<noun9>{noun})",
        unless: "",
        finds: &[
            "`IGNORE_URL` must now be an absolute address.",
            "`IGNORE_LIST` no longer accepts `all`.",
            "`IGNORE_LIST` is now interpreted as a pattern.",
            "`IGNORE_LIST` no longer enforces a bell.",
            "`IGNORE_LIST` now needs to include the bell.",
            "`IGNORE_LIST` has been changed to take bells.",
            "A length of two is now enforced for the `IGNORE_LIST` parameter.",
            "The format of `IGNORE_LIST` has changed.",
            "`IGNORE_LIST` only accepts numbers now.",
            "The `IGNORE_LIST` yard option now uses `{bell}` instead of `$bell`.",
            "The value `old` of `IGNORE_LIST` is no longer supported.",
            "The `mode=easy` parameter in `SHIP_URL` is no longer supported.",
            "Changed the data format of the environment variable `IGNORE_TIME` from hours to bells",
            "Choosing the bell via ENV `BELL_KIND` with `brass` and `tin` values has been removed.",
        ],
        passes: &["`IGNORE_LIST` is documented.", "Changed the format of the page"],
        ..RULE
    },
    Rule {
        name: "still-works",
        makes: Makes::StillWorks,
        confidence: Confidence::High,
        place: Place { outside: Topics::NONE, ..Place::TEXT },
        triggers: &["continue to", "still", "backward", "for now", "keep working"],
        pattern: r"\b(?:variables?|settings?|options?|names?|values?|flags?|keys?|they|it|these|those|both)\b[^.]{0,40}\b(?:will |would )?(?:continues? to|still|keeps?) (?:be )?(?:function\w*|work\w*|supported|accepted|honou?red|read|recogni[sz]ed|respected|available|usable)|\b(?:old|previous|deprecated) (?:names?|variables?|settings?|options?|values?|keys?)\b[^.]{0,40}\b(?:continue|still|remain)\b",
        unless: r"\b(?:no longer|not|won't|until)\b[^.]{0,20}(?:work|support|function)",
        finds: &["These options will still work until spring.", "The old names still work."],
        passes: &["The old names no longer work."],
        ..RULE
    },
];
