//! Mastodon's list of domain blocks as text: written byte for byte as it writes it
//! (`app/controllers/admin/export_domain_blocks_controller.rb`), and read from whatever other programs make of it. Mastodon
//! takes what it does not know for the harshest (`app/models/admin/import.rb`: no severity is a suspension, any word but a few
//! is yes); here it stays open.

use super::{LONGEST_COMMENT, names::as_written};
use crate::{
    domain_blocks::{Allowed, Column, ListField, Listed, Reading, Separator, Severity},
    off_thread::OffThread,
};
use std::net::IpAddr;

/// Mastodon's own limit (`Admin::Import::ROWS_PROCESSING_LIMIT`).
pub const MOST_ROWS: usize = 20_000;

/// No list has more columns.
const MOST_FIELDS: usize = 100;

/// So much room is left in a private comment for where a rule came from.
const SOURCE: usize = 200;

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

/// The letters of a file, and how they were written where that is not UTF-8.
///
/// # Errors
/// A sentence for the whole file: it is something else than lines of text.
pub fn decoded(_: &OffThread, bytes: &[u8]) -> Result<(String, &'static str), String> {
    const CSV: &str = "Save it as CSV (UTF-8) and choose it again.";
    // Of a zip archive, as newer spreadsheets are; of older spreadsheets; of gzip; of PDF.
    match bytes {
        [b'P', b'K', 3, 4, ..] | [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            return Err(format!("The file is a spreadsheet or an archive, not a text file. {CSV}"));
        }
        [0x1F, 0x8B, ..] => return Err("The file is compressed. Unpack it and choose the file inside.".to_owned()),
        [b'%', b'P', b'D', b'F', ..] => return Err(format!("The file is a PDF, not a text file. {CSV}")),
        _ => {}
    }
    let (text, encoding) = match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
            return Err("The file is UTF-32. Save it as UTF-8 and choose it again.".to_owned());
        }
        [0xFF, 0xFE, rest @ ..] => (utf_16(rest, u16::from_le_bytes)?, "UTF-16"),
        [0xFE, 0xFF, rest @ ..] => (utf_16(rest, u16::from_be_bytes)?, "UTF-16"),
        [first, 0, second, 0, ..] if *first > 0 && *second > 0 => (utf_16(bytes, u16::from_le_bytes)?, "UTF-16"),
        [0, first, 0, second, ..] if *first > 0 && *second > 0 => (utf_16(bytes, u16::from_be_bytes)?, "UTF-16"),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => (text.strip_prefix('\u{FEFF}').unwrap_or(text).to_owned(), ""),
            Err(error) => {
                let line = bytes[..error.valid_up_to()].split(|b| *b == b'\n').count();
                let text = windows_1252(bytes)
                    .ok_or_else(|| format!("The file is not UTF-8: line {line} has invalid bytes. {CSV}"))?;
                (text, WINDOWS_1252)
            }
        },
    };
    let start = text.trim_start();
    let of_lines = "Use a text file: CSV as exported by Mastodon, or one domain a line.";
    if is_patch(start) {
        return Err("The file is a patch: lines to remove and lines to add. Use the list itself.".to_owned());
    }
    if start.starts_with("{\\rtf") {
        return Err(format!("The file is an RTF document, not a text file. {CSV}"));
    }
    if let Some(table) = start.strip_prefix('[').map(|rest| rest.trim_start_matches('['))
        && table.starts_with(|c: char| c.is_alphabetic())
        && table.split(['\n', '\r']).next().is_some_and(|line| line.trim_end().ends_with(']'))
    {
        return Err(format!("The file is a configuration file, not a list. {of_lines}"));
    }
    if start.starts_with('{')
        || start.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(['{', '"', '[', ']']))
    {
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(start).is_ok();
        return Err(format!("The file {} JSON. {of_lines}", if is_json { "is" } else { "begins like" }));
    }
    if start.starts_with('<') {
        return Err(format!("The file is HTML or XML: probably a web page that shows the list. {of_lines}"));
    }
    Ok((text, encoding))
}

/// Whether a text says what was taken away from another and what was added, as `diff -u` does.
fn is_patch(text: &str) -> bool {
    let lines = || text.split('\n').take(20);
    lines().zip(lines().skip(1)).any(|(one, next)| one.starts_with("--- ") && next.starts_with("+++ "))
        && lines().any(|line| line.starts_with("@@ "))
}

/// What files have that older spreadsheets wrote in the west of Europe and in America; nothing in a file says so.
const WINDOWS_1252: &str = "Windows-1252";

/// `None` where it is not that either: letters of UTF-8 stand in it too, or bytes that it has no letter for.
fn windows_1252(bytes: &[u8]) -> Option<String> {
    let has_utf_8 = String::from_utf8_lossy(bytes).chars().any(|c| !c.is_ascii() && c != char::REPLACEMENT_CHARACTER);
    let text = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0;
    let unused = text.chars().any(|c| ('\u{80}'..='\u{9F}').contains(&c));
    (!has_utf_8 && !unused).then(|| text.into_owned())
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let units = bytes.chunks(2).map(|pair| match pair {
        [one, two] => unit([*one, *two]),
        _ => 0xD800,
    });
    char::decode_utf16(units).collect::<Result<String, _>>().map_err(|_| {
        "The file starts as UTF-16 but doesn’t continue so. Save it as UTF-8 and choose it again.".to_owned()
    })
}

