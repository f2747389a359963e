//! Mastodon's list of domain blocks as text: written byte for byte as it writes it, and read as forgivingly as it reads it
//! (`app/controllers/admin/export_domain_blocks_controller.rb`, `app/models/admin/import.rb`).

use super::LONGEST_COMMENT;
use crate::{
    domain_blocks::{Allowed, Listed, Rule, Severity},
    off_thread::OffThread,
};

/// Mastodon's own limit (`Admin::Import::ROWS_PROCESSING_LIMIT`).
pub const MOST_ROWS: usize = 20_000;

const HEADER: &str = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n";

/// What a spreadsheet would take for a formula gets an apostrophe in front, and so does what looks like one that has it:
/// reading takes exactly one away again.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

fn without_apostrophe(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(text)
}

/// A field as Ruby's CSV writes it: an absent one is nothing, an empty one is `""`, and only what must be is quoted.
fn field(text: Option<&str>, to: &mut String) {
    match text {
        None => {}
        Some(text) if is_formula(text) => {
            to.push_str("\"'");
            to.push_str(&text.replace('"', "\"\""));
            to.push('"');
        }
        Some(text) if text.is_empty() || text.contains(['\r', '\n', ',', '"']) => {
            to.push('"');
            to.push_str(&text.replace('"', "\"\""));
            to.push('"');
        }
        Some(text) => to.push_str(text),
    }
}

/// The list of rules. A rule that neither limits nor rejects media is left out, and private comments never leave.
pub fn blocks(_: &OffThread, rules: &[(Listed, Option<String>)]) -> String {
    let mut text = HEADER.to_owned();
    for (listed, public_comment) in rules {
        let rule = &listed.rule;
        if rule.severity == Severity::Noop && !rule.reject_media {
            continue;
        }
        field(Some(&listed.domain), &mut text);
        text.push_str(&format!(",{},{},{},", rule.severity.name(), rule.reject_media, rule.reject_reports));
        field(public_comment.as_deref(), &mut text);
        text.push_str(&format!(",{}\n", rule.obfuscate));
    }
    text
}

/// The list of allowed servers.
pub fn allows(_: &OffThread, allowed: &[Allowed]) -> String {
    let mut text = "#domain\n".to_owned();
    for allow in allowed {
        field(Some(&allow.domain), &mut text);
        text.push('\n');
    }
    text
}

/// A record of a file and the line it begins on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    line: usize,
    fields: Vec<String>,
    /// What is wrong with its quotes, if anything.
    broken: Option<&'static str>,
}

/// Reads records as RFC 4180 has them, with every sort of line end. What is wrong is kept with its line.
fn records(text: &str) -> Vec<Record> {
    let mut records = Vec::new();
    let mut chars = text.chars().peekable();
    let mut line = 1;
    while chars.peek().is_some() {
        let mut record = Record { line, fields: Vec::new(), broken: None };
        let mut value = String::new();
        let mut quoted = false;
        // A field that was in quotes has ended with them.
        let mut closed = false;
        loop {
            let Some(c) = chars.next() else {
                if quoted {
                    record.broken = Some("a quotation mark is never closed");
                }
                break;
            };
            let end_of_line = matches!(c, '\n' | '\r');
            if end_of_line {
                if c == '\r' && chars.peek() == Some(&'\n') {
                    chars.next();
                }
                line += 1;
            }
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    value.push('"');
                }
                '"' if quoted => (quoted, closed) = (false, true),
                _ if quoted => value.push(if end_of_line { '\n' } else { c }),
                '"' if value.trim().is_empty() && !closed => {
                    value.clear();
                    quoted = true;
                }
                '"' => record.broken = Some("a quotation mark stands in the middle of a field"),
                ',' => {
                    record.fields.push(std::mem::take(&mut value));
                    closed = false;
                }
                _ if end_of_line => break,
                c if closed && !c.is_whitespace() => record.broken = Some("text follows a closed quotation mark"),
                _ if closed => {}
                c => value.push(c),
            }
        }
        record.fields.push(value);
        if record.fields.iter().any(|field| !field.trim().is_empty()) || record.broken.is_some() {
            records.push(record);
        }
    }
    records
}

