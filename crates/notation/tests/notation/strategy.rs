//! Arbitrary maps, policies and terms that the notation can write.

use countersign_authority::model::amount::{Amount, Currency, Period};
use countersign_authority::model::map::*;
use countersign_authority::model::name::*;
use countersign_authority::model::policy::*;
use countersign_authority::model::terms::*;
use countersign_authority::model::time::{Day, Instant, Moment, Validity};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn id() -> impl Strategy<Value = String> {
    // A trailing digit keeps ids apart from keywords.
    "[A-Za-z][A-Za-z0-9_-]{0,6}[0-9]"
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~äöüßЖ中\t]{0,24}", "[\"\\\\#,: ]{1,6}", "\\PC{1,8}"]
        .prop_filter("seen by its readers", |text| !text.chars().any(is_unseen))
}

fn is_unseen(c: char) -> bool {
    c.is_control() && c != '\t'
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn said() -> impl Strategy<Value = String> {
    text().prop_filter("not empty", |text| !text.trim().is_empty())
}

macro_rules! ids {
    ($($name:ident = $type:ident),*) => {$(
        fn $name() -> impl Strategy<Value = $type> { id().prop_map(|id| $type::new(&id).unwrap()) }
    )*};
}
ids!(
    party = PartyId,
    office = OfficeId,
    person = PersonId,
    grant_id = GrantId,
    clause = ClauseId,
    actor = ActorId
);

fn matter() -> impl Strategy<Value = Matter> {
    vec(id(), 1..4).prop_map(|ids| Matter::new(&ids.join("/")).unwrap())
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}

fn word<T: Copy + std::fmt::Debug + 'static>(
    table: &'static [(T, &'static str)],
) -> impl Strategy<Value = T> {
    select(table).prop_map(|(value, _)| value)
}

fn moment() -> impl Strategy<Value = Moment> {
    prop_oneof![
        (1_i16..=9999, 1_u8..=12, 1_u8..=28).prop_map(|(y, m, d)| Moment::Day(Day::new(y, m, d).unwrap())),
        (-60_000_000_000_i128..=250_000_000_000, 0_i128..1_000_000_000)
            .prop_map(|(seconds, nanos)| Moment::Instant(Instant(seconds * 1_000_000_000 + nanos))),
    ]
}

fn validity() -> impl Strategy<Value = Validity> {
    (option::of(moment()), option::of(moment())).prop_map(|(from, until)| {
        let at = |moment: Moment| moment.instant(&countersign_authority::model::time::Utc);
        match (from, until) {
            (Some(a), Some(b)) if at(a) > at(b) => Validity { from: Some(b), until: Some(a) },
            (Some(a), Some(b)) if at(a) == at(b) => Validity { from: Some(a), until: None },
            (from, until) => Validity { from, until },
        }
    })
}

fn limit() -> impl Strategy<Value = Limit> {
    let codes: Vec<&'static str> = Currency::codes().collect();
    (select(codes), any::<u64>(), option::of(word(Period::WORDS))).prop_map(|(code, minor, per)| Limit {
        amount: Amount { currency: Currency::new(code).unwrap(), minor },
        per,
    })
}

fn verbs() -> impl Strategy<Value = Vec<Verb>> {
    let all: Vec<Verb> = Verb::WORDS.iter().map(|(verb, _)| *verb).collect();
    subsequence(all, 1..=14).prop_shuffle()
}

fn some_of<T: Ord + std::fmt::Debug + Clone>(
    one: impl Strategy<Value = T>,
    most: usize,
) -> impl Strategy<Value = Vec<T>> {
    btree_set(one, 1..=most).prop_map(|set| set.into_iter().collect::<Vec<_>>()).prop_shuffle()
}

fn scope(over: impl Strategy<Value = Option<Limit>>) -> impl Strategy<Value = Scope> {
    (verbs(), matter(), option::of(party()), option::of(limit()), over)
        .prop_map(|(verbs, matter, with, up_to, over)| Scope { verbs, matter, with, up_to, over })
}

