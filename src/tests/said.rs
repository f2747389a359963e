//! What the pages say: each in a small form of text, so that a change of a page is a difference that can be read. The clock
//! stands still, and what differs from run to run has a name in its place.

use crate::support::{House, sqlite, still_house};
use axum::http::StatusCode;
use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer,
        states::RawKind::{Rawtext, Rcdata, ScriptData},
    },
};
use std::cell::RefCell;

/// The main part of a page as text: a block is a line, headings have their marks, cells stand between bars, links and buttons in
/// brackets, and fields are named with what they hold.
#[derive(Default)]
struct Text(RefCell<State>);

#[derive(Default)]
struct State {
    lines: Vec<String>,
    line: String,
    within: bool,
    /// Inside of what is no text: styles, scripts, pictures.
    silent: usize,
}

impl State {
    fn end_line(&mut self) {
        let words: Vec<&str> = self.line.split_whitespace().collect();
        let line = words.join(" ");
        if !matches!(line.as_str(), "" | "-" | "|") {
            self.lines.push(line);
        }
        self.line.clear();
    }

    fn tag(&mut self, tag: &Tag) {
        let opens = tag.kind == TagKind::StartTag;
        let attribute = |name: &str| {
            tag.attrs
                .iter()
                .find(|attribute| &*attribute.name.local == name)
                .map(|attribute| attribute.value.to_string())
        };
        match &*tag.name {
            "main" => {
                self.end_line();
                self.within = opens;
            }
            "svg" | "script" | "style" if !tag.self_closing => {
                self.silent = if opens { self.silent + 1 } else { self.silent.saturating_sub(1) };
            }
            _ if !self.within || self.silent > 0 => {}
            heading @ ("h1" | "h2" | "h3" | "h4") => {
                self.end_line();
                if opens {
                    self.line.push_str(&"#".repeat(heading[1..].parse().unwrap_or(1)));
                    self.line.push(' ');
                }
            }
            "li" if opens => {
                self.end_line();
                self.line.push_str("- ");
            }
            "td" | "th" if opens => self.line.push_str(" | "),
            "dd" if opens => self.line.push_str(": "),
            "a" => self.line.push_str(if opens { " [" } else { "] " }),
            "button" => self.line.push_str(if opens { " [[" } else { "]] " }),
            "input" if attribute("type").as_deref() == Some("hidden") => {}
            "input" => {
                let name = attribute("name").unwrap_or_default();
                let value = attribute("value").unwrap_or_default();
                let set = if attribute("checked").is_some() { "*" } else { "" };
                self.line.push_str(&format!(" {{{name}={value}{set}}} "));
            }
            "textarea" | "select" if opens => {
                self.line.push_str(&format!(" {{{}: ", attribute("name").unwrap_or_default()));
            }
            "textarea" | "select" => self.line.push_str("} "),
            "option" => {
                let mark = if attribute("selected").is_some() { " *" } else { " " };
                self.line.push_str(if opens { mark } else { "," });
            }
            "p" | "div" | "section" | "header" | "footer" | "form" | "fieldset" | "legend" | "table" | "tr"
            | "thead" | "tbody" | "ul" | "ol" | "li" | "dl" | "dt" | "details" | "summary" | "aside" | "article"
            | "nav" | "figure" | "figcaption" | "blockquote" | "pre" | "br" | "caption" => self.end_line(),
            // A badge or a count is no part of the word before it.
            "span" | "b" | "time" | "label" => self.line.push(' '),
            _ => {}
        }
    }
}