/// One line that names a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub line: usize,
    /// As it stands in the file.
    pub domain: String,
    /// The rule it asks for, or what is wrong with it.
    pub rule: Result<Rule, String>,
}

/// What booleans mean to Rails (`ActiveModel::Type::Boolean`): these few are false, nothing is nothing, the rest is true.
fn boolean(text: &str) -> bool {
    !matches!(text, "" | "false" | "FALSE" | "f" | "F" | "0" | "off" | "OFF")
}

/// Reads a list. A header is there if the first field is `#domain` (or `domain`, as other programs write it); without one
/// the first field of each line is a domain and everything else is as Mastodon takes it: suspended.
///
/// # Errors
/// A sentence for the whole file: it is not UTF-8, holds nothing, or more than Mastodon takes.
pub fn read(_: &OffThread, bytes: &[u8]) -> Result<Vec<Row>, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|b| *b == b'\n').count();
        format!(
            "The file is not UTF-8: line {line} has bytes that are no letters. Save it as UTF-8 and choose it again."
        )
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut records = records(text).into_iter().peekable();
    let header: Option<Vec<String>> = records
        .peek()
        .and_then(|first| first.fields.first())
        .map(|name| name.trim().to_lowercase())
        .filter(|name| matches!(name.as_str(), "#domain" | "domain"))
        .and_then(|_| records.next())
        .map(|record| record.fields.iter().map(|name| name.trim().trim_start_matches('#').to_lowercase()).collect());
    let column = |name: &str| header.as_ref().and_then(|names| names.iter().position(|own| own == name));
    let places = [
        Some(column("domain").unwrap_or(0)),
        column("severity"),
        column("reject_media"),
        column("reject_reports"),
        column("public_comment"),
        column("obfuscate"),
    ];
    let rows: Vec<Row> = records.take(MOST_ROWS + 1).map(|record| row(&record, &places)).collect();
    match rows.len() {
        0 => Err("The file names no domain.".to_owned()),
        many if many > MOST_ROWS => {
            Err("The file has more than 20,000 rows, which is all that Mastodon takes at once. Split it.".to_owned())
        }
        _ => Ok(rows),
    }
}

