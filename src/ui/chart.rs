//! Numbers over time, drawn on the server: bars over an axis, a band of states, and the same as a table. The picture is
//! stretched and what is written stands beside it, so that it can be read at any width; nothing needs scripts.

use leptos::prelude::*;

/// What one bar of each day shows.
pub struct Series {
    /// In the legend and over the column: “opened”
    pub name: &'static str,
    /// One for each label; `None` where that is not known, or where there is nothing to say.
    pub values: Vec<Option<i64>>,
}

/// Bars over an axis.
pub struct Chart {
    pub title: &'static str,
    /// What it comes to, in a line: read out in place of the picture.
    pub said: String,
    /// What a bar stands for: “Day”
    pub column: &'static str,
    /// What stands under the bars: “24 Nov”
    pub labels: Vec<String>,
    /// One or two; two stand beside one another.
    pub series: Vec<Series>,
    /// The last one is not over: it is drawn hollow, and said so.
    pub unfinished: bool,
    pub axis: Axis,
    /// What has to be known to read it.
    pub note: String,
}

/// How what is drawn is written, and where lines may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    Number,
    /// Milliseconds
    Span,
}

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Half of what the axis goes up to.
const SPANS: [i64; 13] = [
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
];

impl Axis {
    fn said(self, value: i64) -> String {
        match self {
            Self::Number => super::grouped(usize::try_from(value).unwrap_or(0)),
            Self::Span => super::time::span(value),
        }
    }

    /// Half of the height: a round number, twice of which is no less than the most.
    fn half(self, most: i64) -> i64 {
        let enough = |half: &i64| most <= half.saturating_mul(2);
        let round = || (0..18).flat_map(|zeros| [1, 2, 5].map(|digit| digit * 10_i64.pow(zeros)));
        match self {
            Self::Number => round().find(enough).unwrap_or(most),
            Self::Span => {
                let days = round().map(|days| days * DAY).filter(|half| *half > 10 * DAY);
                SPANS.into_iter().chain(days.take(6)).find(enough).unwrap_or(most)
            }
        }
    }
}

/// The size of the picture before it is stretched.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 100;

/// A card with a chart.
pub fn chart(chart: &Chart) -> AnyView {
    let most = chart.series.iter().flat_map(|series| &series.values).flatten().max().copied().unwrap_or(0);
    let half = chart.axis.half(most);
    let top = half.saturating_mul(2).max(1);
    let many = i64::try_from(chart.labels.len()).unwrap_or(1).max(1);
    let beside = i64::try_from(chart.series.len()).unwrap_or(1).max(1);
    // In hundredths, so that thirty bars need no fractions.
    let step = WIDTH * 100 / many;
    let wide = (step * 8 / 10) / beside;
    let bars = chart.series.iter().enumerate().flat_map(|(at, series)| {
        let at = i64::try_from(at).unwrap_or(0);
        series.values.iter().zip(&chart.labels).enumerate().filter_map(move |(index, (value, label))| {
            let value = (*value)?;
            let tall = (value.max(0) * HEIGHT * 100 / top).max(if value > 0 { 100 } else { 0 });
            let left = step * i64::try_from(index).unwrap_or(0) + step / 10 + at * wide;
            let open = chart.unfinished && index + 1 == chart.labels.len();
            let class = match (at, open) {
                (0, false) => "bar",
                (0, true) => "bar unfinished",
                (_, false) => "bar second",
                (_, true) => "bar second unfinished",
            };
            let so_far = if open { " so far" } else { "" };
            let title = format!("{label}{so_far}, {}: {}", series.name, chart.axis.said(value));
            Some(view! {
                <rect class=class x=hundredths(left) y=hundredths(HEIGHT * 100 - tall) width=hundredths(wide) height=hundredths(tall)><title>{title}</title></rect>
            })
        })
    });
    let bars = bars.collect_view();
    let lines = [0, HEIGHT / 2].map(|y| view! { <line class="grid" x1="0" x2=WIDTH y1=y y2=y></line> }).collect_view();
    let legend = (chart.series.len() > 1).then(|| {
        let sides = ["left", "right"];
        view! {
            <span class="legend small">{chart.series.iter().zip(sides).enumerate().map(|(at, (series, side))| view! {
                <span class="nowrap"><span class=if at == 0 { "swatch" } else { "swatch second" }></span>{series.name} <span class="soft">{format!(" ({side})")}</span></span>
            }).collect_view()}</span>
        }
    });
    let known = chart.series.iter().flat_map(|series| &series.values).any(Option::is_some);
    let nothing = view! { <p class="soft">{if known { "None in this time." } else { "Not known for this time." }}</p> };
    let unfinished = if chart.unfinished { " so far" } else { "" };
    let ends = chart.labels.first().zip(chart.labels.last()).map(|(first, last)| {
        view! { <div class="ends soft small"><span>{first.clone()}</span><span>{format!("{last}{unfinished}")}</span></div> }
    });
    view! {
        <section class="card">
            <header><h2>{chart.title}</h2><span class="soft small end">{chart.said.clone()}</span></header>
            <div class="body stack">
                {(most > 0).then_some(legend)}
                {if most == 0 { nothing.into_any() } else { view! { <div class="plot">
                    <div class="axis soft small" aria-hidden="true"><span>{chart.axis.said(top)}</span><span>{chart.axis.said(half)}</span><span>"0"</span></div>
                    <svg class="chart" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=format!("{}: {}", chart.title, chart.said)>{lines}{bars}</svg>
                    {ends}
                </div> }.into_any() }}
                {(!chart.note.is_empty()).then(|| view! { <p class="soft small">{chart.note.clone()}</p> })}
                {table(chart)}
            </div>
        </section>
    }
    .into_any()
}

