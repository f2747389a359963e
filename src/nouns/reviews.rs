//! Decisions that are looked at again: weeks, what is drawn of them, and what a second person says.
//!
//! What is drawn follows from a seed and from entries alone, by [`Drawing`]: whoever has both draws the same.
//! docs/record.md says how, so that it can be done without this program.

use crate::{
    clock::{DAY, Timestamp},
    seal::hex,
    text::time,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// So many decisions of one sort are drawn of each person and week.
pub const OF_EACH: usize = 3;

/// Weeks that agreement is counted over, and that a decision waits for its review.
pub const COUNTED: i64 = 13;

/// What sort of decision it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// About open reports.
    Reports,
    SignUps,
    /// About an account without reports, and sanctions undone.
    Sanctions,
    /// Something masked that was looked at with a reason.
    Reveals,
}

impl Sort {
    pub const ALL: [Self; 4] = [Self::Reports, Self::SignUps, Self::Sanctions, Self::Reveals];

    pub fn name(self) -> &'static str {
        match self {
            Self::Reports => "reports",
            Self::SignUps => "sign_ups",
            Self::Sanctions => "sanctions",
            Self::Reveals => "reveals",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Reports => "Reports",
            Self::SignUps => "Sign-ups",
            Self::Sanctions => "Sanctions",
            Self::Reveals => "Reveals",
        }
    }

    /// The sort of an entry, by the kind of its deed and what it says in clear; `None` for what is not looked at again.
    pub fn of(deed: &str, facts: &Value) -> Option<Self> {
        let number = |name: &str| facts[name].as_i64().unwrap_or(0);
        match deed {
            // What goes on with a decision is none of its own.
            "decide_case" if facts["further"] == true => None,
            "decide_case" if number("reports") + number("unread") > 0 => Some(Self::Reports),
            "decide_case" | "reverse_sanction" => Some(Self::Sanctions),
            "decide_sign_up" => Some(Self::SignUps),
            "reveal" | "reveal_media" | "search_personal" => Some(Self::Reveals),
            _ => None,
        }
    }
}

impl std::str::FromStr for Sort {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|sort| sort.name() == text).ok_or(())
    }
}

/// The kinds of deeds that are looked at again.
pub const REVIEWED: [&str; 6] =
    ["decide_case", "reverse_sanction", "decide_sign_up", "reveal", "reveal_media", "search_personal"];

/// What a second person says of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Agree,
    /// The decision stands, and something about it is to be learnt.
    Coach,
    Disagree,
    /// It should be undone. That is proposed, and done by nobody here.
    Reverse,
}

impl Verdict {
    pub const ALL: [Self; 4] = [Self::Agree, Self::Coach, Self::Disagree, Self::Reverse];

    pub fn name(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Coach => "coach",
            Self::Disagree => "disagree",
            Self::Reverse => "reverse",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Agree => "Agree",
            Self::Coach => "Agree, with advice",
            Self::Disagree => "Disagree",
            Self::Reverse => "Disagree, and propose to undo it",
        }
    }

    /// Whether it counts as agreement.
    pub fn agrees(self) -> bool {
        matches!(self, Self::Agree | Self::Coach)
    }
}

impl std::str::FromStr for Verdict {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == text).ok_or(())
    }
}

/// A week of seven days from Monday, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Week(Timestamp);

impl Week {
    pub fn of(at: Timestamp) -> Self {
        // 1970-01-01 was a Thursday.
        let monday = (at.0.div_euclid(DAY) + 3).div_euclid(7) * 7 - 3;
        Self(Timestamp(monday * DAY))
    }

    pub fn starts(self) -> Timestamp {
        self.0
    }

    /// The first instant after it.
    pub fn ends(self) -> Timestamp {
        self.0.plus(7 * DAY)
    }

    pub fn next(self) -> Self {
        Self(self.ends())
    }

    /// So many weeks earlier.
    pub fn earlier(self, weeks: i64) -> Self {
        Self(self.0.plus(-7 * DAY * weeks))
    }

