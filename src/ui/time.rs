//! Timestamps: relative on sight where it is about how long, absolute on hover, in the time zone of whoever looks and in UTC.
//! Reckoned from the page's one now. Where somebody named no zone of their own it is UTC, and the browser tells them in its own
//! (`ui::land`).

pub use crate::text::time::*;

use crate::{clock::Timestamp, frame::Draft};
use leptos::prelude::*;

/// The zone of the page that is made: it is provided where somebody named one.
fn here() -> Zone {
    use_context::<Zone>().unwrap_or_default()
}

/// `Tue 24 Nov 2026, 10:12:08 CET · 2026-11-24 09:12:08 UTC`, without the first half where no zone was named.
fn hover(at: Timestamp) -> String {
    let own = use_context::<Zone>().map(|zone| zone.long(at));
    own.map_or_else(|| absolute(at), |own| format!("{own} · {}", absolute(at)))
}

/// An instant as it is said; `how` is what the browser does in its own zone.
fn instant(at: Timestamp, how: &'static str, said: String) -> impl IntoView {
    view! { <time datetime=machine(at) title=hover(at) data-at=how>{said}</time> }
}

/// `10:12 CET`, or `09:12 UTC`: of when a page is.
pub fn minute(at: Timestamp) -> impl IntoView {
    instant(at, "minute", here().minute(at))
}

/// `10:12:08 CET`
pub fn clock(at: Timestamp) -> impl IntoView {
    instant(at, "clock", here().clock(at))
}

/// `24 Nov`, with the year where it is not this one.
pub fn day(at: Timestamp, now: Timestamp) -> impl IntoView {
    instant(at, "day", here().day(at, now))
}

/// `24 Nov 2026, 10:12:08 CET`
pub fn whole(at: Timestamp) -> impl IntoView {
    instant(at, "whole", here().whole(at))
}

/// “ (the end of 31 Dec, UTC)”, where a day ends with it for whoever looks: the first second of the next is nobody's reading.
pub fn end_of(at: Timestamp, now: Timestamp) -> Option<impl IntoView> {
    let said = format!(" (the end of {}, {})", here().day(at.plus(-1), now), here().name());
    here().begins_a_day(at).then(|| view! { <span class="soft">{said}</span> })
}

/// `24 Nov` in a sentence that is one text.
pub fn day_said(at: Timestamp, now: Timestamp) -> String {
    here().day(at, now)
}

/// Beside numbers that are counted by days of UTC, for whoever has another clock.
pub fn of_utc_days() -> &'static str {
    if here() == Zone::default() { "" } else { "Days are UTC." }
}

/// `24 Nov, 10:12 CET` in a text.
pub fn minute_said(at: Timestamp, now: Timestamp) -> String {
    format!("{}, {}", here().day(at, now), here().minute(at))
}

/// A sentence of ours that names instants in UTC, told in the zone of whoever reads it. `of` is when it was said: what it names
/// by the time of day alone was on that day, or the one before.
pub fn retold(said: &str, of: Timestamp) -> AnyView {
    let piece = |(words, at): (String, Option<(Timestamp, How)>)| match at {
        None => words.into_any(),
        Some((at, how)) => {
            let told = match how {
                How::Minute => "minute",
                How::Clock => "clock",
                How::Whole => "whole",
            };
            let said = match use_context::<Zone>() {
                None if how != How::Whole => words,
                zone => zone.unwrap_or_default().says(at, how),
            };
            instant(at, told, said).into_any()
        }
    };
    let mut pieces = pieces(said, of);
    match pieces.pop() {
        Some(only) if pieces.is_empty() => piece(only),
        last => pieces.into_iter().chain(last).map(piece).collect_view().into_any(),
    }
}

/// The same of what may be anybody's words: it is told anew only where it is an instant and nothing besides.
pub fn alone(said: &str, of: Timestamp) -> String {
    let is_instant = said.len() == absolute(of).len() && said.ends_with(" UTC");
    if is_instant { here().retold(said, of) } else { said.to_owned() }
}

/// The zone in which days of a form are meant, beside its fields: UTC, until the browser names its own.
pub fn zone_word() -> impl IntoView {
    view! { <span class="soft small" data-zone-word="">{here().name().to_owned()}</span> }
}