fn row(record: &Record, places: &[Option<usize>; 6]) -> Row {
    let value = |index: usize| {
        places[index].and_then(|place| record.fields.get(place)).map(|field| field.trim()).unwrap_or_default()
    };
    let severity = value(1).to_lowercase();
    let comment = without_apostrophe(value(4));
    let line = record.line;
    let rule = match (record.broken, severity.as_str()) {
        (Some(broken), _) => Err(broken.to_owned()),
        _ if comment.chars().count() > LONGEST_COMMENT => {
            Err(format!("the public comment on line {line} is longer than 5,000 characters"))
        }
        _ if comment.contains('\0') => {
            Err(format!("the public comment on line {line} contains a NUL character, which cannot be stored"))
        }
        (None, "") => Ok(Severity::Suspend),
        (None, other) => other
            .parse()
            .map_err(|()| format!("“{}” is no severity: silence, suspend or noop", crate::ui::excerpt(other, 40))),
    };
    Row {
        line: record.line,
        domain: crate::ui::excerpt(without_apostrophe(value(0)), 300),
        rule: rule.map(|severity| Rule {
            severity,
            reject_media: boolean(value(2)),
            reject_reports: boolean(value(3)),
            obfuscate: boolean(value(5)),
            public_comment: comment.to_owned(),
            private_comment: String::new(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;
    use proptest::prelude::*;

    fn rule(severity: Severity, comment: &str) -> Rule {
        Rule {
            severity,
            reject_media: false,
            reject_reports: false,
            obfuscate: false,
            public_comment: comment.to_owned(),
            private_comment: String::new(),
        }
    }

    fn listed(domain: &str, rule: Rule) -> Listed {
        Listed { id: 1, domain: domain.to_owned(), rule, since: Instant(0), accounts: None }
    }

    #[test]
    fn the_list_is_written_as_mastodon_writes_it() {
        let media = Rule { reject_media: true, ..rule(Severity::Noop, "") };
        let hidden = Rule {
            private_comment: "ring of spammers".to_owned(),
            reject_reports: true,
            obfuscate: true,
            ..rule(Severity::Suspend, "")
        };
        let rules = [
            (listed("blocked.test", rule(Severity::Suspend, "")), None),
            (listed("quoted.test", rule(Severity::Silence, "")), Some("says \"hi\", twice".to_owned())),
            (listed("lines.test", rule(Severity::Silence, "")), Some("one\ntwo".to_owned())),
            (listed("empty.test", rule(Severity::Silence, "")), Some(String::new())),
            (listed("left.out.test", rule(Severity::Noop, "")), None),
            (listed("media.test", media), Some(" plain; text ".to_owned())),
            (listed("hidden.test", hidden), None),
        ];
        assert_eq!(
            blocks(&OffThread::TEST, &rules),
            "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
             blocked.test,suspend,false,false,,false\n\
             quoted.test,silence,false,false,\"says \"\"hi\"\", twice\",false\n\
             lines.test,silence,false,false,\"one\ntwo\",false\n\
             empty.test,silence,false,false,\"\",false\n\
             media.test,noop,true,false, plain; text ,false\n\
             hidden.test,suspend,false,true,,true\n"
        );
        let allowed = Allowed { id: 1, domain: "friend.test".to_owned(), since: Instant(0) };
        assert_eq!(allows(&OffThread::TEST, &[allowed]), "#domain\nfriend.test\n");
    }

    #[test]
    fn no_field_is_a_formula_and_each_is_read_back() {
        for (comment, written) in [
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+1", "\"'+1\""),
            ("-2", "\"'-2\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("＝1", "\"'＝1\""),
            ("'=1", "\"''=1\""),
            ("'quoted'", "'quoted'"),
            ("1 = 1", "1 = 1"),
        ] {
            let list =
                blocks(&OffThread::TEST, &[(listed("a.test", rule(Severity::Suspend, "")), Some(comment.to_owned()))]);
            assert!(list.ends_with(&format!("\na.test,suspend,false,false,{written},false\n")), "{list}");
            assert_eq!(
                read(&OffThread::TEST, list.as_bytes()).unwrap()[0].rule.as_ref().unwrap().public_comment,
                comment
            );
        }
    }

    #[test]
    fn a_messy_list_is_read_line_by_line() {
        let text = "\u{FEFF}#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\r\n\
            night.example,Silence,TRUE,f,\"says \"\"hi\"\",\r\ntwice\",0\r\n\
            \r\n\
            BÜCHER.example,suspend\r\n\
            odd.example,nonsense\r\n\
            qu\"oted.example,suspend\r\n\
            spaced.example , noop ,true\r\n\
            open.example,\"never closed\r\n";
        let rows = read(&OffThread::TEST, text.as_bytes()).unwrap();
        let lines: Vec<_> = rows.iter().map(|row| (row.line, row.domain.as_str())).collect();
        assert_eq!(
            lines,
            [
                (2, "night.example"),
                (5, "BÜCHER.example"),
                (6, "odd.example"),
                (7, "quoted.example"),
                (8, "spaced.example"),
                (9, "open.example")
            ]
        );
        let first = rows[0].rule.as_ref().unwrap();
        assert_eq!((first.severity, first.reject_media, first.reject_reports), (Severity::Silence, true, false));
        assert_eq!(first.public_comment, "says \"hi\",\ntwice");
        assert!(!first.obfuscate);
        assert_eq!(rows[1].rule.as_ref().unwrap().severity, Severity::Suspend);
        assert!(rows[2].rule.as_ref().unwrap_err().contains("no severity"));
        assert!(rows[3].rule.as_ref().unwrap_err().contains("quotation mark"));
        assert_eq!(rows[4].rule.as_ref().unwrap().severity, Severity::Noop);
        assert!(rows[5].rule.as_ref().unwrap_err().contains("never closed"));
    }

    #[test]
    fn a_comment_that_cannot_be_stored_is_named_with_its_line() {
        let long = "x".repeat(LONGEST_COMMENT + 1);
        let fits = "x".repeat(LONGEST_COMMENT);
        let text = format!("#domain,#public_comment\na.example,{fits}\nb.example,{long}\nc.example,nul\0here\n");
        let rows = read(&OffThread::TEST, text.as_bytes()).unwrap();
        assert!(rows[0].rule.is_ok());
        assert!(rows[1].rule.as_ref().unwrap_err().contains("line 3 is longer than 5,000"));
        assert!(rows[2].rule.as_ref().unwrap_err().contains("line 4 contains a NUL"));
    }

    #[test]
    fn without_a_header_the_first_field_is_a_domain_to_suspend() {
        let rows = read(&OffThread::TEST, b"night.example\nday.example,silence\n").unwrap();
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.rule.as_ref().unwrap().severity == Severity::Suspend));
        assert_eq!(rows[0].line, 1);
        let other = read(&OffThread::TEST, b"public_comment,domain\n").unwrap();
        assert_eq!(other[0].domain, "public_comment", "a header begins with the domain");
    }

    #[test]
    fn whole_files_are_refused_with_the_reason() {
        assert!(read(&OffThread::TEST, b"").unwrap_err().contains("names no domain"));
        assert!(read(&OffThread::TEST, b"#domain\n").unwrap_err().contains("names no domain"));
        assert!(read(&OffThread::TEST, b"a.example\nb\xff.example\n").unwrap_err().contains("line 2"));
        let most = "a.example\n".repeat(MOST_ROWS);
        assert_eq!(read(&OffThread::TEST, most.as_bytes()).unwrap().len(), MOST_ROWS);
        assert!(read(&OffThread::TEST, format!("{most}a.example\n").as_bytes()).unwrap_err().contains("20,000"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            rows in proptest::collection::vec(("[a-z]{1,8}\\.example", 0..3_usize, any::<bool>(), any::<bool>(), "[ -~\n]{0,20}"), 1..20)
        ) {
            let rules: Vec<_> = rows.iter().map(|(domain, severity, media, reports, comment)| {
                let rule = Rule { reject_media: *media, reject_reports: *reports, ..rule(Severity::ALL[*severity], comment.trim()) };
                let comment = (!rule.public_comment.is_empty()).then(|| rule.public_comment.clone());
                (listed(domain, rule), comment)
            }).filter(|(listed, _)| listed.rule.severity != Severity::Noop || listed.rule.reject_media).collect();
            prop_assume!(!rules.is_empty());
            let back = read(&OffThread::TEST, blocks(&OffThread::TEST, &rules).as_bytes()).unwrap();
            prop_assert_eq!(back.len(), rules.len());
            for (row, (listed, _)) in back.iter().zip(&rules) {
                prop_assert_eq!(&row.domain, &listed.domain);
                prop_assert_eq!(row.rule.as_ref(), Ok(&listed.rule));
            }
        }

        #[test]
        fn no_text_makes_it_stumble(text in "[a-z\",\r\n# .é]{0,80}") {
            let most = text.split(['\n', '\r']).count();
            for row in read(&OffThread::TEST, text.as_bytes()).unwrap_or_default() {
                prop_assert!(row.line >= 1 && row.line <= most);
            }
        }
    }
}