    /// By its Monday: `2026-11-23`.
    pub fn name(self) -> String {
        time::machine(self.0).chars().take(10).collect()
    }

    /// A week by its name; nothing for a day that is no Monday.
    pub fn named(name: &str) -> Option<Self> {
        time::day_typed(name).map(Self::of).filter(|week| week.name() == name)
    }
}

/// What stands in the record before a week begins: it binds the seed, and tells nobody what it is.
pub fn commitment(week: Week, seed: &str) -> String {
    hex(&Sha256::digest(format!("howdah review seed\n{}\n{seed}\n", week.name()).as_bytes()))
}

/// A decision that may be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub entry: i64,
    /// Whose it is, by their id.
    pub by: String,
    pub sort: Sort,
}

/// Where a decision stands in the order of a seed: the least are drawn.
fn place(seed: &str, entry: i64) -> String {
    hex(&Sha256::digest(format!("howdah review sample\n{seed}\n{entry}\n").as_bytes()))
}

/// Draws [`OF_EACH`] decisions of each person and sort, in whatever order they come; by their entries.
#[derive(Debug)]
pub struct Drawing {
    seed: String,
    least: BTreeMap<(String, Sort), BTreeMap<String, i64>>,
    of: usize,
}

impl Drawing {
    pub fn new(seed: &str) -> Self {
        Self { seed: seed.to_owned(), least: BTreeMap::new(), of: 0 }
    }

    pub fn take(&mut self, candidate: Candidate) {
        self.of += 1;
        let least = self.least.entry((candidate.by, candidate.sort)).or_default();
        least.insert(place(&self.seed, candidate.entry), candidate.entry);
        if least.len() > OF_EACH {
            least.pop_last();
        }
    }

    /// What was drawn, by entry, and of how many.
    pub fn end(self) -> (Vec<Candidate>, usize) {
        let drawn = self.least.into_iter().flat_map(|((by, sort), least)| {
            least.into_values().map(move |entry| Candidate { entry, by: by.clone(), sort })
        });
        let mut drawn: Vec<Candidate> = drawn.collect();
        drawn.sort_by_key(|candidate| candidate.entry);
        (drawn, self.of)
    }
}

/// A sample that the record discloses, drawn again from its leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrawn {
    /// The entry that discloses it.
    pub entry: i64,
    pub week: String,
    pub drawn: usize,
    pub decisions: usize,
    /// Whether its seed was bound after the week had begun: whoever bound it may have known some of the decisions.
    pub late: bool,
    /// Why it is not the sample, or why that cannot be told, in a clause.
    pub wrong: Option<String>,
}

/// Draws the samples again that a run of leaves discloses, with nothing but these.
#[derive(Debug, Default)]
pub struct Redrawing {
    /// The first leaf: its index, and when it was recorded.
    first: Option<(i64, Timestamp)>,
    /// Decisions that are not closed yet.
    open: BTreeMap<i64, (Week, Candidate)>,
    done: BTreeMap<Week, Vec<Candidate>>,
    /// The commitments, with their weeks, and whether those had begun.
    bound: BTreeMap<i64, (String, String, bool)>,
    redrawn: Vec<Redrawn>,
}

