//! Zones: parts of the world by name, so that one rate is for many countries, or for a part of one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::country;
use crate::expr::{CompileContext, Facts, Scope, Slot, Type, Value};
use crate::id::{Map, Set, Symbol, ZoneId};
use crate::report::{Diagnostic, Path, TaxCode, did_you_mean};
use crate::sort;

/// Where regions and postcodes of a destination stand.
const REGION: &str = "destination.region";
const POSTCODE: &str = "destination.postcode";

/// A part of the world by name. A destination may lie in several zones: what is smaller counts before what is larger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneDef {
    /// Names the zone; the `destination` of a rate names it in place of a country.
    pub id: ZoneId,
    /// How people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whole countries, by their two letters of ISO 3166.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// Parts of countries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ZonePartDef>,
    /// Whether it is for every destination besides, for which nothing smaller has a rate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub elsewhere: bool,
}

/// Regions and postcodes of a country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZonePartDef {
    /// The country, by its two letters of ISO 3166.
    pub country: String,
    /// Regions, compared with the attribute `destination.region`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// Postcodes, compared with the attribute `destination.postcode` without regard to spaces, hyphens and small letters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postcodes: Vec<PostcodesDef>,
}

/// Postcodes. Those that agree in more letters from the beginning on count before those that agree in fewer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostcodesDef {
    /// All that begin so.
    Prefix(String),
    /// All of as many letters between two, which belong to it.
    Range(PostcodeRangeDef),
}

/// The ends of a range of postcodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostcodeRangeDef {
    /// The first.
    pub from: String,
    /// The last.
    pub to: String,
}

/// The checked zones.
#[derive(Debug, Clone, Default)]
pub(super) struct Zones {
    of_country: Map<Symbol, CountryZones>,
    elsewhere: Option<Symbol>,
    region: Option<Slot>,
    postcode: Option<Slot>,
}

/// The zones in which a country and its parts lie.
#[derive(Debug, Clone, Default)]
struct CountryZones {
    whole: Option<Symbol>,
    regions: Map<String, Symbol>,
    /// Those first that agree in the most letters.
    postcodes: Vec<(Postcodes, Symbol)>,
}

/// Postcodes as they are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Postcodes {
    /// What all of them begin with.
    common: String,
    /// The ends of a range.
    ends: Option<(String, String)>,
}

/// The places whose rates may be for a destination: the smallest first.
#[derive(Debug, Clone, Default)]
pub struct Way {
    parts: Vec<Symbol>,
    country: Option<Symbol>,
    zone: Option<Symbol>,
    elsewhere: Option<Symbol>,
}

impl Way {
    /// Nowhere but to a country, or a zone that is named in its place.
    pub(super) fn to(country: Option<Symbol>) -> Self {
        Self { country, ..Self::default() }
    }

    /// The places, the smallest first.
    pub fn places(&self) -> impl Iterator<Item = Symbol> {
        self.parts.iter().copied().chain(self.country).chain(self.zone).chain(self.elsewhere)
    }
}

impl Zones {
    /// Checks the zones.
    pub(super) fn compile(defs: &[ZoneDef], path: &Path<'_>, cx: &mut CompileContext<'_>) -> Self {
        let mut compiler = Compiler { zones: Self::default(), taken: Map::default(), cx };
        let mut ids: Set<&ZoneId> = Set::default();
        for (index, def) in defs.iter().enumerate() {
            let at = path.index(index);
            if !ids.insert(&def.id) {
                compiler.cx.diagnostics.duplicate(&at, "zone", def.id.as_str());
            }
            compiler.read(def, (index, defs), &at);
        }
        let Compiler { mut zones, .. } = compiler;
        for of_country in zones.of_country.values_mut() {
            sort::by(&mut of_country.postcodes, |(one, _), (other, _)| {
                (other.common.len(), &one.common).cmp(&(one.common.len(), &other.common)).then_with(|| one.ends.cmp(&other.ends))
            });
        }
        zones
    }

    /// The places whose rates may be for the destination of a document in that country.
    pub(super) fn way<F: Facts + ?Sized>(&self, country: Option<Symbol>, facts: &F) -> Way {
        let text = |slot: Option<Slot>| match slot.map(|slot| facts.value(slot, None)) {
            Some(Value::Text(text)) => Some(text.text),
            _ => None,
        };
        let mut way = self.way_to_country(country);
        let Some(zones) = country.and_then(|country| self.of_country.get(&country)) else { return way };
        if let Some(postcode) = text(self.postcode).filter(|_| !zones.postcodes.is_empty()) {
            let postcode = plain(postcode);
            let fits = zones.postcodes.iter().filter(|(postcodes, _)| postcodes.contain(&postcode));
            way.parts.extend(fits.map(|(_, zone)| *zone));
        }
        way.parts.extend(text(self.region).and_then(|region| zones.regions.get(region)));
        way
    }

