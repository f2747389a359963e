//! How a secret gets into an authenticator app, and what recovery codes look like.

use crate::{
    clock::Timestamp,
    context::App,
    sign_in::{Authenticator, RecoveryCodes},
    ui::time,
};

/// In groups of four, as people read and type them.
fn grouped(text: &str, joint: &str) -> String {
    text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(joint)
}

/// A secret of somebody's as a key to type, a picture to scan and an address to tap.
pub fn authenticator(name: &str, secret: &str) -> Authenticator {
    let account: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20");
    let address = format!("otpauth://totp/Howdah:{account}?secret={secret}&issuer=Howdah");
    let picture = qrcode::QrCode::new(address.as_bytes())
        .map(|code| {
            code.render::<qrcode::render::svg::Color<'_>>()
                .min_dimensions(200, 200)
                .dark_color(qrcode::render::svg::Color("#000"))
                .light_color(qrcode::render::svg::Color("#fff"))
                .build()
        })
        .map(|svg| svg.split_once("?>").map_or(svg.clone(), |(_, rest)| rest.to_owned()))
        .unwrap_or_default();
    Authenticator { key: grouped(secret, " "), picture, address }
}

/// Ten recovery codes that nobody can guess: 80 bits each.
pub fn new_codes() -> Vec<String> {
    (0..10).map(|_| base32(&crate::seal::random::<[u8; 10]>()).to_lowercase()).collect()
}

/// Recovery codes as they are shown and saved.
pub fn shown(app: &App, codes: &[String], name: &str) -> RecoveryCodes {
    written(codes, name, app.config.public_url.host_str().unwrap_or_default(), app.clock.now())
}

fn written(codes: &[String], name: &str, host: &str, now: Timestamp) -> RecoveryCodes {
    let codes: Vec<String> = codes.iter().map(|code| grouped(code, "-")).collect();
    let file = format!(
        "Recovery codes of {name} for Howdah at {host}\nCreated {}. Each works once, instead of a code from the \
        authenticator.\n\n{}\n",
        time::absolute(now),
        codes.join("\n")
    );
    RecoveryCodes { codes, file }
}

/// RFC 4648 base32 without padding, as authenticator apps read it.
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    let (mut buffer, mut bits) = (0u32, 0u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(buffer >> bits) as usize & 31]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(buffer << (5 - bits)) as usize & 31]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_rfc_4648() {
        for (plain, encoded) in [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn codes_are_grouped_in_fours_and_saved_with_whose_they_are() {
        let codes = written(&["abcdefghijklmnop".to_owned()], "Mira", "howdah.example", Timestamp(0));
        assert_eq!(codes.codes, ["abcd-efgh-ijkl-mnop"]);
        assert!(codes.file.contains("Mira") && codes.file.contains("howdah.example"), "{}", codes.file);
        assert!(codes.file.contains("\nabcd-efgh-ijkl-mnop\n"), "{}", codes.file);
    }
}
