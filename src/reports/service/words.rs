//! What strangers wrote, as plain text; numbers of Mastodon's as words.

/// The text of a post or profile: remote ones are HTML, local ones plain. Nothing of the markup survives.
pub fn plain_text(text: &str, is_html: bool) -> String {
    if !is_html {
        return crate::ui::tame(text);
    }
    let broken = text.replace("<br>", "\n").replace("<br/>", "\n").replace("<br />", "\n").replace("</p>", "\n</p>");
    let bare = ammonia::Builder::empty().clean(&broken).to_string();
    let read = bare
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    crate::ui::tame(read.trim())
}

/// `account_warnings.action`
pub fn strike(action: i32) -> &'static str {
    match action {
        0 => "Warned",
        1000 => "Frozen",
        1250 => "Posts marked as sensitive",
        1500 => "Posts deleted",
        2000 => "Marked as sensitive",
        3000 => "Limited",
        4000 => "Suspended",
        _ => "Strike",
    }
}

/// `statuses.visibility`
pub fn visibility(number: i32) -> String {
    match number {
        0 => "public".to_owned(),
        1 => "unlisted".to_owned(),
        2 => "followers only".to_owned(),
        3 => "direct".to_owned(),
        4 => "limited".to_owned(),
        other => format!("of a visibility this console doesn’t know ({other})"),
    }
}

/// `media_attachments.type`
pub fn media_kind(number: i32) -> String {
    match number {
        0 => "image".to_owned(),
        1 => "gifv".to_owned(),
        2 => "video".to_owned(),
        3 => "file".to_owned(),
        4 => "audio".to_owned(),
        other => format!("file of a kind this console doesn’t know ({other})"),
    }
}

/// What is to be said of a quote by its state; nothing where its author agreed (`quotes.state`, `app/models/quote.rb`).
pub fn quote_state(state: i32) -> Option<String> {
    match state {
        0 => Some("its author hasn’t agreed to it yet".to_owned()),
        1 => None,
        2 => Some("its author refused it".to_owned()),
        3 => Some("its author took the consent back".to_owned()),
        4 => Some("deleted by its author".to_owned()),
        other => Some(format!("in a state this console doesn’t know ({other})")),
    }
}

/// What is to be said of a link's preview by its kind; nothing of a page (`preview_cards.type`, `app/models/preview_card.rb`).
pub fn preview_kind(kind: i32) -> Option<String> {
    match kind {
        0 => None,
        1 => Some("a photo".to_owned()),
        2 => Some("a video, not shown here".to_owned()),
        3 => Some("with something embedded, not shown here".to_owned()),
        other => Some(format!("of a kind this console doesn’t know ({other})")),
    }
}

/// `domain_blocks.severity`
pub fn severity(number: i32) -> String {
    match number {
        0 => "limited".to_owned(),
        1 => "suspended".to_owned(),
        2 => "domain block with severity None".to_owned(),
        other => format!("domain block of a severity this console doesn’t know ({other})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_of_a_hostile_server_does_not_survive() {
        let hostile = "<p>hello<script>alert(1)</script><img src=x onerror=alert(1)> &lt;b&gt; <a href=\"javascript:x\">you</a></p><p>two</p>";
        let text = plain_text(hostile, true);
        assert_eq!(text, "hello <b> you\ntwo");
        assert_eq!(plain_text("1 < 2 & 3", false), "1 < 2 & 3");
    }
}