/// A record of a file and the lines it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    line: usize,
    last: usize,
    fields: Vec<String>,
    /// What is wrong with its quotes, if anything.
    broken: Option<&'static str>,
}

impl Record {
    /// How many fields there are, without empty ones at the end.
    fn filled(&self) -> usize {
        self.fields.iter().rposition(|field| !field.trim().is_empty()).map_or(0, |last| last + 1)
    }
}

/// Reads records as RFC 4180 has them, with every sort of line end and between fields whatever stands there. What is wrong is
/// kept with its line; comments are put aside.
fn records(text: &str, separator: Separator) -> (Vec<Record>, Vec<&str>) {
    let mut records = Vec::new();
    let mut comments = Vec::new();
    let sign = separator.sign();
    let mut chars = text.chars();
    let mut line = 1;
    while !chars.as_str().is_empty() {
        let rest = chars.as_str();
        let own_line = rest.split(['\n', '\r']).next().unwrap_or_default();
        let comment = is_comment(own_line, sign);
        if comment || sign.is_none() {
            if comment {
                comments.push(own_line);
            } else if !own_line.trim().is_empty() {
                records.push(Record { line, last: line, fields: vec![own_line.to_owned()], broken: None });
            }
            let rest = rest.get(own_line.len()..).unwrap_or_default();
            chars = rest.strip_prefix("\r\n").or_else(|| rest.get(1..)).unwrap_or_default().chars();
            line += 1;
            continue;
        }
        let mut record = Record { line, last: line, fields: Vec::new(), broken: None };
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
                if c == '\r' && chars.as_str().starts_with('\n') {
                    chars.next();
                }
                line += 1;
            } else {
                record.last = line;
            }
            match c {
                '"' if quoted && chars.as_str().starts_with('"') => {
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
                c if Some(c) == sign => {
                    let field = std::mem::take(&mut value);
                    if record.fields.len() < MOST_FIELDS {
                        record.fields.push(field);
                    } else {
                        record.broken = Some("more than 100 fields");
                    }
                    closed = false;
                }
                _ if end_of_line => break,
                c if closed && !c.is_whitespace() => record.broken = Some("text follows a closed quotation mark"),
                _ if closed => {}
                c => value.push(c),
            }
        }
        record.fields.push(value);
        if record.broken.is_none() && record.fields.iter().any(|field| holds_rows(field, sign)) {
            record.broken = Some("a quotation mark is closed too late: there are rows in between");
        }
        if record.filled() > 0 || record.broken.is_some() {
            records.push(record);
        }
    }
    (records, comments)
}

/// Whether a field of several lines has swallowed rows: a comment may have a line with a comma in it, but hardly one that is a
/// name and then a severity.
fn holds_rows(field: &str, sign: Option<char>) -> bool {
    let Some(sign) = sign else { return false };
    field.split('\n').skip(1).any(|line| {
        let mut fields = line.split(sign);
        let (first, second) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        is_name(first) && !second.trim().is_empty() && severity(second).is_ok()
    })
}

/// A line for people. `#domain` begins a header, a sentence does not.
fn is_comment(line: &str, sign: Option<char>) -> bool {
    let line = line.trim().trim_start_matches('\u{FEFF}');
    if line.starts_with("//") {
        return true;
    }
    let header = || {
        let fields: Vec<&str> = line.split(|c| Some(c) == sign).collect();
        let parts: Vec<ListField> = fields.iter().filter_map(|field| part_of(field)).collect();
        let one_word = |field: &&str| !field.trim().trim_start_matches('#').trim().contains(char::is_whitespace);
        parts.contains(&ListField::Domain)
            && (fields.iter().all(one_word) || parts.len() > 1 && parts.len() * 2 > fields.len())
    };
    line.starts_with('#') && !header()
}

/// A name of a column without its capitals, signs and spaces; nothing for what is too long to be one.
fn plain(name: &str) -> String {
    if name.len() > 60 {
        return String::new();
    }
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What a header calls a column.
fn part_of(name: &str) -> Option<ListField> {
    match plain(name).as_str() {
        "domain" => Some(ListField::Domain),
        "severity" => Some(ListField::Severity),
        "rejectmedia" => Some(ListField::RejectMedia),
        "rejectreports" => Some(ListField::RejectReports),
        "publiccomment" => Some(ListField::PublicComment),
        "obfuscate" => Some(ListField::Obfuscate),
        "privatecomment" => Some(ListField::PrivateComment),
        _ => None,
    }
}

/// What other programs call the column of names.
fn is_like_domain(name: &str) -> bool {
    matches!(
        plain(name).as_str(),
        "domains"
            | "domainname"
            | "instance"
            | "instances"
            | "host"
            | "hosts"
            | "hostname"
            | "server"
            | "servers"
            | "url"
    )
}

/// Whether a field could be the name of a server, hidden or not; which it is is asked later.
fn is_name(field: &str) -> bool {
    let field = field.trim().trim_matches('"').trim_start_matches('\u{FEFF}');
    let field = field.strip_prefix("https://").or_else(|| field.strip_prefix("http://")).unwrap_or(field);
    let field = field.strip_suffix('/').unwrap_or(field);
    let last = field.rsplit('.').next().unwrap_or_default();
    field.contains('.')
        && field.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '*'))
        && last.chars().any(|c| c.is_alphabetic() || c == '*')
}

