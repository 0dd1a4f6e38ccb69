//! What somebody has to do.

use super::super::topics::Topics;
use super::{Makes, Place, RULE, Rule};

/// Words of a sentence that asks for something else than a change: to report, to read, to wait.
const NOT_ASKED: &str = r"\b(?:report|issue tracker|feedback|contribut|sponsor|donat|star us|let us know|be patient|fix\w*|tests?|if you (?:want|wish|would like|encounter|find|have (?:any )?(?:problem|question|issue))|next (?:major |minor )?(?:release|version)|docs? for|thanks?)\b|please (?:check|review|follow|see) (?:out )?(?:the )?(?:documentation|docs|readme|our|what's new)|please (?:check|review|see)\b[^.]{0,80}\b(?:documentation|section|for (?:more )?(?:details|information))\b";

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "before-upgrading",
        makes: Makes::Action,
        place: Place::PROSE,
        triggers: &["before", "prior to"],
        pattern: r"\b(?:before|prior to) (?:you )?(?:(?:upgrad|updat|migrat)\w*|the (?:upgrade|update)|applying|proceeding|deploying|(?:install|start)(?:ing)? (?:the|this|your|a new|an?|version|v?[0-9]|(?-i:[A-Z])\w+ v?[0-9])|you start\b)",
        unless: r"\bnext (?:major |minor )?(?:release|version)|future|\b(?:no|not|nothing|never)\b[^.]{0,30}\bbefore|\b(?:allow|let)(?:s|ing|ed)?\b|^\W*added\b|\bfix\w*\b|\b(?:now|they) (?:waits?|checks?|verif\w+)\b|\bbuilds?\b|\b(?:read|check|consult|see|review|refer to)\b[^.]{0,40}\b(?:guide|notes|documentation|docs|instructions|matrix|details)\b",
        finds: &["Ballast the hold before updating.", "Back up everything prior to the upgrade."],
        passes: &[
            "Leave wooden hulls behind before updating to the next version.",
            "It drops all ropes before starting.",
            "Please read the upgrade guide before updating the ship.",
        ],
        ..RULE
    },
    Rule {
        name: "you-must",
        makes: Makes::Action,
        place: Place::PROSE,
        triggers: &["must", "need", "have to", "required", "should", "manually"],
        pattern: r"\b(?:you|users?|admin\w*|operators?)(?: who [^.]{1,60}| \w+)? (?:must|will (?:now )?(?:need|have) to|(?:now )?(?:need|have) to|should (?:update|change|migrate|set|adjust|ensure|check|review|verify|run|convert|move|remove|rename|replace))\b|\b(?:must|have to|has to|need to|needs to) (?:now )?(?:be )?(?:manually|set|updated?|recreated?|changed?|migrated?|converted?|adjusted?|provided?|configured?|renamed?|granted?|temporarily)\b|\bmanually\b[^.]{0,40}\b(?:run|update|migrate|remove|delete|set|convert|change)",
        unless: r"\b(?:if you (?:want|wish|would like|prefer)|contribut|developers?|pull request|next (?:major |minor )?(?:release|version)|future (?:release|version)|no longer|no need|(?:don't|do not|not|never|only|just|all you) (?:need|have|must)|(?:ability|support|able|possible)\b[^.]{0,20}\bmanually|we (?:need|have)|fix\w*|functions?|methods?|hooks?|you should (?:see|notice|not)|(?:may|might|can|could) (?:also )?(?:need|have)|i must|must be authorized|currently|always have|roll(?:ing)? back|hover|scroll)\b|\bto (?:use|enable|activate|try|turn on|do (?:it|so|this)|take advantage|benefit|opt[- ]in|produce)\b[^.]{0,120}\b(?:you|users) (?:\w+ )?(?:must|need|have|will)\b|\bif you need to\b|\bplug-?ins? (?:need|must|have)",
        finds: &[
            "You will have to repaint all of them.",
            "Users should remove their boots.",
            "The gangway has to be manually lowered.",
        ],
        passes: &[
            "You do not need to act.",
            "If you want it, you must ask.",
            "You should see faster pages.",
            "There is no need to set it.",
            "You only have to look.",
            "Add the ability to manually set the sails.",
            "To use the new lamp, you need to light it.",
            "You may need to look twice.",
        ],
        ..RULE
    },
    Rule {
        name: "please-do",
        makes: Makes::Action,
        place: Place::PROSE,
        triggers: &["please", "run ", ", ensure", ", make sure", ", also"],
        pattern: r"\bplease (?:run|update|migrate|change|set|remove|add|ensure|make sure|verify|check|review|adjust|follow|apply|back ?up|rename|replace|delete|switch to)\b|, (?:please )?(?:also )?(?:ensure|make sure)\b|\brun (?:these|the following|this) (?:\w+ )?(?:commands?|scripts?|sql|query|queries)\b",
        unless: NOT_ASKED,
        finds: &[
            "Please run these commands before applying the upgrade.",
            "Please update the ropes.",
        ],
        passes: &[
            "Please report any problems.",
            "Please be patient.",
            "Please check out our documentation.",
            "Please check the rope section for more details.",
        ],
        ..RULE
    },
    Rule {
        name: "do-so",
        makes: Makes::Action,
        place: Place { within: Topics::UPGRADE.and(Topics::BREAKING), ..Place::PROSE },
        triggers: &["make sure", "ensure", "be sure", "any ", "all ", "following", "the crd"],
        pattern: r"^\W*(?:make|be) sure (?:to|that|you)\b|^\W*ensure\b|^\W*(?:update|remove|rename|replace|add|set|change|delete|migrate|convert|run|apply|verify) (?:any|all|the following|the crds?)\b",
        unless: NOT_ASKED,
        finds: &["Ensure the volume is writable.", "Rename all masts."],
        passes: &["Sails ensure speed.", "Fix: ensure the volume is writable."],
        ..RULE
    },
    Rule {
        name: "do-yours",
        makes: Makes::Action,
        place: Place::PROSE,
        triggers: &["your ", "that you", "sure you", "sure to", "the crd"],
        pattern: r"^\W*(?:update|remove|rename|replace|add|set|change|delete|migrate|convert|run|apply|verify|back ?up|adjust) your\b|^\W*(?:(?:make|be) sure|ensure)\b[^.]{0,30}\byour?\b|^\W*(?:make|be) sure to\b|^\W*(?:update|upgrade|apply) (?:all )?the crds?\b",
        unless: NOT_ASKED,
        finds: &[
            "Update your proxy to use the new address.",
            "Ensure that your volume is writable.",
            "Make sure to copy the log.",
            "Update all the CRDs from the yard",
        ],
        passes: &["Ensure the rope is read again", "Make sure that no bells ring twice"],
        ..RULE
    },
    Rule {
        name: "action-heading",
        makes: Makes::Action,
        place: Place {
            within: Topics::NONE,
            outside: Topics::FOREIGN.and(Topics::FUTURE),
            headings: true,
            entries: true,
        },
        triggers: &["action", "manual", "intervention"],
        pattern: r"\b(?:action|intervention|steps?)s? (?:is |are |may be )?(?:required|needed|necessary)\b|\bmanual (?:steps?|action|intervention|migration)\b",
        unless: r"\b(?:no|not|without|any)\b[^.]{0,40}(?:action|intervention|steps?|migration)",
        finds: &["Action required:", "A manual migration is needed."],
        passes: &["No action required."],
        ..RULE
    },
];