/// Bars that are made of parts, one upon the other: the parts of each, in the order of what they are.
pub struct Stacked {
    pub title: &'static str,
    pub said: String,
    pub column: &'static str,
    pub labels: Vec<String>,
    /// What each part is, and the class of its colour.
    pub parts: Vec<(&'static str, &'static str)>,
    /// One for each label; in each one for each part.
    pub values: Vec<Vec<i64>>,
}

/// A card with bars of parts. What is nothing anywhere stands neither in the legend nor in the table.
pub fn stacked(chart: &Stacked) -> AnyView {
    let most = chart.values.iter().map(|bar| bar.iter().sum::<i64>()).max().unwrap_or(0);
    let half = Axis::Number.half(most);
    let top = half.saturating_mul(2).max(1);
    let step = WIDTH * 100 / i64::try_from(chart.labels.len()).unwrap_or(1).max(1);
    let tall = |value: i64| value * HEIGHT * 100 / top;
    let bars = chart.values.iter().zip(&chart.labels).enumerate().flat_map(|(index, (bar, label))| {
        let left = step * i64::try_from(index).unwrap_or(0) + step / 10;
        let mut below = 0;
        let parts = bar.iter().zip(&chart.parts).filter(|(value, _)| **value > 0);
        parts
            .map(|(value, (name, class))| {
                let from = tall(below);
                below += *value;
                let height = (tall(below) - from).max(100);
                let title = format!("{label}, {name}: {value}");
                view! {
                    <rect class=format!("bar {class}") x=hundredths(left) y=hundredths((HEIGHT * 100 - from - height).max(0)) width=hundredths(step * 8 / 10) height=hundredths(height)><title>{title}</title></rect>
                }
            })
            .collect::<Vec<_>>()
    });
    let bars = bars.collect_view();
    let lines = [0, HEIGHT / 2].map(|y| view! { <line class="grid" x1="0" x2=WIDTH y1=y y2=y></line> }).collect_view();
    let there: Vec<usize> = (0..chart.parts.len())
        .filter(|part| chart.values.iter().any(|bar| bar.get(*part).is_some_and(|value| *value > 0)))
        .collect();
    let legend = there
        .iter()
        .map(|part| {
            let (name, class) = chart.parts[*part];
            view! { <span class="nowrap"><span class=format!("swatch {class}")></span>{name}</span> }
        })
        .collect_view();
    let heads =
        there.iter().map(|part| view! { <th scope="col" class="num">{chart.parts[*part].0}</th> }).collect_view();
    let rows = chart
        .values
        .iter()
        .zip(&chart.labels)
        .filter(|(bar, _)| bar.iter().any(|value| *value > 0))
        .map(|(bar, label)| {
            let cells =
                there.iter().map(|part| view! { <td class="num">{Axis::Number.said(bar[*part])}</td> }).collect_view();
            view! { <tr><th scope="row">{label.clone()}</th>{cells}</tr> }
        })
        .collect_view();
    let inner = view! {
        <thead><tr><th scope="col">{chart.column}</th>{heads}</tr></thead>
        <tbody>{rows}</tbody>
    };
    let ends = chart.labels.first().zip(chart.labels.last()).map(|(first, last)| {
        view! { <div class="ends soft small"><span>{first.clone()}</span><span>{last.clone()}</span></div> }
    });
    view! {
        <section class="card">
            <header><h2>{chart.title}</h2><span class="soft small end">{chart.said.clone()}</span></header>
            <div class="body stack">
                <span class="legend small">{legend}</span>
                <div class="plot">
                    <div class="axis soft small" aria-hidden="true"><span>{Axis::Number.said(top)}</span><span>{Axis::Number.said(half)}</span><span>"0"</span></div>
                    <svg class="chart" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=format!("{}: {}", chart.title, chart.said)>{lines}{bars}</svg>
                    {ends}
                </div>
                {as_table(chart.title, inner.into_any())}
            </div>
        </section>
    }
    .into_any()
}