/// What stands between the fields: as the header has it, or else as most lines do.
fn separator(text: &str) -> Separator {
    let lines: Vec<&str> = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).take(500).collect();
    let signs = || Separator::ALL.into_iter().filter_map(|separator| separator.sign().map(|sign| (separator, sign)));
    let headed = |line: &str, sign: char| {
        let parts: Vec<ListField> = line.split(sign).filter_map(part_of).collect();
        line.contains(sign) && (parts.contains(&ListField::Domain) || parts.len() > 1)
    };
    if let Some((separator, _)) = lines.iter().take(50).find_map(|line| signs().find(|(_, sign)| headed(line, *sign))) {
        return separator;
    }
    let many = |sign: char| {
        lines
            .iter()
            .filter(|line| !line.starts_with(['#', '/']))
            .filter(|line| {
                line.split_once(sign).is_some_and(|(_, rest)| line.split(sign).any(is_name) && !rest.contains('#'))
            })
            .count()
    };
    signs()
        .map(|(separator, sign)| (separator, many(sign)))
        .filter(|(_, many)| *many > 0)
        .max_by_key(|(separator, many)| (*many, *separator == Separator::Comma))
        .map_or(Separator::Nothing, |(separator, _)| separator)
}

/// How somebody says a file is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub separator: Separator,
    /// Whether the first line is a header, and where what stands; found out where nothing is said.
    pub columns: Option<(bool, Vec<(ListField, usize)>)>,
    pub otherwise: Option<Severity>,
}

/// A file, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub reading: Reading,
    pub rows: Vec<Row>,
}

/// One line that names a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub line: usize,
    /// Exactly as it stands in the file.
    pub domain: String,
    /// What it asks for, or what is wrong with it.
    pub asked: Result<Asked, String>,
}

/// What a line says of a rule; what it does not say stays open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub severity: Option<Severity>,
    pub reject_media: Option<bool>,
    pub reject_reports: Option<bool>,
    pub obfuscate: Option<bool>,
    pub public_comment: String,
    pub private_comment: String,
}

/// Yes or no, as programs and the spreadsheets of several countries write it; nothing for nothing.
fn boolean(text: &str) -> Result<Option<bool>, String> {
    match text.to_lowercase().as_str() {
        "" | "-" | "none" | "null" | "nil" | "n/a" => Ok(None),
        "true" | "t" | "yes" | "y" | "1" | "on" | "wahr" | "ja" | "vrai" | "oui" | "verdadero" | "sí" | "vero"
        | "verdadeiro" | "sim" | "waar" | "prawda" | "tak" | "sant" | "sand" | "pravda" | "tosi" | "igaz"
        | "истина" | "да" => Ok(Some(true)),
        "false" | "f" | "no" | "n" | "0" | "off" | "falsch" | "nein" | "faux" | "non" | "falso" | "não" | "onwaar"
        | "nee" | "fałsz" | "nie" | "falskt" | "falsk" | "nej" | "nepravda" | "epätosi" | "hamis" | "ложь" | "нет" => {
            Ok(Some(false))
        }
        _ => Err(format!("“{}” is neither yes nor no", as_written(text, 40))),
    }
}

/// Mastodon's words, and those its pages use for them.
fn severity(text: &str) -> Result<Option<Severity>, String> {
    match text.to_lowercase().as_str() {
        "" | "-" | "null" | "nil" | "n/a" => Ok(None),
        "suspend" | "suspended" => Ok(Some(Severity::Suspend)),
        "silence" | "silenced" | "limit" | "limited" => Ok(Some(Severity::Silence)),
        "noop" | "none" => Ok(Some(Severity::Noop)),
        "retract" | "retracted" | "lift" | "lifted" | "remove" | "removed" | "delete" | "deleted" | "unblock"
        | "unblocked" | "unsuspend" | "unsilence" | "allow" | "allowed" | "accept" => Err(format!(
            "“{}” would undo a domain block, which imports never do: undo it on the server’s page",
            crate::ui::excerpt(text, 40)
        )),
        _ => Err(format!("“{}” is not a severity: use silence, suspend or noop", as_written(text, 40))),
    }
}

/// Where what stands, by a header.
fn places_of(header: &Record) -> Vec<(ListField, usize)> {
    let mut places: Vec<(ListField, usize)> = Vec::new();
    for (place, name) in header.fields.iter().enumerate() {
        if let Some(part) = part_of(name)
            && !places.iter().any(|(own, _)| *own == part)
        {
            places.push((part, place));
        }
    }
    places
}

fn is_header(record: &Record) -> bool {
    record.fields.iter().any(|name| part_of(name) == Some(ListField::Domain))
        && !record.fields.iter().any(|name| is_name(name))
}

/// Whether a record without a name says something that no header does: an address, or a severity.
fn is_row(record: &Record) -> bool {
    let says = |field: &str| field.parse::<IpAddr>().is_ok() || matches!(severity(field), Ok(Some(_)));
    record.fields.iter().any(|field| says(field.trim()))
}

