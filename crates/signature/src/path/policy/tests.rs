//! The graph against RFC 5280's own tree, which is small enough for small paths.

use super::*;
use proptest::prelude::*;

/// `valid_policy_tree`, as §6.1.2 to §6.1.5 write it down.
#[derive(Debug, Clone)]
struct Tree {
    nodes: Vec<TreeNode>,
    depth: usize,
}

#[derive(Debug, Clone)]
struct TreeNode {
    depth: usize,
    parent: usize,
    valid: Policy,
    expected: Set,
    alive: bool,
}

impl Tree {
    fn new() -> Self {
        let root = TreeNode {
            depth: 0,
            parent: 0,
            valid: ANY_POLICY,
            expected: Set::from([ANY_POLICY]),
            alive: true,
        };
        Self { nodes: vec![root], depth: 0 }
    }

    fn at(&self, depth: usize) -> Vec<usize> {
        (0..self.nodes.len())
            .filter(|node| self.nodes[*node].alive && self.nodes[*node].depth == depth)
            .collect()
    }

    fn is_null(&self) -> bool {
        self.at(0).is_empty()
    }

    fn child(&mut self, parent: usize, valid: Policy, expected: Set) {
        let depth = self.nodes[parent].depth + 1;
        self.nodes.push(TreeNode { depth, parent, valid, expected, alive: true });
    }

    /// §6.1.3 (d) (3): nodes above `depth` without children go, until there are none.
    fn prune(&mut self, depth: usize) {
        for level in (0..depth).rev() {
            for node in self.at(level) {
                let lives = self.at(level + 1).iter().any(|child| self.nodes[*child].parent == node);
                self.nodes[node].alive = lives;
            }
        }
    }

    fn assert(&mut self, policies: &[Policy], any: AnyPolicy) {
        let above = self.at(self.depth);
        self.depth += 1;
        if above.is_empty() {
            return;
        }
        for policy in policies.iter().filter(|policy| **policy != ANY_POLICY) {
            let mut matched = false;
            for node in &above {
                if self.nodes[*node].expected.contains(policy) {
                    matched = true;
                    self.child(*node, *policy, Set::from([*policy]));
                }
            }
            let root = above.iter().find(|node| self.nodes[**node].valid == ANY_POLICY);
            if let (false, Some(root)) = (matched, root) {
                self.child(*root, *policy, Set::from([*policy]));
            }
        }
        if policies.contains(&ANY_POLICY) && any == AnyPolicy::Counts {
            for node in above {
                for value in self.nodes[node].expected.clone() {
                    let children = self.at(self.depth);
                    let mut children = children.iter().filter(|child| self.nodes[**child].parent == node);
                    if !children.any(|child| self.nodes[*child].valid == value) {
                        self.child(node, value, Set::from([value]));
                    }
                }
            }
        }
        self.prune(self.depth);
    }

    fn clear(&mut self) {
        self.depth += 1;
        self.nodes.iter_mut().for_each(|node| node.alive = false);
    }

    fn map(&mut self, mappings: &[(Policy, Policy)], mapping: Mapping) {
        let issuers: Set = mappings.iter().map(|(issuer, _)| *issuer).collect();
        for issuer in issuers {
            let subjects: Set =
                mappings.iter().filter(|(from, _)| *from == issuer).map(|(_, subject)| *subject).collect();
            let level = self.at(self.depth);
            let (mine, any): (Vec<usize>, Vec<usize>) = (
                level.iter().copied().filter(|node| self.nodes[*node].valid == issuer).collect(),
                level.iter().copied().filter(|node| self.nodes[*node].valid == ANY_POLICY).collect(),
            );
            match mapping {
                Mapping::Inhibited => mine.iter().for_each(|node| self.nodes[*node].alive = false),
                Mapping::Allowed if mine.is_empty() => {
                    for node in any {
                        self.child(self.nodes[node].parent, issuer, subjects.clone());
                    }
                }
                Mapping::Allowed => {
                    for node in mine {
                        self.nodes[node].expected.clone_from(&subjects);
                    }
                }
            }
        }
        self.prune(self.depth);
    }

