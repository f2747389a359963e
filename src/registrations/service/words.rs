//! What visitors read while a policy keeps registrations closed: a template, filled in.

use crate::{
    clock::Timestamp,
    nouns::policies::{Measure, Policy, Words},
    registrations::{
        Placeholder,
        policy::{self, Cause},
    },
    ui::time,
};

/// Templates to begin with: a name, and the Markdown.
pub const TEMPLATES: [(&str, &str); 4] = [
    ("Reason and reopening", "We are not taking new members right now: {reason}. {opens}"),
    (
        "Other servers",
        "We are not taking new members right now: {reason}.\n\nThese servers are good neighbors:\n\n{servers}",
    ),
    ("How to ask", "We are not taking new members right now: {reason}.\n\n{access}"),
    (
        "All of it",
        "We are not taking new members right now: {reason}. {opens}\n\nThese servers are good neighbors:\n\n{servers}\n\n{access}",
    ),
];

/// Why, as strangers are told: nothing of how the team works, and no numbers that would help to get round it.
fn reason(cause: Cause) -> &'static str {
    match cause {
        Cause::Rule(Measure::SignUpsHour | Measure::SignUpsDay) => "many people signed up at once",
        Cause::Rule(Measure::Waiting | Measure::OldestWaiting) => "many sign-ups are still pending",
        Cause::Rule(Measure::Away | Measure::OldestReport | Measure::Idle) => "our moderators need to catch up first",
        Cause::Rule(Measure::Accounts | Measure::Active) => "this server is full",
        Cause::Week => "sign-ups are closed at this time of the week",
        Cause::Hold
        | Cause::Emergency
        | Cause::End
        | Cause::Otherwise
        | Cause::Limit
        | Cause::Missed
        | Cause::Nothing
        | Cause::Clock
        | Cause::Unread => "our team decided so",
    }
}

/// The message of a policy, filled in; `None` where it has none, and the one that is there stays.
pub fn message(policy: &Policy, cause: Cause, now: Timestamp) -> Option<String> {
    let template = Some(policy.words.message.trim()).filter(|template| !template.is_empty())?;
    let zone = super::by_policy::zone(policy);
    let opens = policy::opens_at(policy, zone.as_ref(), now, cause);
    let opens = opens.map(|at| format!("Sign-ups open again on {}.", told(at, zone.as_ref()))).unwrap_or_default();
    let servers: Vec<String> =
        policy.words.servers.iter().map(|server| format!("- [{server}](https://{server})")).collect();
    let filled = template
        .replace("{reason}", reason(cause))
        .replace("{opens}", &opens)
        .replace("{servers}", &servers.join("\n"))
        .replace("{access}", policy.words.access.trim());
    Some(filled.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned())
}

/// What each placeholder of a message stands for, and what it would be filled in with.
pub fn placeholders(policy: &Policy, cause: Cause, now: Timestamp) -> [Placeholder; 4] {
    let filled = |name: &str| {
        let words = Words { message: name.to_owned(), ..policy.words.clone() };
        message(&Policy { words, ..policy.clone() }, cause, now).unwrap_or_default()
    };
    [
        ("{reason}", "why it is closed, without numbers"),
        ("{opens}", "when sign-ups open again, where that is planned"),
        ("{servers}", "the recommended servers, as a list"),
        ("{access}", "how to ask for access"),
    ]
    .map(|(name, means)| Placeholder { name, means, now: filled(name) })
}

/// How many characters the message of a policy has at most, whatever it is filled in with.
pub fn longest(policy: &Policy) -> usize {
    // The longest reason and the longest time of reopening.
    const OTHERS: usize = 100;
    let template = &policy.words.message;
    let servers: usize = policy.words.servers.iter().map(|server| 2 * server.chars().count() + 16).sum();
    let times = |what: &str| template.matches(what).count();
    template.chars().count()
        + times("{servers}") * servers
        + times("{access}") * policy.words.access.chars().count()
        + (times("{reason}") + times("{opens}")) * OTHERS
}

/// `Mon 30 Nov 2026, 08:00 CET`
pub fn told(at: Timestamp, zone: Option<&jiff::tz::TimeZone>) -> String {
    let there = zone.zip(jiff::Timestamp::from_millisecond(at.0).ok());
    there.map_or_else(
        || time::absolute(at),
        |(zone, at)| at.to_zoned(zone.clone()).strftime("%a %-d %b %Y, %H:%M %Z").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::policies::Slot;

    #[test]
    fn a_message_says_why_and_when_and_where_else() {
        let (_, all) = TEMPLATES[3];
        let words = Words {
            message: all.to_owned(),
            servers: vec!["quay.example".to_owned()],
            access: "Write to access@harbour.example.".to_owned(),
        };
        let week = vec![Slot::typed("Fri", "18:00", "none").unwrap(), Slot::typed("Mon", "08:00", "approved").unwrap()];
        let policy = Policy { on: true, zone: "Europe/Berlin".to_owned(), week, words, ..Policy::default() };
        let now = Timestamp("2026-11-28T12:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let said = message(&policy, Cause::Week, now).unwrap();
        assert!(said.contains("Sign-ups open again on Mon 30 Nov 2026, 08:00 CET."), "{said}");
        assert!(said.contains("- [quay.example](https://quay.example)") && said.ends_with("access@harbour.example."));
        let wave = message(&policy, Cause::Rule(Measure::SignUpsHour), now).unwrap();
        assert!(wave.contains("many people signed up at once") && !wave.contains("open again"), "{wave}");
        assert_eq!(message(&Policy::default(), Cause::Week, now), None);
        let told = placeholders(&policy, Cause::Week, now).map(|one| one.now);
        assert_eq!(told[0], "sign-ups are closed at this time of the week");
        assert_eq!(
            told[1..3],
            ["Sign-ups open again on Mon 30 Nov 2026, 08:00 CET.", "- [quay.example](https://quay.example)"]
        );
        assert_eq!(placeholders(&Policy::default(), Cause::Week, now)[1].now, "");
    }
}