/// The column that has the most names.
fn most_names(records: &[Record], columns: usize) -> usize {
    let many = |place: usize| {
        records.iter().take(500).filter(|record| record.fields.get(place).is_some_and(|field| is_name(field))).count()
    };
    (0..columns).rev().max_by_key(|place| many(*place)).unwrap_or(0)
}

/// The column in which severities stand and nothing else.
fn only_severities(records: &[Record], columns: usize, domain: usize) -> Option<usize> {
    (0..columns).filter(|place| *place != domain).find(|place| {
        let mut said =
            records.iter().take(500).filter_map(|record| record.fields.get(*place)).map(|field| field.trim());
        let mut any = false;
        said.all(|field| match severity(field) {
            Ok(None) => true,
            Ok(Some(_)) => {
                any = true;
                true
            }
            Err(_) => false,
        }) && any
    })
}

/// “2 limit”, “1 limits”, “none limits”
fn of_them(number: usize, one: &str, many: &str) -> String {
    match number {
        0 => format!("none {one}"),
        1 => format!("1 {one}"),
        number => format!("{} {many}", crate::ui::grouped(number)),
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("“{}”", crate::ui::excerpt(name, 40))).collect::<Vec<_>>().join(", ")
}

/// What the lines of a file have in common.
struct Layout {
    header: Option<Record>,
    columns: usize,
    places: Vec<(ListField, usize)>,
    /// Lines above the header that name nothing.
    titles: usize,
    /// Whether a line with the names of columns is a header, and not a row.
    has_headers: bool,
    doubts: Vec<String>,
}

impl Layout {
    fn place(&self, part: ListField) -> Option<usize> {
        self.places.iter().find(|(own, _)| *own == part).map(|(_, place)| *place)
    }

    fn is_header(&self, record: &Record) -> bool {
        self.has_headers && is_header(record)
    }

    /// Whether a record has as many fields as there are columns; empty ones behind them do not count.
    fn fits(&self, record: &Record) -> bool {
        record.fields.len() == self.columns || record.fields.len() > self.columns && record.filled() <= self.columns
    }
}

/// Finds the header and what stands in which column, or takes them as somebody says; the header is taken from the records.
fn layout(records: &mut Vec<Record>, told: Option<&(bool, Vec<(ListField, usize)>)>) -> Layout {
    let has_headers = told.is_none_or(|(header, _)| *header);
    let named = |record: &Record| record.fields.iter().any(|field| is_name(field));
    let titles = records.iter().take(10).position(|record| has_headers && is_header(record)).unwrap_or(0);
    let titles = if records.iter().take(titles).any(named) { 0 } else { titles };
    records.drain(..titles);
    let headed = match (told, records.first()) {
        (Some((header, _)), Some(_)) => *header,
        (None, Some(first)) => {
            is_header(first)
                || !named(first)
                    && !is_row(first)
                    && (first.filled() > 1 || first.fields.iter().any(|name| is_like_domain(name)))
        }
        (_, None) => false,
    };
    let header = headed.then(|| records.remove(0));
    let columns = match &header {
        Some(header) => header.fields.len(),
        None => records.iter().map(Record::filled).max().unwrap_or(0).min(MOST_FIELDS),
    };
    let mut doubts = Vec::new();
    let places = told.map(|(_, places)| places.clone()).unwrap_or_else(|| {
        let mut places = header.as_ref().map(places_of).unwrap_or_default();
        if places.iter().any(|(part, _)| *part == ListField::Domain) {
            return places;
        }
        let like = header.as_ref().and_then(|header| header.fields.iter().position(|name| is_like_domain(name)));
        let domain = like.unwrap_or_else(|| most_names(records, columns));
        places.push((ListField::Domain, domain));
        if header.is_some() {
            doubts.push("There is no column named “domain” in the header, so the columns were guessed.".to_owned());
        } else if columns > 1 {
            doubts.push("There is no header, so the columns were guessed.".to_owned());
            places.extend(only_severities(records, columns, domain).map(|place| (ListField::Severity, place)));
        }
        places
    });
    Layout { header, columns, places, titles, has_headers, doubts }
}

/// The line by which a spreadsheet says to others what it separates with, and the rest.
fn said_separator(text: &str) -> Option<(Option<Separator>, &str)> {
    let (first, rest) = text.split_once('\n')?;
    let said = first.trim_end_matches('\r');
    let sign = said.strip_prefix("sep=").or_else(|| said.strip_prefix("SEP="))?;
    let mut own = Separator::ALL.into_iter();
    (sign.len() == 1).then(|| (own.find(|separator| separator.sign().is_some_and(|own| sign.starts_with(own))), rest))
}