    /// The ways to the parts of all countries, at most so many: what every postcode lies in, with every region and with none.
    pub(super) fn ways(&self, most: usize) -> Vec<Way> {
        let of_country = self.of_country.iter().flat_map(|(country, zones)| {
            let whole = self.way_to_country(Some(*country));
            let regions: Set<Option<Symbol>> = std::iter::once(None).chain(zones.regions.values().copied().map(Some)).collect();
            let together = zones.together(most);
            regions.into_iter().flat_map(move |region| {
                let parts = together.iter().map(|postcodes| postcodes.iter().copied().chain(region).collect()).collect::<Vec<_>>();
                let whole = whole.clone();
                parts.into_iter().map(move |parts| Way { parts, ..whole.clone() })
            })
        });
        of_country.take(most).collect()
    }

    /// The places whose rates may be for a country as a whole.
    pub(super) fn way_to_country(&self, country: Option<Symbol>) -> Way {
        let zone = country.and_then(|country| self.of_country.get(&country)).and_then(|zones| zones.whole);
        Way { zone, elsewhere: self.elsewhere, ..Way::to(country) }
    }
}

impl CountryZones {
    /// The zones in which a postcode may lie together, in the order in which they count; of at most so many postcodes. Zones that have one
    /// in common have the end of a range in common, or a beginning.
    fn together(&self, most: usize) -> Set<Vec<Symbol>> {
        let lengths: Set<usize> = self.postcodes.iter().filter_map(|(postcodes, _)| Some(postcodes.ends.as_ref()?.0.len())).collect();
        let of_entry = |postcodes: &Postcodes| -> Vec<String> {
            let filled = lengths.iter().map(|length| format!("{:0<length$}", postcodes.common));
            let ends = postcodes.ends.clone().map(|(from, to)| [from, to]);
            ends.into_iter().flatten().chain([postcodes.common.clone()]).chain(filled.filter(|_| postcodes.ends.is_none())).collect()
        };
        let examples: Set<String> = self.postcodes.iter().flat_map(|(postcodes, _)| of_entry(postcodes)).take(most).collect();
        let zones_of =
            |example: &String| self.postcodes.iter().filter(|(known, _)| known.contain(example)).map(|(_, zone)| *zone).collect();
        std::iter::once(Vec::new()).chain(examples.iter().map(zones_of)).collect()
    }
}

/// What the zones before have taken.
struct Compiler<'c, 'x> {
    zones: Zones,
    /// What zones have, by the country and what of it: the zone, and where it says so.
    taken: Map<(String, String), Vec<Taken>>,
    cx: &'c mut CompileContext<'x>,
}

#[derive(Debug, Clone)]
struct Taken {
    zone: usize,
    ends: Option<(String, String)>,
}

impl Compiler<'_, '_> {
    fn read(&mut self, def: &ZoneDef, (number, defs): (usize, &[ZoneDef]), path: &Path<'_>) {
        if country::is_known(def.id.as_str()) {
            let message = format!("the zone `{}` is called as a country is, so a rate could not tell them apart", def.id);
            let problem = Diagnostic::error(TaxCode::Zone, &path.field("id"), message);
            self.cx.diagnostics.push(problem.help("give it another name, such as `zone-1`"));
        }
        if def.countries.is_empty() && !def.elsewhere && def.parts.iter().all(|part| part.regions.is_empty() && part.postcodes.is_empty()) {
            let problem = Diagnostic::error(TaxCode::Zone, path, format!("nothing lies in the zone `{}`", def.id));
            self.cx.diagnostics.push(problem.help("name `countries` or `parts` of them, or say that it is `elsewhere`"));
        }
        let zone = self.cx.symbols.intern(def.id.as_str());
        let place = Place { number, defs, zone };
        if def.elsewhere {
            self.take(place, ("", "all other destinations".to_owned()), None, &path.field("elsewhere"));
            self.zones.elsewhere = Some(zone);
        }
        for (index, country) in def.countries.iter().enumerate() {
            let at = path.field("countries");
            let at = at.index(index);
            let Some(symbol) = self.country(country, &at) else { continue };
            if self.take(place, (country, format!("the country `{country}`")), None, &at) {
                self.zones.of_country.entry(symbol).or_default().whole = Some(zone);
            }
        }
        for (index, part) in def.parts.iter().enumerate() {
            let at = path.field("parts");
            self.read_part(place, part, &at.index(index));
        }
    }

    fn read_part(&mut self, place: Place<'_>, part: &ZonePartDef, path: &Path<'_>) {
        let Some(country) = self.country(&part.country, &path.field("country")) else { return };
        if !part.regions.is_empty() {
            self.zones.region = self.attribute(REGION, &path.field("regions"));
        }
        if !part.postcodes.is_empty() {
            self.zones.postcode = self.attribute(POSTCODE, &path.field("postcodes"));
        }
        for (index, region) in part.regions.iter().enumerate() {
            let at = path.field("regions");
            if self.take(place, (&part.country, format!("the region `{region}`")), None, &at.index(index)) {
                self.zones.of_country.entry(country).or_default().regions.insert(region.clone(), place.zone);
            }
        }
        for (index, postcodes) in part.postcodes.iter().enumerate() {
            let at = path.field("postcodes");
            let at = at.index(index);
            let Some(postcodes) = self.postcodes(postcodes, &at) else { continue };
            let what = format!("the postcodes `{}...`", postcodes.common);
            if self.take(place, (&part.country, what), postcodes.ends.clone(), &at) {
                self.zones.of_country.entry(country).or_default().postcodes.push((postcodes, place.zone));
            }
        }
    }

