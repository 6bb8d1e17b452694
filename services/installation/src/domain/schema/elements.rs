//! The rules of each element. Properties without rules may hold any value.

use super::rule::Kind::{Array, Boolean, Number, Object, Text};
use super::rule::Pattern;
use super::rule::Rule::{
    self, AnyOf, ExactlyOneKey, Items, MaxItems, MaxLength, MinItems, MinLength, OneWordOf, Properties,
    Required, StartsWith, Tuple, Type,
};

type Rules = &'static [Rule];

/// The rules of the whole schema.
pub(super) const SCHEMA: Rules = &[
    Type(Object),
    Properties(&[(
        "elements",
        &[
            Type(Array),
            MinItems(1),
            Items(&[AnyOf(&[ISSUE_LINK, ALERT_RULE_ACTION, ISSUE_MEDIA, STACKTRACE_LINK])]),
        ],
    )]),
    Required(&["elements"]),
];

/// The elements by type.
pub(super) const ELEMENTS: [(&str, Rules); 4] = [
    ("issue-link", ISSUE_LINK),
    ("alert-rule-action", ALERT_RULE_ACTION),
    ("issue-media", ISSUE_MEDIA),
    ("stacktrace-link", STACKTRACE_LINK),
];

const TEXT: Rules = &[Type(Text)];
const FLAG: Rules = &[Type(Boolean)];
const URI: Rules = &[Type(Text), StartsWith(&Pattern { starts: &["/"], written: r"'^\\/'" })];
const URL: Rules =
    &[Type(Text), StartsWith(&Pattern { starts: &["http", "/"], written: r"'^(?:https?|\\/)'" })];

const OPTIONS: Rules = &[
    Type(Array),
    MinItems(1),
    Items(&[Type(Array), MinItems(2), MaxItems(2), Tuple(&[TEXT, &[AnyOf(&[TEXT, &[Type(Number)]])]])]),
];

const FIELDS: Rules = &[Type(Array), MinItems(1), Items(&[AnyOf(&[SELECT, TEXT_FIELD, TEXTAREA])])];

const SELECT: Rules = &[
    Type(Object),
    Properties(&[
        ("type", &[Type(Text), OneWordOf(&["select"])]),
        ("label", TEXT),
        ("name", TEXT),
        ("async", FLAG),
        ("skip_load_on_open", FLAG),
        ("uri", URI),
        ("options", OPTIONS),
        ("depends_on", &[Type(Array), MinItems(1), Items(TEXT)]),
    ]),
    Required(&["type", "name", "label"]),
    ExactlyOneKey(&["uri", "options"]),
];

const DEFAULT: Rules = &[Type(Text), OneWordOf(&["issue.title", "issue.description"])];

const TEXT_FIELD: Rules = &[
    Type(Object),
    Properties(&[
        ("type", &[Type(Text), OneWordOf(&["text"])]),
        ("label", TEXT),
        ("name", TEXT),
        ("default", DEFAULT),
    ]),
    Required(&["type", "label", "name"]),
];

const TEXTAREA: Rules = &[
    Type(Object),
    Properties(&[
        ("type", &[Type(Text), OneWordOf(&["textarea"])]),
        ("label", TEXT),
        ("name", TEXT),
        ("default", DEFAULT),
    ]),
    Required(&["type", "label", "name"]),
];

const HEADER: Rules = &[
    Type(Object),
    Properties(&[("type", &[Type(Text), OneWordOf(&["header"])]), ("text", TEXT)]),
    Required(&["type", "text"]),
];

const IMAGE: Rules = &[
    Type(Object),
    Properties(&[("type", &[Type(Text), OneWordOf(&["image"])]), ("url", URL), ("alt", TEXT)]),
    Required(&["type", "url"]),
];

const VIDEO: Rules = &[
    Type(Object),
    Properties(&[("type", &[Type(Text), OneWordOf(&["video"])]), ("url", URL)]),
    Required(&["type", "url"]),
];

const MARKDOWN: Rules = &[
    Type(Object),
    Properties(&[("type", &[Type(Text), OneWordOf(&["markdown"])]), ("text", TEXT)]),
    Required(&["type", "text"]),
];

const LINK_FORM: Rules = &[
    Type(Object),
    Properties(&[("uri", URI), ("required_fields", FIELDS), ("optional_fields", FIELDS)]),
    Required(&["uri", "required_fields"]),
];

const ISSUE_LINK: Rules = &[
    Type(Object),
    Properties(&[
        ("type", &[Type(Text), OneWordOf(&["issue-link"])]),
        ("link", LINK_FORM),
        ("create", LINK_FORM),
    ]),
    Required(&["type", "link", "create"]),
];

const ALERT_RULE_SETTINGS: Rules = &[
    Type(Object),
    Properties(&[
        ("type", &[Type(Text), OneWordOf(&["alert-rule-settings"])]),
        ("description", &[Type(Text), MaxLength(140), MinLength(1)]),
        ("uri", URI),
        ("required_fields", FIELDS),
        ("optional_fields", FIELDS),
    ]),
    Required(&["type", "uri", "required_fields"]),
];

const ALERT_RULE_ACTION: Rules = &[
    Type(Object),
    Properties(&[
        ("type", &[Type(Text), OneWordOf(&["alert-rule-action"])]),
        ("title", TEXT),
        ("settings", ALERT_RULE_SETTINGS),
    ]),
    Required(&["type", "title", "settings"]),
];

const ISSUE_MEDIA: Rules = &[
    Type(Object),
    Properties(&[
        ("type", &[Type(Text), OneWordOf(&["issue-media"])]),
        ("title", TEXT),
        ("elements", &[Type(Array), MinItems(1), Items(&[AnyOf(&[HEADER, MARKDOWN, IMAGE, VIDEO])])]),
    ]),
    Required(&["type", "title", "elements"]),
];

const STACKTRACE_LINK: Rules = &[
    Type(Object),
    Properties(&[("type", &[Type(Text), OneWordOf(&["stacktrace-link"])]), ("uri", URI)]),
    Required(&["type", "uri"]),
];