/// Reads a list: first what the file is as a whole, then its rows. What it does not say is left open, and whatever had to be
/// guessed stands among the doubts.
///
/// # Errors
/// A sentence for the whole file: it names nothing, or more than Mastodon takes.
pub fn read(_: &OffThread, text: &str, encoding: &str, file: &str, told: Option<&Told>) -> Result<File, String> {
    let (said, text, skipped) = match said_separator(text) {
        Some((said, rest)) => (said, rest, 1),
        None => (None, text, 0),
    };
    let separator = told.map(|told| told.separator).or(said).unwrap_or_else(|| separator(text));
    let (mut records, comments) = records(text, separator);
    for record in &mut records {
        record.line += skipped;
        record.last += skipped;
        // Behind a lone name people say why.
        if let [name] = record.fields.as_mut_slice()
            && let Some((front, _)) = name.split_once(" #").or_else(|| name.split_once("\t#"))
        {
            *name = front.to_owned();
        }
    }
    let mut layout = layout(&mut records, told.and_then(|told| told.columns.as_ref()));
    // Where a header with other columns stands in the middle.
    let mut other = None;
    let mut rows = Vec::new();
    for record in &records {
        if layout.is_header(record) {
            let same = layout.header.as_ref().is_some_and(|header| alike(&header.fields, &record.fields));
            other = other.or((!same).then_some(record.line));
        } else {
            rows.push(row(record, &layout, other));
        }
    }
    match rows.len() {
        0 => return Err("The file contains no domains.".to_owned()),
        many if many > MOST_ROWS => {
            return Err("The file has more than 20,000 rows, Mastodon’s limit for one import. Split it.".to_owned());
        }
        _ => {}
    }
    let otherwise = told.and_then(|told| told.otherwise);
    let severities = rows.iter().any(|row| row.asked.as_ref().is_ok_and(|asked| asked.severity.is_some()))
        || rows.iter().all(|row| row.asked.is_err());
    let mut doubts = std::mem::take(&mut layout.doubts);
    doubts.extend(of_lines(&layout, &records, rows.len()));
    if let Some(header) = layout.header.as_ref().filter(|_| told.is_none()) {
        doubts.extend(of_header(header, &layout.places, &records));
    }
    if encoding == WINDOWS_1252 {
        doubts.push("The file is not UTF-8 and was read as Windows-1252: check names and comments.".to_owned());
    }
    if !severities && otherwise.is_none() {
        doubts.push(
            "The file lists domains without a severity. If they are to be blocked, choose what the rows mean."
                .to_owned(),
        );
    }
    doubts.extend(of_purpose(file, &comments, &rows));
    let left_out = comments.len() + layout.titles;
    let reading = Reading {
        separator,
        header: layout.header.is_some(),
        columns: (0..layout.columns).map(|place| column(&layout, &records, place)).collect(),
        says: sentence(&rows, separator, encoding, otherwise, severities, left_out),
        places: layout.places,
        otherwise,
        encoding: encoding.to_owned(),
        by_hand: told.is_some(),
        doubts,
        priced: true,
    };
    Ok(File { reading, rows })
}

/// What a column is called, and the first that stands in it.
fn column(layout: &Layout, records: &[Record], place: usize) -> Column {
    let name = layout.header.as_ref().and_then(|header| header.fields.get(place));
    let first = records.iter().filter_map(|record| record.fields.get(place)).find(|field| !field.trim().is_empty());
    Column {
        name: name.map(|name| crate::ui::excerpt(name.trim().trim_start_matches('#'), 40)).unwrap_or_default(),
        sample: first.map(|field| crate::ui::excerpt(field, 30)).unwrap_or_default(),
    }
}

/// What is not certain about how lines and columns fit together.
fn of_lines(layout: &Layout, records: &[Record], rows: usize) -> Vec<String> {
    let mut doubts = Vec::new();
    let of_rows =
        |number: usize| format!("{} of {}", crate::ui::grouped(number), crate::ui::count(rows, "row", "rows"));
    if let Some(second) = records.iter().find(|record| layout.is_header(record)) {
        doubts.push(format!("Line {} is a second header: two lists were joined.", second.line));
    }
    for record in records.iter().filter(|record| record.broken.is_some() && record.last > record.line).take(3) {
        doubts
            .push(format!("A quotation mark is wrong, so lines {} to {} were read as one.", record.line, record.last));
    }
    let of_list = || records.iter().filter(|record| !layout.is_header(record));
    let misfit = of_list().filter(|record| !layout.fits(record)).count();
    if layout.header.is_some() && misfit * 10 > rows {
        doubts.push(format!(
            "The header has {}, which doesn’t match {}.",
            crate::ui::count(layout.columns, "column", "columns"),
            of_rows(misfit)
        ));
    }
    let many = |place: usize, wanted: &dyn Fn(&str) -> bool| {
        of_list().filter(|record| record.fields.get(place).is_some_and(|field| wanted(field))).count()
    };
    let unread = |place: &usize| !layout.places.iter().any(|(_, own)| own == place);
    if (0..layout.columns).filter(unread).any(|place| many(place, &is_name) * 2 > rows) {
        doubts.push("Another column contains domains too, and is ignored.".to_owned());
    }
    if let Some(place) = layout.place(ListField::Severity) {
        let none = many(place, &|field| severity(field.trim()).is_err());
        if none * 2 > rows {
            doubts.push(format!("The column “severity” contains no severities in {}.", of_rows(none)));
        }
    }
    doubts
}

/// Whether two headers say the same.
fn alike(one: &[String], other: &[String]) -> bool {
    let parts = |names: &[String]| names.iter().map(|name| part_of(name)).collect::<Vec<_>>();
    parts(one) == parts(other)
}

