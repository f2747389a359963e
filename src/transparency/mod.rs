//! The transparency report: what was decided in a period, in numbers that name nobody.
//!
//! A number from one to four is suppressed. What a table adds up to is made of the numbers it shows, and of nothing else: where
//! one of them is suppressed, the sum is said as “at least”, so that nothing can be had by subtraction.

pub mod api;
pub mod page;
pub mod service;

/// Numbers from one to below this are suppressed.
pub const FEW: i64 = 5;

/// One number of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Number(i64),
    /// One to four.
    Few,
    /// A sum of which some parts are suppressed: so many at least.
    AtLeast(i64),
    /// Half of the decisions took no longer, in milliseconds.
    Median(i64),
    /// Nothing was decided.
    Nothing,
    /// Why it cannot be known.
    Unknown(&'static str),
}

impl Cell {
    /// A number as it may be published.
    pub fn of(number: i64) -> Self {
        if (1..FEW).contains(&number) { Self::Few } else { Self::Number(number) }
    }

    /// What some published numbers add up to, as far as they say it.
    pub fn sum<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let (mut sum, mut whole) = (0, true);
        for part in parts {
            match part {
                Self::Number(number) => sum += number,
                Self::AtLeast(number) => {
                    sum += number;
                    whole = false;
                }
                // It is one at least, and that is all that is said of it.
                Self::Few => {
                    sum += 1;
                    whole = false;
                }
                Self::Median(_) | Self::Nothing | Self::Unknown(_) => {}
            }
        }
        if whole { Self::Number(sum) } else { Self::AtLeast(sum) }
    }

    /// The median of what decisions took, in seconds; of fewer than five it would be somebody's own.
    pub fn median(took: &[i64]) -> Self {
        let number = i64::try_from(took.len()).unwrap_or(i64::MAX);
        if number == 0 {
            return Self::Nothing;
        }
        if number < FEW {
            return Self::Few;
        }
        let mut took = took.to_vec();
        took.sort_unstable();
        let (below, above) = (took[(took.len() - 1) / 2], took[took.len() / 2]);
        Self::Median((below + above) * 500)
    }

    /// As it stands on the page and in the files.
    pub fn said(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Few => format!("<{FEW}"),
            Self::AtLeast(number) => format!("at least {number}"),
            Self::Median(milliseconds) => crate::text::time::span(*milliseconds),
            Self::Nothing => "none".to_owned(),
            Self::Unknown(_) => "not known".to_owned(),
        }
    }
}

/// A table of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub title: &'static str,
    /// The first is what the rows are.
    pub columns: Vec<&'static str>,
    pub rows: Vec<(String, Vec<Cell>)>,
    /// What is to be known of it, a sentence each.
    pub notes: Vec<String>,
}

/// The report of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub title: String,
    /// The first and the last day, `2026-11-01`.
    pub from: String,
    pub to: String,
    pub tables: Vec<Table>,
    pub notes: Vec<String>,
}

/// The page.
#[derive(Clone, Debug)]
pub struct TransparencyPage {
    pub title: String,
    pub from: String,
    pub to: String,
    /// `None` where the period is not understood, or too long.
    pub report: Option<Report>,
    pub wrong: Option<crate::problem::Problem>,
    /// The same as files: Markdown and CSV.
    pub files: Option<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_below_five_is_had_by_subtraction() {
        let cells = [12, 3, 0, 7].map(Cell::of);
        assert_eq!(cells.clone().map(|cell| cell.said()), ["12", "<5", "0", "7"]);
        let sum = Cell::sum(&cells);
        assert_eq!(sum, Cell::AtLeast(20), "12 + 7 and one at least: the same for one, two, three and four");
        for hidden in 1..FEW {
            assert_eq!(Cell::sum(&[12, hidden, 0, 7].map(Cell::of)), sum);
        }
        assert_eq!(Cell::sum(&[Cell::of(12), sum.clone()]), Cell::AtLeast(32), "a sum of sums says no more");
        assert_eq!(Cell::sum(&[12, 0, 7].map(Cell::of)), Cell::Number(19));
        assert_eq!(Cell::sum(&[Cell::Unknown("why"), Cell::of(9)]), Cell::Number(9));
    }

    #[test]
    fn a_median_of_few_is_nobodys() {
        assert_eq!(Cell::median(&[]), Cell::Nothing);
        assert_eq!(Cell::median(&[9, 9, 9, 9]), Cell::Few);
        assert_eq!(Cell::median(&[50, 10, 30, 20, 40]), Cell::Median(30_000));
        assert_eq!(Cell::median(&[60, 10, 30, 20, 40, 50]), Cell::Median(35_000));
    }
}
