//! Which passwords are refused.

use super::super::SHORTEST_PASSWORD;
use crate::{config::Config, context::App, problem::Problem};
use url::Host;
use zxcvbn::{Score, zxcvbn};

/// The longest password, in characters.
const LONGEST: usize = 256;
/// So much of a password is weighed; what comes after makes it no worse.
const WEIGHED: usize = 40;
/// Phrases that everybody has read, by their letters: many words, and among the first that are tried.
const PHRASES: [&str; 28] = [
    "correcthorsebatterystaple",
    "tobeornottobethatisthequestion",
    "maytheforcebewithyou",
    "thequickbrownfoxjumpsoverthelazydog",
    "todayisthefirstdayoftherestofyourlife",
    "allyourbasearebelongtous",
    "openthepodbaydoorshal",
    "winteriscoming",
    "youshallnotpass",
    "iamyourfather",
    "resistanceisfutile",
    "donttrustanyoneoverthirty",
    "liveandletdie",
    "whatdoesthefoxsay",
    "letitbeletitbe",
    "icantgetnosatisfaction",
    "itwasthebestoftimes",
    "callmeishmael",
    "heresjohnny",
    "onceuponatime",
    "inthebeginningwastheword",
    "ourfatherwhoartinheaven",
    "iloveyoutothemoonandback",
    "thecakeisalie",
    "knowledgeispower",
    "winnerwinnerchickendinner",
    "neverevergonnagiveyouup",
    "nevergonnagiveyouup",
];
/// A shorter name is in too many words.
const SHORTEST_NAME: usize = 4;

/// What is wrong with a new password, if anything: too short or long, known from breaches or easily guessed, or made of one
/// of these names. It takes some milliseconds: not on an async thread.
pub fn password_problem(password: &str, names: &[String]) -> Option<String> {
    let length = password.chars().count();
    if length < SHORTEST_PASSWORD {
        return Some(format!("The password has {length} characters; it needs at least {SHORTEST_PASSWORD}."));
    }
    if length > LONGEST {
        return Some(format!("The password is longer than {LONGEST} characters."));
    }
    let letters = plain(password);
    if let Some(name) = names.iter().find(|name| {
        let name = plain(name);
        name.chars().count() >= SHORTEST_NAME && letters.contains(&name)
    }) {
        return Some(format!("The password contains “{name}”, which is easy to guess. Choose one without it."));
    }
    let spoken = letters.trim_matches(|c: char| c.is_ascii_digit());
    let phrase = PHRASES.contains(&spoken);
    let weighed: String = password.chars().take(WEIGHED).collect();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    if !phrase && zxcvbn(&weighed, &known).score() >= Score::Three {
        return None;
    }
    Some("This password is easy to guess. Choose a few words that nobody would combine.".into())
}

/// Letters and digits alone, in lower case.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What somebody's password must not contain: their name, the console's, an instance's, and the parts of these.
pub fn names_of(config: &Config, person: &str) -> Vec<String> {
    let mut names = vec!["Howdah".to_owned(), "Mastodon".to_owned(), person.trim().to_owned()];
    names.extend(person.split_whitespace().map(str::to_owned));
    let hosts = config.instances.iter().map(|instance| &instance.base_url).chain([&config.public_url]);
    for host in hosts {
        if let Some(Host::Domain(host)) = host.host() {
            names.push(host.to_owned());
            let labels: Vec<&str> = host.split('.').collect();
            // Not the last one: `social` and the like are words as well.
            names.extend(labels.iter().rev().skip(1).map(|label| (*label).to_owned()));
        }
    }
    for instance in &config.instances {
        names.push(instance.name.to_string());
        names.push(instance.title.to_string());
    }
    names.retain(|name| plain(name).chars().count() >= SHORTEST_NAME);
    names
}

/// Refuses a new password that will not do, beside its field.
pub async fn new_password(app: &App, person: &str, password: &str) -> Result<(), Problem> {
    let (names, password) = (names_of(&app.config, person), password.to_owned());
    let wrong = tokio::task::spawn_blocking(move || password_problem(&password, &names)).await.map_err(|error| {
        tracing::error!(%error, "passwords.weighed");
        Problem::unavailable("The password couldn’t be checked.", "Try again in a moment.")
    })?;
    wrong.map_or(Ok(()), |wrong| Err(Problem::invalid("password", wrong)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_refused_and_words_are_not() {
        let names: Vec<String> =
            ["Howdah", "Olga Owner", "Olga", "Owner", "harbour", "harbour.example"].map(str::to_owned).to_vec();
        for (password, said) in [
            ("short", "at least 12"),
            ("password1234", "easy to guess"),
            ("passwordpassword", "easy to guess"),
            ("P@ssw0rd1234", "easy to guess"),
            ("123456789012", "easy to guess"),
            ("qwertyuiop12", "easy to guess"),
            ("1q2w3e4r5t6y", "easy to guess"),
            ("iloveyou1234", "easy to guess"),
            ("aaaaaaaaaaaaaaaa", "easy to guess"),
            ("abcdefghijklmnop", "easy to guess"),
            ("letmeinletmein", "easy to guess"),
            ("correct horse battery staple", "easy to guess"),
            ("CorrectHorseBatteryStaple!", "easy to guess"),
            ("May the force be with you 2026", "easy to guess"),
            ("Olga Owner 2026!", "“Olga Owner”"),
            ("the boats of o-l-g-a", "“Olga”"),
            ("my HOWDAH is my castle", "“Howdah”"),
            ("Harbour.Example is ours", "“harbour”"),
            (&"x9!".repeat(100), "longer than 256"),
        ] {
            let wrong = password_problem(password, &names).unwrap_or_default();
            assert!(wrong.contains(said), "{password}: {wrong}");
        }
        for password in
            ["a long night shift", "evening-tide-333", "may the horse be with the staple", "Ämter über Ämter 7"]
        {
            assert_eq!(password_problem(password, &names), None, "{password}");
        }
    }
}
