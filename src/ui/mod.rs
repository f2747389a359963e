//! Shared components that know no capability.

// The islands: all that the browser runs.
pub mod keep;
pub mod keys;

#[cfg(feature = "ssr")]
pub mod desk;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
pub mod icon;
#[cfg(feature = "ssr")]
mod ring;
#[cfg(feature = "ssr")]
pub mod time;
#[cfg(feature = "ssr")]
mod title;

#[cfg(feature = "ssr")]
pub use form::escape;
#[cfg(feature = "ssr")]
pub use title::title;

/// “1 report”, “3 reports”.
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(number)) }
}

/// “48,211”, and “48,211+” where there are or may be more.
pub fn at_least(number: usize, more: bool) -> String {
    format!("{}{}", grouped(number), if more { "+" } else { "" })
}

/// 48211 as “48,211”.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Text written by strangers, made harmless for one line or a paragraph: no control or direction characters that could
/// disguise what surrounds it, no invisible ones.
pub fn tame(text: &str) -> String {
    text.chars()
        .filter(|c| {
            !matches!(c,
                '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}' | '\u{061C}' | '\u{180E}')
                && (!c.is_control() || *c == '\n')
        })
        .collect()
}

/// The beginning of a text on one line.
pub fn excerpt(text: &str, longest: usize) -> String {
    let line = tame(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= longest {
        line
    } else {
        let mut cut: String = line.chars().take(longest).collect();
        cut.push('…');
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(48_211), "48,211");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }

    #[test]
    fn disguises_are_taken_off() {
        assert_eq!(tame("a\u{202E}b\u{200B}c\u{0007}\nd"), "abc\nd");
        assert_eq!(excerpt("one  two\n three", 8), "one two …");
    }
}
