//! Maps made ready for questions: names interned, days turned into instants, statements indexed by whom they
//! concern. Built once, asked often; no question scans statements of other offices.

use alloc::vec::Vec;
use core::fmt;

use crate::model::map::{
    ConsentRule, Decider, Fact, Grant, Head, HeldOut, Map, Office, Power, PrincipalClaim, Restriction,
    Statement,
};
use crate::model::name::{ActorId, GrantId, OfficeId, PartyId, PersonId};
use crate::model::policy::Policy;
use crate::model::time::{Instant, Interval, Moment, Zone};
use crate::names::Interner;
pub(crate) use crate::names::Ix;
use crate::verdict::StatementRef;

/// Someone who can grant or be granted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Actor {
    /// An office, whoever holds it.
    Office(Ix),
    /// A person.
    Person(Ix),
}

/// Why maps can't be put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorldError {
    /// A statement names something that no map declares.
    Undeclared {
        /// The statement.
        at: StatementRef,
        /// The name at fault.
        name: alloc::string::String,
    },
    /// More maps or statements than can be counted.
    TooMany,
}

impl fmt::Display for WorldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undeclared { name, .. } => write!(f, "`{name}` is declared in no map given"),
            Self::TooMany => write!(f, "more statements than can be counted"),
        }
    }
}

impl core::error::Error for WorldError {}

/// A statement with its place and its interval on the time line.
#[derive(Debug, Clone)]
pub(crate) struct Stated<'a, T> {
    pub(crate) at: StatementRef,
    pub(crate) valid: Interval,
    pub(crate) says: &'a T,
}

/// An office's line.
pub(crate) type OfficeFact<'a> = Stated<'a, Office>;

/// A person in an office.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TenureFact {
    pub(crate) at: StatementRef,
    pub(crate) valid: Interval,
    pub(crate) person: Ix,
    pub(crate) office: Ix,
}

/// A power with its head's offices interned.
#[derive(Debug, Clone)]
pub(crate) struct PowerFact<'a> {
    pub(crate) at: StatementRef,
    pub(crate) valid: Interval,
    pub(crate) says: &'a Power,
    pub(crate) party: Ix,
    /// The office, or the slots of a joint rule.
    pub(crate) offices: Vec<Ix>,
    /// Slots that must be filled (indices into `offices`).
    pub(crate) including: Vec<usize>,
    /// Slots that don't count together (indices into `offices`).
    pub(crate) excluding: Vec<(usize, usize)>,
    /// How many slots must be filled; 1 for a sole power.
    pub(crate) quorum: usize,
    /// Whether all its offices are of one party.
    pub(crate) own: bool,
}

impl PowerFact<'_> {
    pub(crate) fn joint(&self) -> bool {
        matches!(self.says.head, Head::Jointly(_))
    }
}

/// A grant with its actors interned.
#[derive(Debug, Clone)]
pub(crate) struct GrantFact<'a> {
    pub(crate) at: StatementRef,
    pub(crate) valid: Interval,
    pub(crate) says: &'a Grant,
    /// Its name's index.
    pub(crate) name: Ix,
    pub(crate) grantors: Vec<Actor>,
    pub(crate) grantee: Actor,
    /// When it was made; `None` where the map doesn't say.
    pub(crate) made: Option<Instant>,
    pub(crate) report_due: Option<Instant>,
}

/// A revocation with its actor interned.
#[derive(Debug, Clone)]
pub(crate) struct RevocationFact {
    pub(crate) at: StatementRef,
    pub(crate) valid: Interval,
    pub(crate) by: Option<Actor>,
    pub(crate) notified: Vec<(Ix, Instant)>,
}

/// A restriction with its notices on the time line.
#[derive(Debug, Clone)]
pub(crate) struct RestrictionFact<'a> {
    pub(crate) at: StatementRef,
    pub(crate) valid: Interval,
    pub(crate) says: &'a Restriction,
    pub(crate) publicised: Option<Instant>,
    pub(crate) notified: Vec<(Ix, Instant)>,
}