fn joint() -> impl Strategy<Value = Joint> {
    some_of(office(), 5)
        .prop_flat_map(|of| {
            let most = of.len();
            let quorum =
                prop_oneof![Just(Quorum::All), (1..=u16::try_from(most).unwrap()).prop_map(Quorum::Count)];
            let pairs = vec((select(of.clone()), select(of.clone())), 0..3);
            (Just(of.clone()), quorum, subsequence(of, 0..=most).prop_shuffle(), pairs)
        })
        .prop_map(|(of, quorum, mut including, mut excluding)| {
            if let Quorum::Count(count) = quorum {
                including.truncate(usize::from(count));
            }
            excluding.retain(|(a, b)| a != b);
            Joint { quorum, of, including, excluding }
        })
}

fn notices() -> impl Strategy<Value = Vec<Notice>> {
    vec((party(), moment()).prop_map(|(to, at)| Notice { to, at }), 0..3)
}

fn a_party() -> impl Strategy<Value = Party> {
    (party(), text(), word(PartyKind::WORDS)).prop_map(|(id, name, kind)| Party { id, name, kind })
}

fn an_office() -> impl Strategy<Value = Office> {
    let role = prop_oneof![
        Just(Role::Decides),
        Just(Role::Advises),
        office().prop_map(|under| Role::Implements { under })
    ];
    (office(), text(), party(), role, option::of(word(Standing::WORDS)), any::<bool>()).prop_map(
        |(id, title, of, role, standing, collegial)| Office { id, title, of, role, standing, collegial },
    )
}

fn a_power() -> impl Strategy<Value = Power> {
    let head = prop_oneof![office().prop_map(Head::Office), joint().prop_map(Head::Jointly)];
    let days = option::of(any::<u32>());
    (head, scope(option::of(limit())), days, any::<bool>(), any::<bool>()).prop_map(
        |(head, scope, within_days, reserved, exclusive)| Power {
            head,
            scope,
            within_days,
            reserved,
            exclusive,
        },
    )
}

fn a_grant() -> impl Strategy<Value = Grant> {
    let breadth = option::of(prop_oneof![digest().prop_map(Breadth::Special), Just(Breadth::General)]);
    (grant_id(), some_of(actor(), 3), actor(), scope(Just(None)), 0_u8..=8, breadth, any::<[bool; 3]>())
        .prop_map(
            |(id, grantors, grantee, scope, depth, breadth, [personal, single_use, may_deal_with_self])| {
                Grant {
                    id,
                    grantors,
                    grantee,
                    scope,
                    depth,
                    breadth,
                    personal,
                    single_use,
                    may_deal_with_self,
                    made: None,
                    report_due: None,
                }
            },
        )
}

fn fact() -> impl Strategy<Value = Fact> {
    let key = prop_oneof![digest().prop_map(Key::Fingerprint), text().prop_map(Key::Subject)];
    let decider = prop_oneof![office().prop_map(Decider::Office), person().prop_map(Decider::Person)];
    prop_oneof![
        a_party().prop_map(Fact::Party),
        matter().prop_map(Fact::Matter),
        an_office().prop_map(Fact::Office),
        (person(), text(), vec(key, 0..3)).prop_map(|(id, name, keys)| Fact::Person(Person {
            id,
            name,
            keys
        })),
        (person(), office(), any::<bool>()).prop_map(|(person, office, acting)| Fact::Tenure(Tenure {
            person,
            office,
            acting
        })),
        a_power().prop_map(Fact::Power),
        (party(), matter(), option::of(limit()), office())
            .prop_map(|(party, matter, over, of)| Fact::ConsentRule(ConsentRule { party, matter, over, of })),
        a_grant().prop_map(Fact::Grant),
        (grant_id(), option::of(actor()), notices())
            .prop_map(|(grant, by, notified)| Fact::Revocation(Revocation { grant, by, notified })),
        (party(), actor(), party(), verbs(), matter()).prop_map(|(party, actor, to, verbs, matter)| {
            Fact::HeldOut(HeldOut { party, actor, to, verbs, matter })
        }),
        (office(), verbs(), matter(), any::<bool>(), option::of(moment()), notices()).prop_map(
            |(office, verbs, matter, fundamental, publicised, notified)| {
                Fact::Restriction(Restriction { office, verbs, matter, fundamental, publicised, notified })
            }
        ),
        (party(), matter(), decider, option::of(word(Confidence::WORDS))).prop_map(
            |(party, matter, decider, confidence)| {
                Fact::PrincipalClaim(PrincipalClaim { party, matter, decider, confidence })
            }
        ),
    ]
}