impl Redrawing {
    /// Takes the next leaf in.
    pub fn take(&mut self, index: i64, leaf: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let at = Timestamp(leaf["at"].as_str().and_then(|at| at.parse().ok()).unwrap_or_default());
        self.first.get_or_insert((index, at));
        let (facts, deed) = (&leaf["facts"], text(&leaf["deed"]));
        match (text(&leaf["kind"]).as_str(), deed.as_str()) {
            ("intent", "commit_sample") => {
                // By when it was recorded, and not by what it says of that.
                let late = Week::named(&text(&facts["week"])).is_none_or(|week| at >= week.starts());
                self.bound.insert(index, (text(&facts["week"]), text(&facts["commitment"]), late));
            }
            ("intent", "draw_sample") => {
                let redrawn = self.again(index, facts);
                self.redrawn.push(redrawn);
            }
            ("intent", deed) if REVIEWED.contains(&deed) && leaf["session"] != "command" => {
                let by = leaf["operator"].as_str().map(str::to_owned);
                if let Some((by, sort)) = by.zip(Sort::of(deed, facts)) {
                    self.open.insert(index, (Week::of(at), Candidate { entry: index, by, sort }));
                }
            }
            ("outcome", _) => {
                let decided = leaf["intent"].as_i64().and_then(|intent| self.open.remove(&intent));
                let counts = matches!(text(&leaf["outcome"]).as_str(), "succeeded" | "partly" | "unknown");
                if let Some((week, candidate)) = decided.filter(|_| counts) {
                    self.done.entry(week).or_default().push(candidate);
                }
            }
            _ => {}
        }
    }

    fn again(&mut self, entry: i64, facts: &Value) -> Redrawn {
        let name = facts["week"].as_str().unwrap_or_default().to_owned();
        let seed = facts["seed"].as_str().unwrap_or_default();
        let mut redrawn = Redrawn { entry, week: name.clone(), drawn: 0, decisions: 0, late: false, wrong: None };
        let Some(week) = Week::named(&name) else {
            redrawn.wrong = Some("it names no week".to_owned());
            return redrawn;
        };
        let mut drawing = Drawing::new(seed);
        self.done.remove(&week).unwrap_or_default().into_iter().for_each(|candidate| drawing.take(candidate));
        let (drawn, decisions) = drawing.end();
        let said: Vec<i64> = facts["entries"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
        let committed = facts["committed"].as_i64().unwrap_or(-1);
        let whole = self.first.is_some_and(|(index, at)| index == 0 || at < week.starts());
        redrawn.wrong = match self.bound.get(&committed) {
            None => Some(format!("entry {committed}, which it says binds its seed, is not among these")),
            Some((week, ..)) if *week != name => Some(format!("entry {committed} binds the seed of another week")),
            Some((_, bound, _)) if *bound != commitment(week, seed) => {
                Some(format!("its seed is not the one that entry {committed} binds"))
            }
            Some(_) if !whole => Some("the week began before the first of these entries".to_owned()),
            Some(_) if drawn.iter().map(|one| one.entry).ne(said) => {
                let again = drawn.iter().map(|one| one.entry.to_string()).collect::<Vec<_>>().join(", ");
                Some(format!("its seed draws other entries: {again}"))
            }
            Some(_) => None,
        };
        redrawn.late = self.bound.get(&committed).is_some_and(|(.., late)| *late);
        Redrawn { drawn: drawn.len(), decisions, ..redrawn }
    }

    /// Every sample that was disclosed, as it is drawn again.
    pub fn end(self) -> Vec<Redrawn> {
        self.redrawn
    }
}

/// How often a second person agreed, of how many times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    pub agreed: u32,
    pub of: u32,
}

/// Of fewer nothing is said.
pub const TOO_FEW: u32 = 5;

impl Rate {
    pub fn count(&mut self, agrees: bool) {
        self.of += 1;
        self.agreed += u32::from(agrees);
    }

    /// Between which shares the true one lies with 95 % confidence (Wilson's interval, which holds for small numbers
    /// and does not leave 0 to 1).
    pub fn interval(self) -> Option<(f64, f64)> {
        const Z: f64 = 1.959_963_985;
        if self.of < TOO_FEW {
            return None;
        }
        let (agreed, of) = (f64::from(self.agreed), f64::from(self.of));
        let share = agreed / of;
        let below = 1.0 + Z * Z / of;
        let middle = share + Z * Z / (2.0 * of);
        let half = Z * (share * (1.0 - share) / of + Z * Z / (4.0 * of * of)).sqrt();
        Some((((middle - half) / below).max(0.0), ((middle + half) / below).min(1.0)))
    }