/// The same as a field, so that they are read as they were meant. What comes back keeps the zone that it was typed in.
pub fn zone_field(draft: Option<&Draft>) -> impl IntoView + use<> {
    let kept = draft.and_then(|draft| draft.value("zone")).filter(|name| !name.is_empty()).map(str::to_owned);
    let zone = kept.unwrap_or_else(|| here().name().to_owned());
    view! { <input type="hidden" name="zone" value=zone data-zone-field="" /> }
}

/// The zone in which instants of a form are typed: its name, and the same as a field. What was typed stays in the zone it was typed
/// in, whatever the browser's is.
pub fn zone_of(kept: Option<&str>) -> AnyView {
    match kept.filter(|name| !name.is_empty()) {
        Some(name) => view! {
            <span class="soft small">{name.to_owned()}</span>
            <input type="hidden" name="zone" value=name.to_owned() />
        }
        .into_any(),
        None => view! { {zone_word()} {zone_field(None)} }.into_any(),
    }
}

/// `12 min ago`, with the instant in UTC on hover.
pub fn ago(at: Timestamp, now: Timestamp) -> impl IntoView {
    view! { <time datetime=machine(at) title=hover(at)>{relative(at, now)}</time> }
}

/// `12 min`, with the instant in UTC on hover; `in 2 h` for what is ahead of our clock.
pub fn age(at: Timestamp, now: Timestamp) -> impl IntoView {
    let said = if at <= now { span(now.since(at)) } else { relative(at, now) };
    view! { <time datetime=machine(at) title=hover(at)>{said}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each instant of a sentence is one that the browser tells in its own zone.
    #[test]
    fn a_sentence_has_its_instants_as_instants() {
        let of = Timestamp(1_795_511_528_000);
        let told = |said: &str| Owner::new().with(|| retold(said, of).to_html().replace("<!>", ""));
        let html = told("changed between 09:05 and 09:10 UTC, until 2026-11-30 07:00:00 UTC.");
        for part in [
            "<time datetime=\"2026-11-24T09:05:00Z\"",
            "data-at=\"minute\">09:05</time>",
            "data-at=\"minute\">09:10 UTC</time>",
            "<time datetime=\"2026-11-30T07:00:00Z\"",
            "data-at=\"whole\">30 Nov 2026, 07:00:00 UTC</time>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert_eq!(told("nothing of the sort"), "nothing of the sort");
    }

    #[test]
    fn an_instant_is_told_in_the_zone_that_somebody_named_and_in_utc() {
        let at = Timestamp(1_795_511_528_000);
        let told = |zone: Option<&str>| {
            Owner::new().with(|| {
                if let Some(zone) = zone.and_then(Zone::named) {
                    provide_context(zone);
                }
                (hover(at), [minute(at).to_html(), clock(at).to_html(), day(at, at).to_html(), whole(at).to_html()])
            })
        };
        let says = |html: &[String; 4], words: [&str; 4]| {
            html.iter().zip(words).all(|(html, word)| html.contains(&format!(">{word}<")))
        };
        let (utc, shown) = told(None);
        assert_eq!(utc, "2026-11-24 09:12:08 UTC");
        assert!(says(&shown, ["09:12 UTC", "09:12:08 UTC", "24 Nov", "24 Nov 2026, 09:12:08 UTC"]), "{shown:?}");
        let (own, shown) = told(Some("Pacific/Kiritimati"));
        assert_eq!(own, "Tue 24 Nov 2026, 23:12:08 +14 · 2026-11-24 09:12:08 UTC");
        let (own, named) = told(Some("Europe/Berlin"));
        assert_eq!(own, "Tue 24 Nov 2026, 10:12:08 CET · 2026-11-24 09:12:08 UTC");
        assert!(says(&named, ["10:12 CET", "10:12:08 CET", "24 Nov", "24 Nov 2026, 10:12:08 CET"]), "{named:?}");
        assert!(shown[0].contains("datetime=\"2026-11-24T09:12:08Z\"") && shown[0].contains("data-at=\"minute\""));
    }
}
