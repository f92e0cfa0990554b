//! The same question in Cedar: an office as a group, a matter as a tree, the cap as a condition on the context. Chains
//! and joint rules can't be said; the chain is asked flattened, as one policy for its last grantee.

use std::str::FromStr;

use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request};

/// Everything made beforehand: a question costs one call.
pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    request: Request,
}

/// The minister's question, or the last grantee's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    Direct,
    ChainFlattened,
}

impl Cedar {
    /// With this many other grants as policies.
    pub fn new(question: Question, grants: usize) -> Self {
        let mut policies = String::from(
            "permit(principal in Office::\"MFA\", action == Action::\"sign\", resource in Matter::\"trade\")\n\
             when { context.amount <= 500000000 && context.day >= 19956 };\n\
             permit(principal == Person::\"gard\", action == Action::\"sign\", resource in Matter::\"trade\")\n\
             when { context.amount <= 200000000 && context.day >= 20456 };\n",
        );
        for n in 0..grants {
            policies.push_str(&format!(
                "permit(principal == Person::\"p{}\", action == Action::\"sign\", resource in Matter::\"trade\")\n\
                 when {{ context.amount <= {} && context.day >= 20454 }};\n",
                n % grants.clamp(1, 1_000),
                (n + 1) * 100
            ));
        }
        let entities = serde_json::json!([
            {"uid": {"type": "Person", "id": "dahl"}, "attrs": {}, "parents": [{"type": "Office", "id": "MFA"}]},
            {"uid": {"type": "Person", "id": "gard"}, "attrs": {}, "parents": []},
            {"uid": {"type": "Office", "id": "MFA"}, "attrs": {}, "parents": []},
            {"uid": {"type": "Matter", "id": "trade"}, "attrs": {}, "parents": []},
            {"uid": {"type": "Matter", "id": "trade/rails"}, "attrs": {}, "parents": [{"type": "Matter", "id": "trade"}]},
        ]);
        let person = match question {
            Question::Direct => "dahl",
            Question::ChainFlattened => "gard",
        };
        let uid = |text: String| EntityUid::from_str(&text).expect("an entity");
        let context =
            Context::from_json_value(serde_json::json!({"amount": 100_000_000, "day": 20514}), None);
        let request = Request::new(
            uid(format!("Person::\"{person}\"")),
            uid("Action::\"sign\"".to_owned()),
            uid("Matter::\"trade\"".to_owned()),
            context.expect("a context"),
            None,
        );
        Self {
            authorizer: Authorizer::new(),
            policies: PolicySet::from_str(&policies).expect("policies"),
            entities: Entities::from_json_value(entities, None).expect("entities"),
            request: request.expect("a request"),
        }
    }

    /// Whether it is allowed.
    pub fn allowed(&self) -> bool {
        let answer = self.authorizer.is_authorized(&self.request, &self.policies, &self.entities);
        answer.decision() == Decision::Allow
    }
}
