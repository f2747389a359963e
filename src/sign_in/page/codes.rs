//! Secrets as they are handed over: an authenticator's, and recovery codes.

use crate::{
    sign_in::{Authenticator, RecoveryCodes},
    ui::keep::Keep,
};
use leptos::prelude::*;

/// A picture to scan, an address to tap on the phone itself, a key to type.
pub fn authenticator(offer: &Authenticator) -> AnyView {
    view! {
        <div class="qr" inner_html=offer.picture.clone()></div>
        <p class="small soft">"On this device: " <a class="link" href=offer.address.clone()>"open it in your \
        authenticator app"</a></p>
        <p class="small soft">"Or type this key: " <code>{offer.key.clone()}</code></p>
    }
    .into_any()
}

/// Recovery codes to copy, print or save. They are on the page this once.
pub fn recovery_codes(shown: &RecoveryCodes) -> AnyView {
    let codes = shown.codes.join("\n");
    view! {
        <p>"If you lose your phone, each of these codes replaces it once. Store them safely. They are not shown \
        again."</p>
        <pre class="codes" tabindex="0" autofocus="" aria-label="Recovery codes">{codes.clone()}</pre>
        <p class="small soft no-print">"Click the codes to select all of them."</p>
        <div class="chips no-print">
            <a class="btn" download="howdah-recovery-codes.txt" href=as_file(&shown.file)>"Save as a file"</a>
            <Keep text=codes />
        </div>
    }
    .into_any()
}

/// A file that is in the page itself: nothing of it stays on the server, and it needs no scripts.
fn as_file(text: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    format!("data:text/plain;charset=utf-8,{}", encoded.replace('+', "%20"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_an_address_is_encoded_whole() {
        assert_eq!(as_file("a b\n\"+&"), "data:text/plain;charset=utf-8,a%20b%0A%22%2B%26");
    }
}