/// What is not certain about the names of columns.
fn of_header(header: &Record, places: &[(ListField, usize)], records: &[Record]) -> Vec<String> {
    let mut doubts = Vec::new();
    let mut unknown = Vec::new();
    for (place, name) in
        header.fields.iter().enumerate().filter(|(place, _)| !places.iter().any(|(_, own)| own == place))
    {
        let filled =
            || records.iter().any(|record| record.fields.get(place).is_some_and(|field| !field.trim().is_empty()));
        match part_of(name) {
            Some(part) => doubts.push(format!("Two columns are named “{}”.", part.name())),
            None if filled() && name.trim().is_empty() => unknown.push(format!("column {}", place + 1)),
            None if filled() => unknown.push(name.trim().to_owned()),
            None => {}
        }
    }
    if !unknown.is_empty() {
        let verb = if unknown.len() == 1 { "is" } else { "are" };
        doubts.push(format!("{} {verb} not understood, and may change what the rows mean.", quoted(&unknown)));
    }
    doubts
}

/// What lists say of domain blocks that are to be undone, in several languages; each begins a word.
const TAKEN_BACK: [&str; 43] = [
    "retract",
    "unblock",
    "un-block",
    "unsuspend",
    "unsilence",
    "unlimit",
    "delist",
    "de-list",
    "lifted",
    "removed from the list",
    "removed from list",
    "removed from this list",
    "block removed",
    "no longer block",
    "no longer list",
    "no longer recommend",
    "no longer suspend",
    "no longer limit",
    "rescind",
    "withdrawn",
    "overturned",
    "reinstat",
    "refederat",
    "re-federat",
    "appeal granted",
    "appeal accepted",
    "not blocked any",
    "false positive",
    "whitelist",
    "allowlist",
    "entsperr",
    "aufgehoben",
    "fehlalarm",
    "débloqu",
    "retiré",
    "levé",
    "faux positif",
    "desbloque",
    "falso positivo",
    "rimoss",
    "gedeblokkeerd",
    "odblok",
    "разблок",
];
/// The same where words do not stand apart.
const TAKEN_BACK_UNDIVIDED: [&str; 2] = ["解除", "解封"];

