//! What somebody has to do.

use super::super::topics::Topics;
use super::{Makes, Place, RULE, Rule};

/// The rules.
pub(in crate::notes) const RULES: &[Rule] = &[
    Rule {
        name: "before-upgrading",
        makes: Makes::Action,
        place: Place::PROSE,
        triggers: &["before", "prior to"],
        pattern: r"\b(?:before|prior to) (?:you )?(?:upgrad|updat|migrat|install|start|the (?:upgrade|update)|applying|proceeding|deploying)\w*",
        unless: r"\bnext (?:major |minor )?(?:release|version)|future|\b(?:no|not|nothing|never)\b[^.]{0,30}\bbefore|\b(?:allow|let)(?:s|ing|ed)?\b|^\W*added\b",
        finds: &["Ballast the hold before updating.", "Back up everything prior to the upgrade."],
        passes: &["Leave wooden hulls behind before updating to the next version."],
        ..RULE
    },
    Rule {
        name: "you-must",
        makes: Makes::Action,
        place: Place::PROSE,
        triggers: &["must", "need", "have to", "required", "should", "manually"],
        pattern: r"\b(?:you|users?|admin\w*|operators?)(?: who [^.]{1,60}| \w+)? (?:must|will (?:now )?(?:need|have) to|(?:now )?(?:need|have) to|should (?:update|change|migrate|set|adjust|ensure|check|review|verify|run|convert|move|remove|rename|replace))\b|\b(?:must|have to|has to|need to|needs to) (?:now )?(?:be )?(?:manually|set|updated?|recreated?|changed?|migrated?|converted?|adjusted?|provided?|configured?|renamed?|granted?|temporarily)\b|\bmanually\b[^.]{0,40}\b(?:run|update|migrate|remove|delete|set|convert|change)",
        unless: r"\b(?:if you (?:want|wish|would like|prefer)|contribut|developers?|pull request|next (?:major |minor )?(?:release|version)|future (?:release|version)|no longer|no need|(?:don't|do not|not|never|only|just|all you) (?:need|have|must)|(?:ability|support|able|possible)\b[^.]{0,20}\bmanually|we (?:need|have)|fix\w*|functions?|methods?|hooks?|you should (?:see|notice|not))\b",
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
        ],
        ..RULE
    },
    Rule {
        name: "please-do",
        makes: Makes::Action,
        place: Place { outside: Place::PROSE.outside, ..Place::PROSE },
        triggers: &[
            "please",
            "make sure",
            "ensure",
            "be sure",
            "run ",
            "your ",
            "any ",
            "all ",
            "following",
            "the crd",
        ],
        pattern: r"\bplease (?:run|update|migrate|change|set|remove|add|ensure|make sure|verify|check|review|adjust|follow|apply|back ?up|rename|replace|delete|switch)\b|^\W*(?:make|be) sure (?:to|that|you)\b|^\W*ensure\b|, (?:please )?(?:also )?(?:ensure|make sure)\b|\brun (?:these|the following|this) commands?\b|^\W*(?:update|remove|rename|replace|add|set|change|delete|migrate|convert|run|apply|verify) (?:your|any|all|the following|the crds?)\b",
        unless: r"\b(?:report|issue tracker|feedback|contribut|sponsor|donat|star us|let us know|be patient|if you (?:want|wish|would like|encounter|find|have (?:any )?(?:problem|question|issue))|next (?:release|version)|docs? for|thanks?)\b|please (?:check|review|follow) (?:out )?(?:the )?(?:documentation|docs|readme|our)",
        finds: &[
            "Please run these commands before applying the upgrade.",
            "Update your proxy to use the new address.",
            "Ensure the volume is writable.",
        ],
        passes: &[
            "Please report any problems.",
            "Please be patient.",
            "Please check out our documentation.",
        ],
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