fn statement() -> impl Strategy<Value = Statement> {
    (fact(), validity(), option::of(said()), said(), moment()).prop_map(
        |(fact, mut valid, basis, needed, start)| {
            let basis = if fact.needs_basis() { Some(needed) } else { basis };
            if matches!(fact, Fact::Revocation(_)) && valid.from.is_none() {
                valid = Validity { from: Some(start), until: None };
            }
            Statement { fact, valid, basis }
        },
    )
}

/// An id that a document may declare once.
fn declared(fact: &Fact) -> Option<(u8, String)> {
    Some(match fact {
        Fact::Party(it) => (0, it.id.to_string()),
        Fact::Matter(it) => (1, it.to_string()),
        Fact::Office(it) => (2, it.id.to_string()),
        Fact::Person(it) => (3, it.id.to_string()),
        Fact::Grant(it) => (4, it.id.to_string()),
        _ => return None,
    })
}

pub(crate) fn map() -> impl Strategy<Value = Map> {
    (text(), any::<u32>(), said(), moment(), vec(statement(), 0..8)).prop_map(
        |(title, version, source, as_of, mut statements)| {
            let mut seen = std::collections::BTreeSet::new();
            statements.retain(|statement| declared(&statement.fact).is_none_or(|id| seen.insert(id)));
            Map { title, version, source, as_of, statements }
        },
    )
}

fn rule() -> impl Strategy<Value = Rule> {
    let trust = prop_oneof![
        digest().prop_map(Trust::CertificateAuthority),
        digest().prop_map(Trust::TimestampAuthority),
        vkey().prop_map(Trust::Record),
        vkey().prop_map(Trust::Witness),
    ];
    let gate = (word(GateStep::WORDS), matter(), party(), word(GateSigner::WORDS), any::<[bool; 5]>())
        .prop_map(|(step, matter, with, signer, [in_person, publicly, attested, witnessed, enforce])| {
            Rule::Gate(Gate { step, matter, with, signer, in_person, publicly, attested, witnessed, enforce })
        });
    let deadline = (
        clause(),
        0_u32..=100_000,
        word(Event::WORDS),
        word(Event::WORDS),
        word(DayCount::WORDS),
        option::of(zone()),
    )
        .prop_map(|(id, days, after, until, count, zone)| {
            Rule::Deadline(Deadline { id, days, after, until, count, zone })
        });
    prop_oneof![
        party().prop_map(Rule::WeAre),
        (text(), word(Recognised::WORDS), option::of(party()))
            .prop_map(|(source, standing, on)| Rule::Recognition(Recognition { source, standing, on })),
        (text(), text()).prop_map(|(source, over)| Rule::Preference { source, over }),
        (word(Profile::WORDS), prop_oneof![Just(Vec::new()), some_of(party(), 3)])
            .prop_map(|(profile, parties)| Rule::Profile { profile, parties }),
        trust.prop_map(Rule::Trust),
        (1_u32..).prop_map(Rule::Quorum),
        gate,
        deadline,
        zone().prop_map(Rule::Zone),
    ]
}

fn vkey() -> impl Strategy<Value = String> {
    "[a-z./\"\\\\]{1,12}\\+[0-9a-f]{8}\\+([A-Za-z0-9+/]{4}){1,12}"
}

