//! The transparency report: what was decided in a period, in numbers that name nobody.
//!
//! A number from one to four is suppressed. What a table adds up to is made of the numbers it shows, and of nothing else: where
//! one of them is suppressed, the sum is said as “at least”, so that nothing can be had by subtraction.
//!
//! Nor by subtracting one report from another: a period is a whole month, quarter or year that is over, and a quarter or year says of
//! its months what their own reports say.

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
    /// A median of decisions of which the published numbers do not tell that they are five or more.
    Withheld,
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
                Self::Median(_) | Self::Withheld | Self::Nothing | Self::Unknown(_) => {}
            }
        }
        if whole { Self::Number(sum) } else { Self::AtLeast(sum) }
    }

    /// A number of a period by those of its months: of several it says what they say.
    pub fn over(months: impl IntoIterator<Item = i64>) -> Self {
        let mut months: Vec<Self> = months.into_iter().map(Self::of).collect();
        match (months.pop(), months.is_empty()) {
            (Some(only), true) => only,
            (last, _) => Self::sum(months.iter().chain(&last)),
        }
    }

    /// The median of what decisions took, in milliseconds, where the published numbers of them tell that they are five or more: of
    /// fewer it would be somebody's own, and that it is shown says nothing that they do not.
    pub fn median(took: &[i64], counted: &[Self]) -> Self {
        let some: Vec<&Self> = counted.iter().filter(|cell| **cell != Self::Number(0)).collect();
        let least = match Self::sum(some.iter().copied()) {
            Self::Number(number) | Self::AtLeast(number) => number,
            Self::Few | Self::Median(_) | Self::Withheld | Self::Nothing | Self::Unknown(_) => 0,
        };
        if took.is_empty() {
            return Self::Nothing;
        }
        if least < FEW || i64::try_from(took.len()).unwrap_or(i64::MAX) < FEW {
            return if some.len() == 1 { Self::Few } else { Self::Withheld };
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
            Self::Withheld => "withheld".to_owned(),
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
    /// The period, as it was asked for: `2026-10`, `2026-Q3`, `2025`.
    pub period: String,
    /// Those that are over: name and words.
    pub periods: Vec<(String, String)>,
    /// `None` where the period is not understood, or not over.
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
    fn a_quarter_says_what_its_months_say() {
        assert_eq!(Cell::over([3]), Cell::Few);
        assert_eq!(Cell::over([12]), Cell::Number(12));
        assert_eq!(Cell::over([12, 6, 0]), Cell::Number(18));
        for hidden in 1..FEW {
            assert_eq!(Cell::over([12, 6, hidden]), Cell::AtLeast(19), "18 + {hidden} would say what the month hides");
        }
        assert_eq!(Cell::over([]), Cell::Number(0));
    }

    #[test]
    fn a_median_of_few_is_nobodys() {
        let of = |numbers: &[i64]| -> Vec<Cell> { numbers.iter().copied().map(Cell::of).collect() };
        assert_eq!(Cell::median(&[], &of(&[0])), Cell::Nothing);
        assert_eq!(Cell::median(&[9, 9, 9, 9], &of(&[4])), Cell::Few);
        assert_eq!(Cell::median(&[50, 10, 30, 20, 40], &of(&[5, 0])), Cell::Median(30_000));
        assert_eq!(Cell::median(&[60, 10, 30, 20, 40, 50], &of(&[6])), Cell::Median(35_000));
        // Three and three are six, and nothing that is published says so.
        assert_eq!(Cell::median(&[1; 6], &of(&[3, 3])), Cell::Withheld);
        assert_eq!(Cell::median(&[1, 1], &of(&[1, 1])), Cell::Withheld);
        assert_eq!(Cell::median(&[50; 8], &of(&[5, 3])), Cell::Median(50_000));
    }
}