/// The same as a table, the newest first.
fn table(chart: &Chart) -> AnyView {
    let rows = chart
        .labels
        .iter()
        .enumerate()
        .rev()
        .map(|(index, label)| {
            let so_far = (chart.unfinished && index + 1 == chart.labels.len()).then_some(" so far");
            let cells = chart
                .series
                .iter()
                .map(|series| {
                    let value = series.values.get(index).copied().flatten();
                    view! { <td class="num">{value.map_or_else(|| "–".to_owned(), |value| chart.axis.said(value))}</td> }
                })
                .collect_view();
            view! { <tr><th scope="row">{label.clone()}{so_far}</th>{cells}</tr> }
        })
        .collect_view();
    as_table(
        chart.title,
        view! {
            <thead><tr><th scope="col">{chart.column}</th>{chart.series.iter().map(|series| view! { <th scope="col" class="num">{series.name}</th> }).collect_view()}</tr></thead>
            <tbody>{rows}</tbody>
        }
        .into_any(),
    )
}

fn as_table(title: &'static str, inner: AnyView) -> AnyView {
    view! {
        <details class="as-table"><summary class="small" aria-label=format!("Table: {title}")>"Table"</summary>
            <table class="numbers">{inner}</table>
        </details>
    }
    .into_any()
}

/// A time in which something was one and the same.
pub struct State {
    /// How many of a thousand parts of the whole time it begins after.
    pub from: i64,
    pub to: i64,
    /// `good`, `warn`, `danger`, or empty for what is not known.
    pub class: &'static str,
    pub word: String,
    /// From when to when.
    pub said: String,
}

