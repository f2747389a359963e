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
/// Steps of an axis of time; above them come round numbers of days.
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
/// An axis has two steps at least, and no more than this.
const MOST_STEPS: i64 = 4;

impl Axis {
    fn said(self, value: i64) -> String {
        match self {
            Self::Number => super::grouped(usize::try_from(value).unwrap_or(0)),
            Self::Span => super::time::span(value),
        }
    }

    /// A step and how many there are: the lowest axis of round steps that holds the most, and of such the one with the fewest lines.
    fn steps(self, most: i64) -> (i64, i64) {
        let round = (0..17).flat_map(|zeros| [10, 20, 25, 50].map(|digits| digits * 10_i64.pow(zeros)));
        let round: Vec<i64> = [1, 2, 5].into_iter().chain(round).collect();
        let of_step = |step: i64| {
            let steps = (most.saturating_add(step - 1) / step).max(2);
            (steps <= MOST_STEPS).then(|| (step.saturating_mul(steps), steps, step))
        };
        let lowest = match self {
            Self::Number => round.into_iter().filter_map(of_step).min(),
            Self::Span => {
                let days = round.into_iter().take(12).map(|days| days * DAY).filter(|step| *step > 10 * DAY);
                SPANS.into_iter().chain(days).filter_map(of_step).min()
            }
        };
        lowest.map_or((most.max(1), 1), |(_, steps, step)| (step, steps))
    }
}

/// The lines of an axis, and what is written beside them, from the top.
fn lines(axis: Axis, step: i64, steps: i64) -> (AnyView, AnyView) {
    let drawn = (1..=steps).map(|at| {
        let y = hundredths(HEIGHT * 100 - HEIGHT * 100 * at / steps);
        view! { <line class="grid" x1="0" x2=WIDTH y1=y.clone() y2=y></line> }
    });
    let said = (0..=steps).rev().map(|at| {
        let said = if at == 0 { "0".to_owned() } else { axis.said(step.saturating_mul(at)) };
        view! { <span>{said}</span> }
    });
    (
        drawn.collect_view().into_any(),
        view! { <div class="axis soft small" aria-hidden="true">{said.collect_view()}</div> }.into_any(),
    )
}

/// The size of the picture before it is stretched.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 100;

/// A card with a chart.
pub fn chart(chart: &Chart) -> AnyView {
    let most = chart.series.iter().flat_map(|series| &series.values).flatten().max().copied().unwrap_or(0);
    let (step_up, steps) = chart.axis.steps(most);
    let top = step_up.saturating_mul(steps).max(1);
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
    let (lines, beside_them) = lines(chart.axis, step_up, steps);
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
                    {beside_them}
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
    pub column: String,
    pub labels: Vec<String>,
    /// What each part is, and the class of its colour.
    pub parts: Vec<(&'static str, &'static str)>,
    /// One for each label; in each one for each part.
    pub values: Vec<Vec<i64>>,
}

/// A card with bars of parts. What is nothing anywhere stands neither in the legend nor in the table.
pub fn stacked(chart: &Stacked) -> AnyView {
    let most = chart.values.iter().map(|bar| bar.iter().sum::<i64>()).max().unwrap_or(0);
    let (step_up, steps) = Axis::Number.steps(most);
    let top = step_up.saturating_mul(steps).max(1);
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
    let (lines, beside_them) = lines(Axis::Number, step_up, steps);
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
        <thead><tr><th scope="col">{chart.column.clone()}</th>{heads}</tr></thead>
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
                    {beside_them}
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
    // What is not known is hatched, as high as anything may be.
    let hatched = format!("hatched-{}", title.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
    let hatch = format!("url(#{hatched})");
    let parts = states
        .iter()
        .map(|state| {
            // By its height too, for whoever does not tell the colours apart.
            let tall = match state.class {
                "warn" => BAND * 2 / 3,
                "danger" => BAND / 3,
                _ => BAND,
            };
            let fill = state.class.is_empty().then(|| hatch.clone());
            view! {
                <rect class=state.class fill=fill x=state.from y=BAND - tall width=state.to - state.from height=tall><title>{format!("{}, {}", state.word, state.said)}</title></rect>
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
                    <svg class="chart band" viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label=format!("{title}: {said}")>
                        <pattern id=hatched width="8" height="8" patternUnits="userSpaceOnUse"><path class="hatch" d="M0 8 8 0"></path></pattern>
                        {parts}
                    </svg>
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
    fn an_axis_ends_at_the_next_round_number_above_the_most() {
        for (most, axis) in [
            (0, (1, 2)),
            (1, (1, 2)),
            (3, (1, 3)),
            (5, (2, 3)),
            (9, (5, 2)),
            (11, (5, 3)),
            (41, (25, 2)),
            (73, (25, 3)),
            (96, (50, 2)),
            (101, (50, 3)),
            (4_000, (2_000, 2)),
        ] {
            assert_eq!(Axis::Number.steps(most), axis, "{most}");
        }
        for (most, axis) in [
            (0, (5 * MINUTE, 2)),
            (40 * MINUTE, (10 * MINUTE, 4)),
            (3 * HOUR, (HOUR, 3)),
            (30 * HOUR, (12 * HOUR, 3)),
            (90 * DAY, (50 * DAY, 2)),
        ] {
            assert_eq!(Axis::Span.steps(most), axis, "{most}");
        }
    }

    #[test]
    fn what_is_not_known_is_hatched_and_as_high_as_anything() {
        let state =
            |from, class, word: &str| State { from, to: from + 500, class, word: word.to_owned(), said: String::new() };
        let states = [state(0, "", "not known"), state(500, "danger", "closed")];
        let drawn = band("State", String::new(), &states, (String::new(), String::new()), String::new()).to_html();
        assert!(drawn.contains("fill=\"url(#hatched-state)\"") && drawn.contains("id=\"hatched-state\""), "{drawn}");
        assert!(drawn.contains("height=\"24\"") && drawn.contains("height=\"8\""), "{drawn}");
    }

    #[test]
    fn parts_stand_one_upon_the_other_and_what_is_nothing_is_not_told() {
        let drawn = stacked(&Stacked {
            title: "By hour",
            said: "9 entries".to_owned(),
            column: "UTC".to_owned(),
            labels: ["00:00", "01:00"].map(str::to_owned).to_vec(),
            parts: vec![("actions", ""), ("reveals", "reveals"), ("sign-ins", "sign-ins")],
            values: vec![vec![4, 4, 0], vec![1, 0, 0]],
        })
        .to_html();
        assert_eq!(drawn.matches("<rect").count(), 3, "{drawn}");
        assert!(drawn.contains("y=\"50.00\" ") && drawn.contains("y=\"0.00\" "), "4 and 8 of 8: {drawn}");
        assert!(!drawn.contains("sign-ins") && drawn.contains(">8<") && drawn.contains(">4<"), "{drawn}");
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