fn zone() -> impl Strategy<Value = String> {
    select(vec!["UTC", "Europe/Zurich", "Asia/Tehran", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
        .prop_map(str::to_owned)
}

pub(crate) fn policy() -> impl Strategy<Value = Policy> {
    (text(), any::<u32>(), vec(rule(), 0..8)).prop_map(|(title, version, mut rules)| {
        let mut seen = std::collections::BTreeSet::new();
        rules.retain(|rule| match rule {
            Rule::WeAre(_) => seen.insert(String::new()),
            Rule::Zone(_) => seen.insert(" ".to_owned()),
            Rule::Quorum(_) => seen.insert("  ".to_owned()),
            Rule::Deadline(deadline) => seen.insert(deadline.id.to_string()),
            _ => true,
        });
        Policy { title, version, rules }
    })
}

fn noun() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z%°]{1,8}", said()]
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (0_u64..1_000_000_000, 0_usize..9).prop_map(|(n, scale)| {
        let digits = format!("{n:09}");
        let (whole, fraction) = digits.split_at(9 - scale);
        let text = if fraction.is_empty() {
            whole.to_owned()
        } else {
            format!("{}.{fraction}", whole.to_owned() + "")
        };
        Decimal::parse(text.strip_prefix('.').map_or(&text, |_| "0.1")).unwrap()
    })
}

fn obligation() -> impl Strategy<Value = Obligation> {
    let duty = prop_oneof![
        (noun(), word(Bound::WORDS), decimal(), noun()).prop_map(|(quantity, bound, value, unit)| {
            Duty::Keeps { quantity, bound, measure: Measure { value, unit } }
        }),
        text().prop_map(Duty::Shall),
    ];
    let mechanism = (word(MechanismKind::WORDS), option::of(party()), option::of(1..=u32::MAX))
        .prop_map(|(kind, by, every_days)| Mechanism { kind, by, every_days });
    let event = option::of(word(Event::WORDS));
    (clause(), party(), duty, event, validity(), vec(mechanism, 0..4), option::of(any::<u32>())).prop_map(
        |(id, party, duty, event, valid, verified_by, grace_days)| Obligation {
            id,
            party,
            duty,
            from: event.map(Start::Event).or(valid.from.map(Start::Moment)),
            until: valid.until,
            verified_by,
            grace_days,
        },
    )
}

pub(crate) fn terms() -> impl Strategy<Value = Terms> {
    let parties = btree_set(party(), 2..5).prop_map(|set| set.into_iter().collect::<Vec<_>>()).prop_shuffle();
    let by = prop_oneof![Just(By::All), (1_u16..=2).prop_map(By::Count)];
    let clause = prop_oneof![
        a_party().prop_map(Clause::Party),
        by.clone().prop_map(|by| Clause::EntryIntoForce(EntryIntoForce::OnSignature(by))),
        by.prop_map(|by| Clause::EntryIntoForce(EntryIntoForce::OnRatification(by))),
        moment().prop_map(|at| Clause::EntryIntoForce(EntryIntoForce::On(at))),
        obligation().prop_map(Clause::Obligation),
        (any::<u32>(), word(SpanUnit::WORDS))
            .prop_map(|(count, unit)| Clause::Withdrawal { notice: Span { count, unit } }),
    ];
    (text(), any::<u32>(), parties, matter(), vec(clause, 0..8)).prop_map(
        |(title, version, between, matter, mut clauses)| {
            let mut seen = std::collections::BTreeSet::new();
            clauses.retain(|clause| {
                seen.insert(match clause {
                    Clause::Party(it) => (0, it.id.to_string()),
                    Clause::EntryIntoForce(_) => (1, String::new()),
                    Clause::Obligation(it) => (2, it.id.to_string()),
                    Clause::Withdrawal { .. } => (3, String::new()),
                })
            });
            Terms { title, version, between, matter, clauses }
        },
    )
}