    /// `8 of 10 (49 % to 94 %)`, or that it is too few to tell.
    pub fn words(self) -> String {
        match self.interval() {
            None if self.of == 0 => "none reviewed".to_owned(),
            None => format!("{} of {}: too few to tell", self.agreed, self.of),
            Some((low, high)) => {
                format!("{} of {} ({:.0} % to {:.0} %)", self.agreed, self.of, low * 100.0, high * 100.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn weeks_begin_on_monday() {
        let monday = time::day_typed("2026-11-23").expect("a day");
        for day in 0..7 {
            assert_eq!(Week::of(monday.plus(day * DAY)).name(), "2026-11-23");
        }
        assert_eq!(Week::of(monday.plus(-1)).name(), "2026-11-16");
        assert_eq!(Week::of(monday).next().name(), "2026-11-30");
        assert_eq!(Week::named("2026-11-23"), Some(Week::of(monday)));
        assert_eq!((Week::named("2026-11-24"), Week::named("soon")), (None, None));
    }

    #[test]
    fn what_is_drawn_follows_from_the_seed_and_not_from_the_order() {
        let all: Vec<Candidate> = (0..400)
            .map(|entry| Candidate {
                entry,
                by: format!("0{}", entry % 3),
                sort: if entry % 2 == 0 { Sort::Reports } else { Sort::Reveals },
            })
            .collect();
        let drawn = |seed: &str, all: &[Candidate]| {
            let mut drawing = Drawing::new(seed);
            all.iter().for_each(|candidate| drawing.take(candidate.clone()));
            drawing.end()
        };
        let (first, of) = drawn("a", &all);
        assert_eq!((first.len(), of), (3 * 2 * OF_EACH, 400));
        let mut backwards = all.clone();
        backwards.reverse();
        assert_eq!(drawn("a", &backwards).0, first);
        assert_ne!(drawn("b", &all).0, first);
        assert_eq!(drawn("a", &[]), (Vec::new(), 0));
        // The words of docs/record.md, so that no other program draws otherwise.
        let mut places: Vec<(String, i64)> = all
            .iter()
            .filter(|one| one.by == "00" && one.sort == Sort::Reports)
            .map(|one| (place("a", one.entry), one.entry))
            .collect();
        places.sort();
        let mut least: Vec<i64> = places.into_iter().take(OF_EACH).map(|(_, entry)| entry).collect();
        least.sort_unstable();
        let of_one: Vec<i64> =
            first.iter().filter(|one| one.by == "00" && one.sort == Sort::Reports).map(|one| one.entry).collect();
        assert_eq!(of_one, least);
    }

    #[test]
    fn a_few_are_too_few_to_tell() {
        assert_eq!(Rate::default().words(), "none reviewed");
        assert_eq!(Rate { agreed: 4, of: 4 }.words(), "4 of 4: too few to tell");
        // The worked example of Wilson (1927) as R's prop.test without correction gives it.
        assert_eq!(Rate { agreed: 8, of: 10 }.words(), "8 of 10 (49 % to 94 %)");
        assert_eq!(Rate { agreed: 10, of: 10 }.words(), "10 of 10 (72 % to 100 %)");
        assert_eq!(Rate { agreed: 0, of: 10 }.words(), "0 of 10 (0 % to 28 %)");
    }

    #[test]
    fn an_entry_says_its_sort_in_clear() {
        assert_eq!(Sort::of("decide_case", &json!({ "reports": 2, "unread": 0 })), Some(Sort::Reports));
        assert_eq!(Sort::of("decide_case", &json!({ "reports": 0, "unread": 0 })), Some(Sort::Sanctions));
        assert_eq!(Sort::of("decide_case", &json!({ "reports": 20, "unread": 0, "further": true })), None);
        assert_eq!(Sort::of("set_registrations", &json!({})), None);
        for deed in REVIEWED {
            assert!(Sort::of(deed, &json!({})).is_some(), "{deed}");
        }
    }
}
