//! Markdown as visitors read it (`app/serializers/rest/instance_serializer.rb`: without pictures), made of our own elements: what
//! somebody wrote into it as HTML is shown as it is written.

use leptos::prelude::*;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// A message as it will be seen.
pub fn shown(markdown: &str) -> AnyView {
    // What is open: where a link leads, and what is in it so far.
    let mut open: Vec<(Option<String>, Vec<AnyView>)> = vec![(None, Vec::new())];
    for event in Parser::new(markdown) {
        let view = match event {
            Event::Start(tag) => {
                let to = match tag {
                    Tag::Link { dest_url, .. } => Some(dest_url.to_string()),
                    _ => None,
                };
                open.push((to, Vec::new()));
                continue;
            }
            Event::End(end) => {
                let (to, inner) = open.pop().unwrap_or_default();
                closed(end, to, inner)
            }
            Event::Code(text) => view! { <code>{text.to_string()}</code> }.into_any(),
            Event::SoftBreak => "\n".into_any(),
            Event::HardBreak => view! { <br /> }.into_any(),
            Event::Rule => view! { <hr /> }.into_any(),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => text.to_string().into_any(),
            // Extensions that are not asked for.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                text.to_string().into_any()
            }
            Event::TaskListMarker(_) => continue,
        };
        if let Some((_, inner)) = open.last_mut() {
            inner.push(view);
        }
    }
    let (_, whole) = open.pop().unwrap_or_default();
    whole.into_any()
}

fn closed(end: TagEnd, to: Option<String>, inner: Vec<AnyView>) -> AnyView {
    match end {
        TagEnd::Paragraph => view! { <p>{inner}</p> }.into_any(),
        TagEnd::Heading(_) => view! { <p><b>{inner}</b></p> }.into_any(),
        TagEnd::BlockQuote(_) => view! { <blockquote>{inner}</blockquote> }.into_any(),
        TagEnd::CodeBlock => view! { <pre>{inner}</pre> }.into_any(),
        TagEnd::List(true) => view! { <ol>{inner}</ol> }.into_any(),
        TagEnd::List(false) => view! { <ul>{inner}</ul> }.into_any(),
        TagEnd::Item => view! { <li>{inner}</li> }.into_any(),
        TagEnd::Emphasis => view! { <em>{inner}</em> }.into_any(),
        TagEnd::Strong => view! { <b>{inner}</b> }.into_any(),
        TagEnd::Link => {
            match to.filter(|to| ["https://", "http://", "mailto:"].iter().any(|own| to.starts_with(own))) {
                Some(to) => view! { <a href=to rel="nofollow noopener noreferrer">{inner}</a> }.into_any(),
                None => inner.into_any(),
            }
        }
        // A picture is its description.
        _ => inner.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_shown_tame() {
        let text = "**bold** <script>alert(1)</script> ![a cat](https://e.example/x.png) [l](javascript:alert(1)) \
            [ours](https://quay.example)\n\n- a\n- b";
        let html = shown(text).to_html();
        assert!(html.contains("<b>bold") && html.contains("<li>a") && html.contains("a cat"), "{html}");
        assert!(html.contains("href=\"https://quay.example\""), "{html}");
        assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("javascript"), "{html}");
    }
}