impl TokenSink for Text {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                state.tag(&tag);
                return match (tag.kind, &*tag.name) {
                    (TagKind::StartTag, "title" | "textarea") => TokenSinkResult::RawData(Rcdata),
                    (TagKind::StartTag, "style") => TokenSinkResult::RawData(Rawtext),
                    (TagKind::StartTag, "script") => TokenSinkResult::RawData(ScriptData),
                    _ => TokenSinkResult::Continue,
                };
            }
            Token::CharacterTokens(text) if state.within && state.silent == 0 => state.line.push_str(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// A page in the small form of text.
pub fn text_of(page: &str) -> String {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(page));
    let tokenizer = Tokenizer::new(Text::default(), Default::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut state = tokenizer.sink.0.take();
    state.end_line();
    state.lines.join("\n")
}

/// What is another in every run: the port, ids of ours, hashes, and how long something took.
fn masked(text: &str, port: &str) -> String {
    let masks = [
        (port, "‹port›"),
        (r"\b01[0-9A-HJKMNP-TV-Z]{24}\b", "‹id›"),
        (r"\b[0-9a-f]{64}\b", "‹hash›"),
        (r"\b[0-9a-f]{16}\b", "‹session›"),
        (r"\b[A-Z2-7]{4}( [A-Z2-7]{4}){7}\b", "‹secret›"),
        (r"\b\d+(\.\d+)? ms\b", "‹ms›"),
    ];
    masks.iter().fold(text.to_owned(), |text, (pattern, name)| {
        regex::Regex::new(pattern).unwrap().replace_all(&text, *name).into_owned()
    })
}

async fn some(house: &House, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(&house.instance).await.unwrap()
}

#[tokio::test]
async fn each_page_says_what_it_said() {
    let house = still_house(sqlite().await).await;
    let port = house.config.instances[0].base_url.port().unwrap().to_string();
    let owner = house.sign_in("owner").await;
    let (case, _) = house.case("windvane").await;
    let waits = "select a.id::text from accounts a join users u on u.account_id = a.id where not u.approved order by a.id limit 1";
    let waits = some(&house, waits).await;
    let invite = some(&house, "select id::text from invites order by id limit 1").await;
    let pages = [
        "/i/harbour".to_owned(),
        "/i/harbour/reports".to_owned(),
        "/i/harbour/reports?category=nothing".to_owned(),
        "/i/harbour/reports?state=decided".to_owned(),
        format!("/i/harbour/reports/{case}"),
        "/i/harbour/search?q=nobody-of-this-name".to_owned(),
        "/i/harbour/accounts".to_owned(),
        format!("/i/harbour/accounts/{case}"),
        "/i/harbour/appeals".to_owned(),
        "/i/harbour/signups".to_owned(),
        format!("/i/harbour/signups/{waits}"),
        "/i/harbour/registrations".to_owned(),
        "/i/harbour/registrations/policy".to_owned(),
        "/i/harbour/registrations/policy?replay=30".to_owned(),
        "/i/harbour/federation".to_owned(),
        "/i/harbour/federation/servers".to_owned(),
        "/i/harbour/federation/server?name=nowhere.example".to_owned(),
        "/i/harbour/federation/email-domains".to_owned(),
        "/i/harbour/federation/ip-rules".to_owned(),
        "/i/harbour/federation/imports".to_owned(),
        "/i/harbour/roles".to_owned(),
        "/i/harbour/roles/1".to_owned(),
        "/i/harbour/invites".to_owned(),
        format!("/i/harbour/invites/{invite}"),
        "/i/harbour/access-requests".to_owned(),
        "/i/harbour/audit/instance".to_owned(),
        "/i/harbour/your-account".to_owned(),
        "/i/harbour/transparency?period=2077-04".to_owned(),
        "/audit".to_owned(),
        "/audit/access?at=2020-01-01".to_owned(),
        "/reviews".to_owned(),
        "/audit/alarms".to_owned(),
        "/people".to_owned(),
        "/people/change?who=01moderator".to_owned(),
        "/grants".to_owned(),
        "/grants/request".to_owned(),
        "/your-sign-in".to_owned(),
        "/keys".to_owned(),
    ];
    let mut all = String::new();
    for page in pages {
        let answer = house.get(Some(&owner), &page).await;
        assert!(
            matches!(answer.status, StatusCode::OK | StatusCode::UNPROCESSABLE_ENTITY),
            "{page}: {}",
            answer.status
        );
        let elsewhere = crate::pages::pressed_by_enter(&answer.body).into_iter().find(|(_, to)| to.is_some());
        assert_eq!(elsewhere, None, "{page}: Enter sends a form where its own button does not");
        let address = page.replace(&case, "‹case›").replace(&waits, "‹waits›");
        all.push_str(&format!("==== {address}\n{}\n\n", masked(&text_of(&answer.body), &port)));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_page_in_the_form_of_text() {
    let page = "<header>no</header><main><h1>A <b>case</b></h1><p>Two\n words<svg><title>x</title></svg></p><table><tr><td>1</td>\
        <td><a href=x>on</a></td></tr></table><form><input type=hidden name=i value=h><input name=q value=w checked>\
        <button>Go</button></form></main><footer>no</footer>";
    assert_eq!(text_of(page), "# A case\nTwo words\n| 1 | [on]\n{q=w*} [[Go]]");
}