/// Someone held out.
#[derive(Debug, Clone)]
pub(crate) struct HeldOutFact<'a> {
    pub(crate) at: StatementRef,
    pub(crate) valid: Interval,
    pub(crate) says: &'a HeldOut,
    pub(crate) actor: Actor,
    pub(crate) to: Ix,
}

/// A claim of who decides.
#[derive(Debug, Clone)]
pub(crate) struct ClaimFact<'a> {
    pub(crate) at: StatementRef,
    pub(crate) valid: Interval,
    pub(crate) says: &'a PrincipalClaim,
    pub(crate) decider: Actor,
}

/// A rule of consent.
#[derive(Debug, Clone)]
pub(crate) struct ConsentFact<'a> {
    pub(crate) at: StatementRef,
    pub(crate) valid: Interval,
    pub(crate) says: &'a ConsentRule,
    pub(crate) office: Ix,
}

/// All that is known of an office.
#[derive(Debug, Default)]
pub(crate) struct OfficeIndex<'a> {
    pub(crate) party: Ix,
    pub(crate) lines: Vec<OfficeFact<'a>>,
    pub(crate) tenures: Vec<TenureFact>,
    /// Sole powers and joint powers it has a slot in (indices into `World::powers`).
    pub(crate) powers: Vec<usize>,
    /// Grants to the office (indices into `World::grants`).
    pub(crate) grants: Vec<usize>,
    pub(crate) restrictions: Vec<RestrictionFact<'a>>,
}

/// All that is known of a person.
#[derive(Debug, Default)]
pub(crate) struct PersonIndex {
    pub(crate) tenures: Vec<TenureFact>,
    pub(crate) grants: Vec<usize>,
}

/// All that is known of a party beside its offices.
#[derive(Debug, Default)]
pub(crate) struct PartyIndex<'a> {
    pub(crate) joint_powers: Vec<usize>,
    pub(crate) powers: Vec<usize>,
    pub(crate) exclusive_powers: Vec<usize>,
    pub(crate) consents: Vec<ConsentFact<'a>>,
    pub(crate) held_out: Vec<HeldOutFact<'a>>,
    pub(crate) claims: Vec<ClaimFact<'a>>,
    /// Offices of the party.
    pub(crate) offices: Vec<Ix>,
    /// Maps that speak of the party's offices, powers or principal.
    pub(crate) covered_by: Vec<u32>,
}

/// Maps and a policy, ready for questions.
///
/// ```
/// use countersign_authority::{World, model::time::Utc};
/// let world = World::new(&[], None, &Utc)?;
/// # Ok::<(), countersign_authority::WorldError>(())
/// ```
pub struct World<'a> {
    pub(crate) maps: &'a [Map],
    pub(crate) policy: Option<&'a Policy>,
    pub(crate) zone: &'a (dyn Zone + Sync),
    pub(crate) known_since: Vec<Instant>,
    pub(crate) party_names: Interner<PartyId>,
    pub(crate) office_names: Interner<OfficeId>,
    pub(crate) person_names: Interner<PersonId>,
    pub(crate) grant_names: Interner<GrantId>,
    pub(crate) parties: Vec<PartyIndex<'a>>,
    pub(crate) offices: Vec<OfficeIndex<'a>>,
    pub(crate) persons: Vec<PersonIndex>,
    pub(crate) powers: Vec<PowerFact<'a>>,
    pub(crate) grants: Vec<GrantFact<'a>>,
    /// Per grant's name: every map's statement of it.
    pub(crate) grants_named: Vec<Vec<usize>>,
    /// Per grant's name.
    pub(crate) revocations: Vec<Vec<RevocationFact>>,
    /// The map that counts whatever the policy recognises.
    pub(crate) record: Option<u32>,
    /// Whether any limit adds up over a period, or any grant is single use: then earlier acts matter.
    pub(crate) counts_earlier_acts: bool,
}

impl fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("maps", &self.maps.len())
            .field("offices", &self.offices.len())
            .field("grants", &self.grants.len())
            .finish_non_exhaustive()
    }
}