    /// §6.1.5 (g): the policies of the valid policy node set that are left.
    fn held(mut self, acceptable: &PolicySet) -> PolicySet {
        let any_left =
            |tree: &Self| tree.at(tree.depth).iter().any(|node| tree.nodes[*node].valid == ANY_POLICY);
        let of_anchor = |tree: &Self| -> Vec<usize> {
            let alive = (1..tree.nodes.len()).filter(|node| tree.nodes[*node].alive);
            alive
                .filter(|node| tree.nodes[tree.nodes[*node].parent].valid == ANY_POLICY)
                .filter(|node| tree.nodes[*node].valid != ANY_POLICY)
                .collect()
        };
        if self.is_null() {
            return PolicySet::Only(Set::new());
        }
        let PolicySet::Only(acceptable) = acceptable else {
            if any_left(&self) {
                return PolicySet::Any;
            }
            return PolicySet::Only(of_anchor(&self).iter().map(|node| self.nodes[*node].valid).collect());
        };
        if any_left(&self) {
            return PolicySet::Only(acceptable.clone());
        }
        for node in of_anchor(&self) {
            if !acceptable.contains(&self.nodes[node].valid) {
                self.nodes[node].alive = false;
            }
        }
        // Children of what was deleted go too.
        for node in 1..self.nodes.len() {
            let parent = self.nodes[node].parent;
            self.nodes[node].alive &= self.nodes[parent].alive;
        }
        self.prune(self.depth);
        PolicySet::Only(of_anchor(&self).iter().map(|node| self.nodes[*node].valid).collect())
    }
}

/// One certificate's policies and mappings, and what is inhibited.
#[derive(Debug, Clone)]
struct Step {
    policies: Option<Vec<Policy>>,
    any: AnyPolicy,
    mappings: Vec<(Policy, Policy)>,
    mapping: Mapping,
}

fn policy(number: u8) -> Policy {
    if number == 0 { ANY_POLICY } else { ObjectIdentifier::new_unwrap(&format!("1.2.3.{number}")) }
}

fn step() -> impl Strategy<Value = Step> {
    let policies = prop::collection::btree_set(0..5_u8, 1..4);
    let mappings = prop::collection::vec((1..5_u8, 1..5_u8), 0..4);
    (prop::option::weighted(0.95, policies), prop::bool::weighted(0.7), mappings, prop::bool::weighted(0.8))
        .prop_map(|(policies, any, mappings, mapping)| Step {
            policies: policies.map(|set| set.into_iter().map(policy).collect()),
            any: if any { AnyPolicy::Counts } else { AnyPolicy::Inhibited },
            mappings: mappings
                .into_iter()
                .map(|(issuer, subject)| (policy(issuer), policy(subject)))
                .collect(),
            mapping: if mapping { Mapping::Allowed } else { Mapping::Inhibited },
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn the_graph_holds_the_policies_that_the_tree_holds(
        steps in prop::collection::vec(step(), 1..6),
        acceptable in prop::option::of(prop::collection::btree_set(1..5_u8, 1..4)),
    ) {
        let acceptable = acceptable
            .map_or(PolicySet::Any, |set| PolicySet::Only(set.into_iter().map(policy).collect()));
        let (mut graph, mut tree, mut budget) = (PolicyGraph::new(), Tree::new(), Budget::new());
        let last = steps.len() - 1;
        for (index, Step { policies, any, mappings, mapping }) in steps.iter().enumerate() {
            match policies {
                Some(policies) => {
                    graph.assert(policies, *any, &mut budget).unwrap();
                    tree.assert(policies, *any);
                }
                None => {
                    graph.clear();
                    tree.clear();
                }
            }
            if index < last {
                graph.map(mappings, *mapping, &mut budget).unwrap();
                tree.map(mappings, *mapping);
            }
            prop_assert_eq!(graph.is_null(), tree.is_null(), "after certificate {}", index + 1);
        }
        prop_assert_eq!(graph.held(&acceptable), tree.held(&acceptable));
    }
}