fn class_of(class: &'static str) -> &'static str {
    if class.is_empty() { "state" } else { class }
}

/// How tall the band is where everybody may sign up.
const BAND: i64 = 24;

/// A card with a band of states.
pub fn band(title: &'static str, said: String, states: &[State], ends: (String, String), note: String) -> AnyView {
    let parts = states
        .iter()
        .map(|state| {
            // By its height too, for whoever does not tell the colours apart.
            let tall = match state.class {
                "good" => BAND,
                "warn" => BAND * 2 / 3,
                "danger" => BAND / 3,
                _ => 2,
            };
            view! {
                <rect class=class_of(state.class) x=state.from y=BAND - tall width=state.to - state.from height=tall><title>{format!("{}, {}", state.word, state.said)}</title></rect>
            }
        })
        .collect_view();
    let mut words: Vec<(&'static str, String)> = Vec::new();
    for state in states {
        if !words.iter().any(|(class, _)| *class == state.class) {
            words.push((state.class, state.word.clone()));
        }
    }
    let legend = words
        .into_iter()
        .map(|(class, word)| view! { <span class="nowrap"><span class=format!("swatch {}", class_of(class))></span>{word}</span> })
        .collect_view();
    let rows = states
        .iter()
        .rev()
        .map(|state| view! { <tr><th scope="row">{state.said.clone()}</th><td>{state.word.clone()}</td></tr> })
        .collect_view();
    let inner = view! {
        <thead><tr><th scope="col">"Time"</th><th scope="col">"State"</th></tr></thead>
        <tbody>{rows}</tbody>
    };
    view! {
        <section class="card">
            <header><h2>{title}</h2><span class="soft small end">{said.clone()}</span></header>
            <div class="body stack">
                <span class="legend small">{legend}</span>
                <div>
                    <svg class="chart band" viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label=format!("{title}: {said}")>{parts}</svg>
                    <div class="ends soft small"><span>{ends.0}</span><span>{ends.1}</span></div>
                </div>
                {(!note.is_empty()).then(|| view! { <p class="soft small">{note}</p> })}
                {as_table(title, inner.into_any())}
            </div>
        </section>
    }
    .into_any()
}

/// `1234` as `12.34`
fn hundredths(number: i64) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number_above_the_most() {
        for (most, half) in
            [(0, 1), (1, 1), (2, 1), (3, 2), (9, 5), (10, 5), (11, 10), (96, 50), (101, 100), (4_000, 2_000)]
        {
            assert_eq!(Axis::Number.half(most), half, "{most}");
        }
        for (most, half) in [(0, 5 * MINUTE), (40 * MINUTE, 30 * MINUTE), (3 * HOUR, 2 * HOUR), (30 * HOUR, DAY)] {
            assert_eq!(Axis::Span.half(most), half, "{most}");
        }
        assert_eq!(Axis::Span.half(90 * DAY), 50 * DAY);
    }

    #[test]
    fn parts_stand_one_upon_the_other_and_what_is_nothing_is_not_told() {
        let drawn = stacked(&Stacked {
            title: "By hour",
            said: "9 entries".to_owned(),
            column: "UTC",
            labels: ["00:00", "01:00"].map(str::to_owned).to_vec(),
            parts: vec![("actions", ""), ("reveals", "reveals"), ("sign-ins", "sign-ins")],
            values: vec![vec![4, 4, 0], vec![1, 0, 0]],
        })
        .to_html();
        assert_eq!(drawn.matches("<rect").count(), 3, "{drawn}");
        assert!(drawn.contains("y=\"60.00\" ") && drawn.contains("y=\"20.00\" "), "4 and 8 of 10: {drawn}");
        assert!(!drawn.contains("sign-ins") && drawn.contains(">10<") && drawn.contains(">5<"), "{drawn}");
    }

    #[test]
    fn a_day_that_is_not_over_is_hollow_and_what_is_not_known_is_no_bar() {
        let drawn = chart(&Chart {
            title: "Sign-ups",
            said: "6 in 3 days".to_owned(),
            column: "Day",
            labels: ["22 Nov", "23 Nov", "24 Nov"].map(str::to_owned).to_vec(),
            series: vec![Series { name: "sign-ups", values: vec![None, Some(5), Some(1)] }],
            unfinished: true,
            axis: Axis::Number,
            note: String::new(),
        })
        .to_html();
        assert_eq!(drawn.matches("<rect").count(), 2, "{drawn}");
        assert!(drawn.contains("class=\"bar unfinished\"") && drawn.contains("24 Nov so far, sign-ups: 1"), "{drawn}");
        assert!(drawn.contains("class=\"num\">–<"), "not known is no 0: {drawn}");
    }
}