impl<'a> World<'a> {
    /// Puts maps and a policy together. `zone` says where days begin.
    ///
    /// # Errors
    /// [`WorldError`] where a statement names what no map declares.
    pub fn new(
        maps: &'a [Map],
        policy: Option<&'a Policy>,
        zone: &'a (dyn Zone + Sync),
    ) -> Result<Self, WorldError> {
        let mut world =
            Self {
                maps,
                policy,
                zone,
                known_since: maps.iter().map(|map| map.as_of.instant(zone)).collect(),
                party_names: names(
                    maps,
                    |fact| if let Fact::Party(party) = fact { Some(&party.id) } else { None },
                ),
                office_names: names(maps, |fact| {
                    if let Fact::Office(office) = fact { Some(&office.id) } else { None }
                }),
                person_names: names(maps, |fact| {
                    if let Fact::Person(person) = fact { Some(&person.id) } else { None }
                }),
                grant_names: names(
                    maps,
                    |fact| if let Fact::Grant(grant) = fact { Some(&grant.id) } else { None },
                ),
                parties: Vec::new(),
                offices: Vec::new(),
                persons: Vec::new(),
                powers: Vec::new(),
                grants: Vec::new(),
                grants_named: Vec::new(),
                revocations: Vec::new(),
                record: None,
                counts_earlier_acts: false,
            };
        world.declare()?;
        for (at, statement) in statements(maps)? {
            world.index(at, statement)?;
        }
        Ok(world)
    }

    /// Counts the map at this index for every party, whatever the policy recognises: grants and revocations
    /// that stand in the record itself, signed by those who made them.
    #[must_use]
    pub fn with_record(mut self, map: u32) -> Self {
        self.record = Some(map);
        self
    }