    fn country(&mut self, country: &str, path: &Path<'_>) -> Option<Symbol> {
        if country::is_known(country) {
            return Some(self.cx.symbols.intern(country));
        }
        let problem = Diagnostic::error(TaxCode::UnknownCountry, path, format!("there is no country `{country}`"));
        let upper = country.to_uppercase();
        let help = match upper.as_str() {
            "UK" => Some("write `GB`".to_owned()),
            "EL" => Some("write `GR`".to_owned()),
            known if country::is_known(known) => Some(format!("write `{known}`")),
            _ => did_you_mean(&upper, country::all()),
        };
        self.cx.diagnostics.push(problem.help(help.unwrap_or_else(|| "write the two letters of ISO 3166, such as `DE`".to_owned())));
        None
    }

    /// The attribute in which a region or a postcode stands: a text of the document.
    fn attribute(&mut self, name: &str, path: &Path<'_>) -> Option<Slot> {
        let found = self.cx.vocabulary.find(name).filter(|found| found.ty == Type::Text && found.slot.scope == Scope::Document);
        if found.is_none() {
            let problem = Diagnostic::error(TaxCode::Zone, path, format!("nothing says what `{name}` is"));
            let help = format!("declare the attribute {{\"id\": \"{name}\", \"type\": \"text\", \"optional\": true}}");
            self.cx.diagnostics.push(problem.help(help));
        }
        found.map(|found| found.slot)
    }

    fn postcodes(&mut self, def: &PostcodesDef, path: &Path<'_>) -> Option<Postcodes> {
        let read = match def {
            PostcodesDef::Prefix(prefix) => {
                Postcodes::beginning(prefix).ok_or_else(|| "a prefix without letters is the whole country".to_owned())
            }
            PostcodesDef::Range(PostcodeRangeDef { from, to }) => Postcodes::between(from, to).ok_or_else(|| {
                format!("no postcode lies between `{from}` and `{to}`: both need as many letters, and the first is not above the last")
            }),
        };
        let refuse = |message| self.cx.diagnostics.error(TaxCode::Zone, path, message);
        read.map_err(refuse).ok()
    }

    /// Whether nothing of the same rank is in another zone.
    fn take(&mut self, place: Place<'_>, (country, what): (&str, String), ends: Option<(String, String)>, path: &Path<'_>) -> bool {
        let Place { number, defs, .. } = place;
        let taken = self.taken.entry((country.to_owned(), what.clone())).or_default();
        let apart = |known: &Taken| match (&known.ends, &ends) {
            (Some((from, to)), Some((other_from, other_to))) => from.len() != other_from.len() || to < other_from || other_to < from,
            _ => false,
        };
        let other = taken.iter().find(|known| !apart(known)).map(|known| known.zone);
        taken.push(Taken { zone: number, ends });
        let Some(other) = other else { return true };
        let name = |zone: usize| defs.get(zone).map_or("", |zone| zone.id.as_str());
        let message = if other == number {
            format!("the zone `{}` names {what} twice", name(number))
        } else {
            format!("the zones `{}` and `{}` both have {what}, and neither is smaller", name(other), name(number))
        };
        let zones = Path::ROOT.field("tax");
        let zones = zones.field("zones");
        let problem = Diagnostic::error(TaxCode::ZoneOverlap, path, message).related(&zones.index(other), "the zone before");
        self.cx.diagnostics.push(problem.help("take it out of one of them"));
        false
    }
}

/// A zone that is read.
#[derive(Clone, Copy)]
struct Place<'z> {
    number: usize,
    defs: &'z [ZoneDef],
    zone: Symbol,
}

impl Postcodes {
    fn beginning(prefix: &str) -> Option<Self> {
        let common = plain(prefix);
        (!common.is_empty()).then_some(Self { common, ends: None })
    }

    fn between(from: &str, to: &str) -> Option<Self> {
        let (from, to) = (plain(from), plain(to));
        if from.is_empty() || from.len() != to.len() || from > to {
            return None;
        }
        let common = from.chars().zip(to.chars()).take_while(|(one, other)| one == other).map(|(letter, _)| letter).collect();
        Some(Self { common, ends: Some((from, to)) })
    }

    fn contain(&self, postcode: &str) -> bool {
        match &self.ends {
            None => postcode.starts_with(&self.common),
            Some((from, to)) => from.len() == postcode.len() && from.as_str() <= postcode && postcode <= to.as_str(),
        }
    }
}

/// A postcode without spaces, hyphens and small letters.
fn plain(postcode: &str) -> String {
    postcode.chars().filter(|letter| !matches!(letter, ' ' | '-')).flat_map(char::to_uppercase).collect()
}