/// The word by which a comment says that a domain block is to be undone, or may be.
pub fn taken_back(comment: &str) -> Option<String> {
    let lower = comment.to_lowercase();
    if let Some(word) = TAKEN_BACK_UNDIVIDED.into_iter().find(|word| lower.contains(word)) {
        return Some(word.to_owned());
    }
    TAKEN_BACK.into_iter().find_map(|word| {
        let begins = |at: &usize| !lower.get(..*at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
        let at = lower.match_indices(word).map(|(at, _)| at).find(begins)?;
        let rest = lower.get(at + word.len()..)?;
        let more = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        Some(format!("{word}{more}"))
    })
}

/// What makes it look as if it were no list of rules to make.
fn of_purpose(file: &str, comments: &[&str], rows: &[Row]) -> Vec<String> {
    let file = file.to_lowercase();
    let above: Vec<String> = comments.iter().take(30).map(|comment| comment.to_lowercase()).collect();
    let says = |word: &str| file.contains(word) || above.iter().any(|comment| comment.contains(word));
    let mut doubts = Vec::new();
    if file.contains("allow") || ["allowlist", "allow list", "allow-list", "whitelist"].iter().any(|word| says(word)) {
        doubts.push("Its name or comments suggest a list of allowed domains.".to_owned());
    }
    let undoes = ["remov", "lift", "undo", "revok"].iter().any(|word| file.contains(word))
        || ["removed", "please lift", "lift these"].iter().any(|word| says(word))
        || taken_back(&file).is_some()
        || above.iter().any(|comment| taken_back(comment).is_some());
    if undoes {
        doubts.push("Its name or comments suggest that it undoes domain blocks.".to_owned());
    }
    let limits = |asked: &Asked| {
        !matches!(asked.severity, None | Some(Severity::Noop))
            || asked.reject_media == Some(true)
            || asked.reject_reports == Some(true)
    };
    let mut read = rows.iter().filter_map(|row| row.asked.as_ref().ok()).peekable();
    if read.peek().is_some_and(|first| first.severity.is_some()) && !read.any(limits) {
        doubts.push(
            "Nothing on it is limited: it may undo domain blocks, or list domains that must never be limited."
                .to_owned(),
        );
    }
    doubts
}

/// The one sentence about a file.
fn sentence(
    rows: &[Row],
    separator: Separator,
    encoding: &str,
    otherwise: Option<Severity>,
    severities: bool,
    comments: usize,
) -> String {
    let asked = || rows.iter().filter_map(|row| row.asked.as_ref().ok());
    let many = |wanted: &dyn Fn(&Asked) -> bool| asked().filter(|asked| wanted(asked)).count();
    let of = |severity: Severity| many(&|asked: &Asked| asked.severity.or(otherwise) == Some(severity));
    let mut says = format!("{}, {}", crate::ui::count(rows.len(), "row", "rows"), separator.words());
    if !encoding.is_empty() {
        says.push_str(&format!(", in {encoding}"));
    }
    if severities || otherwise.is_some() {
        let mut limits: Vec<String> = [
            (of(Severity::Suspend), "suspends", "suspend"),
            (of(Severity::Silence), "limits", "limit"),
            (of(Severity::Noop), "has severity none", "have severity none"),
            (many(&|asked| asked.severity.or(otherwise).is_none()), "says no severity", "say no severity"),
        ]
        .into_iter()
        .filter(|(number, _, _)| *number > 0)
        .map(|(number, one, many)| of_them(number, one, many))
        .collect();
        let unread = rows.len() - asked().count();
        if unread > 0 {
            limits.push(of_them(unread, "cannot be read", "cannot be read"));
        }
        says.push_str(&format!(
            ": {}; {}, {}, {}",
            limits.join(", "),
            of_them(many(&|asked| asked.reject_media == Some(true)), "rejects media", "reject media"),
            of_them(many(&|asked| asked.reject_reports == Some(true)), "rejects reports", "reject reports"),
            of_them(many(&|asked| asked.obfuscate == Some(true)), "obfuscates its name", "obfuscate their names"),
        ));
    }
    if !severities && otherwise.is_none() {
        says.push_str(": none says a severity");
    }
    if comments > 0 {
        says.push_str(&format!("; {} left out", crate::ui::count(comments, "line of comments", "lines of comments")));
    }
    says.push('.');
    says
}

fn row(record: &Record, layout: &Layout, other: Option<usize>) -> Row {
    let value = |part: ListField| {
        layout.place(part).and_then(|place| record.fields.get(place)).map(|field| field.trim()).unwrap_or_default()
    };
    let comment = |part: ListField, words: &str, longest: usize| match without_apostrophe(value(part)) {
        text if text.chars().count() > longest => Err(format!(
            "the {words} comment on line {} is longer than {} characters",
            record.line,
            crate::ui::grouped(longest)
        )),
        text if text.contains('\0') => {
            Err(format!("the {words} comment on line {} contains a NUL character, which cannot be stored", record.line))
        }
        text => Ok(text.to_owned()),
    };
    let flag = |part: ListField| boolean(value(part)).map_err(|wrong| format!("{wrong} ({})", part.name()));
    let asked = || {
        if let Some(broken) = record.broken {
            return Err(match record.last {
                last if last > record.line => format!("{broken} (lines {} to {last})", record.line),
                _ => broken.to_owned(),
            });
        }
        if let Some(line) = other {
            return Err(format!(
                "it stands below the header on line {line}, which names other columns: import that part separately"
            ));
        }
        if layout.header.is_some() && record.filled() > layout.columns {
            return Err(format!("it has {} fields where the header has {}", record.filled(), layout.columns));
        }
        Ok(Asked {
            severity: severity(value(ListField::Severity))?,
            reject_media: flag(ListField::RejectMedia)?,
            reject_reports: flag(ListField::RejectReports)?,
            obfuscate: flag(ListField::Obfuscate)?,
            public_comment: comment(ListField::PublicComment, "public", LONGEST_COMMENT)?,
            private_comment: comment(ListField::PrivateComment, "private", LONGEST_COMMENT - SOURCE)?,
        })
    };
    let name = layout.place(ListField::Domain).and_then(|place| record.fields.get(place));
    Row {
        line: record.line,
        domain: name.map(|name| without_apostrophe(name.trim()).to_owned()).unwrap_or_default(),
        asked: asked(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Timestamp, domain_blocks::Rule};
    use proptest::prelude::*;

    /// As an upload is read.
    fn file(bytes: &[u8]) -> Result<File, String> {
        let (text, encoding) = decoded(&OffThread::TEST, bytes)?;
        super::read(&OffThread::TEST, &text, encoding, "list.csv", None)
    }

    fn read(bytes: &[u8]) -> Result<Vec<Row>, String> {
        file(bytes).map(|file| file.rows)
    }

    fn said(severity: Severity, comment: &str) -> Asked {
        Asked { severity: Some(severity), public_comment: comment.to_owned(), ..Asked::default() }
    }

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
        Listed { id: 1, domain: domain.to_owned(), rule, since: Timestamp(0), accounts: None }
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
        let allowed = Allowed { id: 1, domain: "friend.test".to_owned(), since: Timestamp(0) };
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
            assert_eq!(read(list.as_bytes()).unwrap()[0].asked.as_ref().unwrap().public_comment, comment);
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
        let rows = read(text.as_bytes()).unwrap();
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
        let first = Asked {
            reject_media: Some(true),
            reject_reports: Some(false),
            obfuscate: Some(false),
            ..said(Severity::Silence, "says \"hi\",\ntwice")
        };
        assert_eq!(rows[0].asked.as_ref(), Ok(&first));
        assert_eq!(rows[1].asked.as_ref(), Ok(&said(Severity::Suspend, "")));
        assert!(rows[2].asked.as_ref().unwrap_err().contains("not a severity"));
        assert!(rows[3].asked.as_ref().unwrap_err().contains("quotation mark"));
        assert_eq!(rows[4].asked.as_ref().unwrap().severity, Some(Severity::Noop));
        assert!(rows[5].asked.as_ref().unwrap_err().contains("never closed"));
    }

    #[test]
    fn a_comment_that_cannot_be_stored_is_named_with_its_line() {
        let long = "x".repeat(LONGEST_COMMENT + 1);
        let fits = "x".repeat(LONGEST_COMMENT);
        let text = format!("#domain,#public_comment\na.example,{fits}\nb.example,{long}\nc.example,nul\0here\n");
        let rows = read(text.as_bytes()).unwrap();
        assert!(rows[0].asked.is_ok());
        assert!(rows[1].asked.as_ref().unwrap_err().contains("line 3 is longer than 5,000"));
        assert!(rows[2].asked.as_ref().unwrap_err().contains("line 4 contains a NUL"));
    }

    #[test]
    fn what_a_list_does_not_say_stays_open() {
        let plain = file(b"night.example\nday.example\n").unwrap();
        assert!(plain.rows.iter().all(|row| row.asked == Ok(Asked::default())), "{plain:?}");
        assert_eq!(plain.reading.separator, Separator::Nothing);
        assert!(!plain.reading.is_certain() && plain.reading.doubts[0].contains("without a severity"), "{plain:?}");
        let mixed = file(b"night.example\nday.example,silence\n").unwrap();
        assert_eq!(mixed.rows[0].asked, Ok(Asked::default()));
        assert_eq!(mixed.rows[1].asked, Ok(said(Severity::Silence, "")));
        assert!(!mixed.reading.is_certain());
        let told = Told { separator: Separator::Nothing, columns: None, otherwise: Some(Severity::Silence) };
        let told = super::read(&OffThread::TEST, "night.example\n", "", "list.csv", Some(&told)).unwrap();
        assert_eq!((told.reading.otherwise, told.reading.is_certain()), (Some(Severity::Silence), false));
        assert!(told.reading.doubts.is_empty(), "{told:?}");
    }

    #[test]
    fn words_of_several_countries_are_read_and_others_are_named() {
        for (word, meant) in [
            ("False", Some(false)),
            ("FALSCH", Some(false)),
            ("ЛОЖЬ", Some(false)),
            ("n", Some(false)),
            ("WAHR", Some(true)),
            ("Yes", Some(true)),
            ("1", Some(true)),
            ("", None),
            ("None", None),
        ] {
            assert_eq!(boolean(word), Ok(meant), "{word}");
        }
        for word in ["maybe", "x", "2", "true false", "suspend", "yes!"] {
            assert!(boolean(word).is_err(), "{word}");
        }
        for word in ["block", "reject", "1", "true", "suspend silence", "suspend;false"] {
            assert!(severity(word).unwrap_err().contains("not a severity"), "{word}");
        }
    }

    #[test]
    fn whole_files_are_refused_with_the_reason() {
        assert!(read(b"").unwrap_err().contains("contains no domains"));
        assert!(read(b"#domain\n").unwrap_err().contains("contains no domains"));
        assert!(read(b"a.example\nb\x81.example\n").unwrap_err().contains("line 2"));
        let most = "a.example\n".repeat(MOST_ROWS);
        assert_eq!(read(most.as_bytes()).unwrap().len(), MOST_ROWS);
        assert!(read(format!("{most}a.example\n").as_bytes()).unwrap_err().contains("20,000"));
    }

    #[test]
    fn a_file_that_is_named_for_what_it_undoes_is_doubted() {
        let doubted = |name: &str, above: &str| {
            let text = format!("{above}domain,severity\na.example,suspend\n");
            super::read(&OffThread::TEST, &text, "", name, None).unwrap().reading.doubts
        };
        for (name, above) in [
            ("removed-this-week.csv", ""),
            ("retractions.csv", ""),
            ("delisted.csv", ""),
            ("entsperrt.csv", ""),
            ("list.csv", "# blocks that were lifted\n"),
        ] {
            assert!(doubted(name, above).iter().any(|doubt| doubt.contains("undoes")), "{name} {above}");
        }
        assert_eq!(doubted("blocklist.csv", "# servers that refuse moderation\n"), Vec::<String>::new());
    }

    /// A comment of two lines, the second with a comma.
    #[test]
    fn a_line_of_a_comment_is_no_row() {
        let rule = rule(Severity::Silence, "A\n.A,");
        let rules = [(listed("a.example", rule.clone()), Some(rule.public_comment))];
        let back = read(blocks(&OffThread::TEST, &rules).as_bytes()).unwrap();
        assert!(back[0].asked.is_ok(), "{:?}", back[0].asked);
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
            let back = read(blocks(&OffThread::TEST, &rules).as_bytes()).unwrap();
            prop_assert_eq!(back.len(), rules.len());
            for (row, (listed, _)) in back.iter().zip(&rules) {
                prop_assert_eq!(&row.domain, &listed.domain);
                let asked = Asked {
                    reject_media: Some(listed.rule.reject_media),
                    reject_reports: Some(listed.rule.reject_reports),
                    obfuscate: Some(false),
                    ..said(listed.rule.severity, &listed.rule.public_comment)
                };
                prop_assert_eq!(row.asked.as_ref(), Ok(&asked));
            }
        }

        #[test]
        fn no_text_makes_it_stumble(text in "[a-z\",;\t\r\n# .é]{0,80}") {
            let most = text.split(['\n', '\r']).count();
            for row in read(text.as_bytes()).unwrap_or_default() {
                prop_assert!(row.line >= 1 && row.line <= most);
            }
        }
    }
}