    /// The statement at a place, where there is one.
    #[must_use]
    pub fn statement(&self, at: StatementRef) -> Option<&'a Statement> {
        self.maps.get(at.map as usize)?.statements.get(at.statement as usize)
    }

    /// The source that makes a statement.
    #[must_use]
    pub fn source(&self, at: StatementRef) -> &'a str {
        self.maps.get(at.map as usize).map_or("", |map| &map.source)
    }

    fn declare(&mut self) -> Result<(), WorldError> {
        self.parties.resize_with(self.party_names.len(), PartyIndex::default);
        self.offices.resize_with(self.office_names.len(), OfficeIndex::default);
        self.persons.resize_with(self.person_names.len(), PersonIndex::default);
        self.grants_named.resize_with(self.grant_names.len(), Vec::new);
        self.revocations.resize_with(self.grant_names.len(), Vec::new);
        // Before any power is read: the order of statements carries no meaning, and a power is its office's party's.
        for (at, statement) in statements(self.maps)? {
            if let Fact::Office(says) = &statement.fact {
                let (party, office) = (self.party(at, &says.of)?, self.office(at, &says.id)?);
                if let Some(index) = self.offices.get_mut(office as usize) {
                    index.party = party;
                }
            }
        }
        Ok(())
    }

    fn index(&mut self, at: StatementRef, statement: &'a Statement) -> Result<(), WorldError> {
        let valid = statement.valid.interval(self.zone);
        match &statement.fact {
            Fact::Party(_) | Fact::Matter(_) | Fact::Person(_) => {}
            Fact::Office(says) => {
                let party = self.party(at, &says.of)?;
                let office = self.office(at, &says.id)?;
                if let Some(index) = self.offices.get_mut(office as usize) {
                    index.lines.push(Stated { at, valid, says });
                }
                if let Some(index) = self.parties.get_mut(party as usize)
                    && !index.offices.contains(&office)
                {
                    index.offices.push(office);
                }
                self.cover(party, at);
            }
            Fact::Tenure(says) => {
                let (person, office) = (self.person(at, &says.person)?, self.office(at, &says.office)?);
                let tenure = TenureFact { at, valid, person, office };
                if let Some(index) = self.offices.get_mut(office as usize) {
                    index.tenures.push(tenure);
                }
                if let Some(index) = self.persons.get_mut(person as usize) {
                    index.tenures.push(tenure);
                }
            }
            Fact::Power(says) => self.index_power(at, valid, says)?,
            Fact::ConsentRule(says) => {
                let (party, office) = (self.party(at, &says.party)?, self.office(at, &says.of)?);
                self.cover(party, at);
                self.counts_earlier_acts |= says.over.is_some_and(|limit| limit.per.is_some());
                if let Some(index) = self.parties.get_mut(party as usize) {
                    index.consents.push(ConsentFact { at, valid, says, office });
                }
            }
            Fact::Grant(says) => self.index_grant(at, valid, statement.valid.from, says)?,
            Fact::Revocation(says) => {
                let grant = self
                    .grant_names
                    .find(says.grant.as_str())
                    .ok_or_else(|| WorldError::Undeclared { at, name: says.grant.as_str().into() })?;
                let by = says.by.as_ref().map(|by| self.actor(at, by)).transpose()?;
                let notified = self.notices(at, &says.notified)?;
                if let Some(list) = self.revocations.get_mut(grant as usize) {
                    list.push(RevocationFact { at, valid, by, notified });
                }
            }
            Fact::HeldOut(says) => {
                let (party, to) = (self.party(at, &says.party)?, self.party(at, &says.to)?);
                let actor = self.actor(at, &says.actor)?;
                self.cover(party, at);
                if let Some(index) = self.parties.get_mut(party as usize) {
                    index.held_out.push(HeldOutFact { at, valid, says, actor, to });
                }
            }
            Fact::Restriction(says) => {
                let office = self.office(at, &says.office)?;
                let notified = self.notices(at, &says.notified)?;
                let publicised = says.publicised.map(|moment| moment.instant(self.zone));
                if let Some(index) = self.offices.get_mut(office as usize) {
                    index.restrictions.push(RestrictionFact { at, valid, says, publicised, notified });
                }
            }
            Fact::PrincipalClaim(says) => {
                let party = self.party(at, &says.party)?;
                let decider = match &says.decider {
                    Decider::Office(office) => Actor::Office(self.office(at, office)?),
                    Decider::Person(person) => Actor::Person(self.person(at, person)?),
                };
                self.cover(party, at);
                if let Some(index) = self.parties.get_mut(party as usize) {
                    index.claims.push(ClaimFact { at, valid, says, decider });
                }
            }
        }
        Ok(())
    }

    fn index_power(&mut self, at: StatementRef, valid: Interval, says: &'a Power) -> Result<(), WorldError> {
        let (ids, quorum, including, excluding) = match &says.head {
            Head::Office(office) => (core::slice::from_ref(office), 1, Vec::new(), Vec::new()),
            Head::Jointly(joint) => {
                let slot = |id: &OfficeId| joint.of.iter().position(|other| other == id);
                let including = joint.including.iter().filter_map(slot).collect();
                let excluding =
                    joint.excluding.iter().filter_map(|(a, b)| Some((slot(a)?, slot(b)?))).collect();
                (joint.of.as_slice(), joint.must(), including, excluding)
            }
        };
        let offices = ids.iter().map(|id| self.office(at, id)).collect::<Result<Vec<_>, _>>()?;
        let party_of = |o: &Ix| self.offices.get(*o as usize).map_or(0, |o| o.party);
        let party = offices.first().map_or(0, party_of);
        let own = offices.iter().all(|office| party_of(office) == party);
        let ix = self.powers.len();
        for office in &offices {
            if let Some(index) = self.offices.get_mut(*office as usize) {
                index.powers.push(ix);
            }
        }
        let power = PowerFact { at, valid, says, party, offices, including, excluding, quorum, own };
        let joint = power.joint();
        self.counts_earlier_acts |=
            [says.scope.up_to, says.scope.over].iter().flatten().any(|l| l.per.is_some());
        self.powers.push(power);
        self.cover(party, at);
        if let Some(index) = self.parties.get_mut(party as usize) {
            index.powers.push(ix);
            if joint {
                index.joint_powers.push(ix);
            }
            if says.exclusive {
                index.exclusive_powers.push(ix);
            }
        }
        Ok(())
    }

    fn index_grant(
        &mut self,
        at: StatementRef,
        valid: Interval,
        from: Option<Moment>,
        says: &'a Grant,
    ) -> Result<(), WorldError> {
        let grantors = says.grantors.iter().map(|g| self.actor(at, g)).collect::<Result<Vec<_>, _>>()?;
        let grantee = self.actor(at, &says.grantee)?;
        let made = says.made.or(from).map(|moment| moment.instant(self.zone));
        let report_due = says.report_due.map(|moment| moment.instant(self.zone));
        let ix = self.grants.len();
        let name = self.grant_names.find(says.id.as_str()).unwrap_or(Ix::MAX);
        if let Some(named) = self.grants_named.get_mut(name as usize) {
            named.push(ix);
        }
        match grantee {
            Actor::Office(office) => {
                if let Some(index) = self.offices.get_mut(office as usize) {
                    index.grants.push(ix);
                }
            }
            Actor::Person(person) => {
                if let Some(index) = self.persons.get_mut(person as usize) {
                    index.grants.push(ix);
                }
            }
        }
        self.counts_earlier_acts |=
            says.single_use || says.scope.up_to.is_some_and(|limit| limit.per.is_some());
        self.grants.push(GrantFact { at, valid, says, name, grantors, grantee, made, report_due });
        Ok(())
    }

    fn cover(&mut self, party: Ix, at: StatementRef) {
        if let Some(index) = self.parties.get_mut(party as usize)
            && !index.covered_by.contains(&at.map)
        {
            index.covered_by.push(at.map);
        }
    }

    fn notices(
        &self,
        at: StatementRef,
        notices: &[crate::model::map::Notice],
    ) -> Result<Vec<(Ix, Instant)>, WorldError> {
        notices.iter().map(|n| Ok((self.party(at, &n.to)?, n.at.instant(self.zone)))).collect()
    }

    fn party(&self, at: StatementRef, id: &PartyId) -> Result<Ix, WorldError> {
        self.party_names
            .find(id.as_str())
            .ok_or_else(|| WorldError::Undeclared { at, name: id.as_str().into() })
    }

    fn office(&self, at: StatementRef, id: &OfficeId) -> Result<Ix, WorldError> {
        self.office_names
            .find(id.as_str())
            .ok_or_else(|| WorldError::Undeclared { at, name: id.as_str().into() })
    }

    fn person(&self, at: StatementRef, id: &PersonId) -> Result<Ix, WorldError> {
        self.person_names
            .find(id.as_str())
            .ok_or_else(|| WorldError::Undeclared { at, name: id.as_str().into() })
    }

    fn actor(&self, at: StatementRef, id: &ActorId) -> Result<Actor, WorldError> {
        self.office_names
            .find(id.as_str())
            .map(Actor::Office)
            .or_else(|| self.person_names.find(id.as_str()).map(Actor::Person))
            .ok_or_else(|| WorldError::Undeclared { at, name: id.as_str().into() })
    }
}

/// Every name of one kind that maps declare.
fn names<'a, N: core::borrow::Borrow<str> + Clone + 'a>(
    maps: &'a [Map],
    pick: fn(&'a Fact) -> Option<&'a N>,
) -> Interner<N> {
    Interner::of(maps.iter().flat_map(|map| &map.statements).filter_map(|statement| pick(&statement.fact)))
}

fn statements(maps: &[Map]) -> Result<impl Iterator<Item = (StatementRef, &Statement)>, WorldError> {
    let countable = u32::try_from(maps.len()).is_ok()
        && maps.iter().all(|map| u32::try_from(map.statements.len()).is_ok());
    if !countable {
        return Err(WorldError::TooMany);
    }
    Ok(maps.iter().zip(0_u32..).flat_map(|(map, ix)| {
        map.statements.iter().zip(0_u32..).map(move |(s, statement)| (StatementRef { map: ix, statement }, s))
    }))
}
