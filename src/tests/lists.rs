//! Lists of domain blocks as people publish them: what the page says of the whole file, how it reads the columns, what each row
//! would be, and what is ticked before anybody has decided. A case is one more entry in the table.

use crate::{
    domains::{read_in, send, ticks},
    pages::Statements,
    support::{House, house, postgres, sqlite},
};
use howdah::{
    batches::service::engine,
    domain_blocks::{ImportState, Rule, service::OfImport},
    store::{Driver, domain_imports},
};

/// A file, and what must come of it.
#[derive(Default)]
struct Case {
    name: &'static str,
    file: Vec<u8>,
    /// What the page says of the file.
    says: &'static [&'static str],
    /// The column of each field that is read from one, counted from 1; nothing of it is asked where this is empty.
    columns: &'static [(&'static str, usize)],
    /// `line domain difference: rule`, for every row.
    rows: &'static [&'static str],
    /// What is ticked before anybody has decided.
    ticked: &'static [&'static str],
}

fn utf_16(text: &str, little: bool) -> Vec<u8> {
    let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
}

const HEADER: &str = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n";

fn with_header(rows: &str) -> Vec<u8> {
    format!("{HEADER}{rows}").into_bytes()
}

fn published() -> Vec<Case> {
    vec![
        Case {
            name: "a Python tool's True and False",
            file: include_bytes!("lists/01-python-booleans.csv").to_vec(),
            says: &[
                "7 rows",
                "3 suspend",
                "2 limit",
                "2 have severity none",
                "2 reject media",
                "none rejects reports",
                "1 obfuscates",
            ],
            columns: &[
                ("domain", 1),
                ("severity", 2),
                ("reject_media", 3),
                ("reject_reports", 4),
                ("public_comment", 5),
                ("obfuscate", 6),
            ],
            rows: &[
                "2 night-raven.test new: suspended",
                "3 oak-gallows.test new: suspended",
                "4 slow-lantern.test new: limited",
                "5 only-pictures.test new: limited, media rejected",
                "6 quiet-mill.test new: severity None, media rejected",
                "7 nothing-at-all.test same: severity None",
                "8 tags.test new: suspended, name obfuscated",
            ],
            ticked: &["new"],
        },
        Case {
            name: "trust and safety with a canary",
            file: include_bytes!("lists/02-iftas-style.csv").to_vec(),
            says: &["4 rows"],
            rows: &[
                "2 dni.invalid apart: suspended, name obfuscated",
                "3 night-raven.test new: suspended, name obfuscated",
                "4 abandoned-yard.test new: limited, name obfuscated",
                "5 xylophone.test new: suspended, name obfuscated",
            ],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "an allow list with canaries",
            file: include_bytes!("lists/04-allowlist-canaries.csv").to_vec(),
            says: &["without a severity", "Nothing is selected"],
            rows: &[
                "2 000this.is.generated.from.overlap.across.trusted.sources.example.com unclear: ",
                "3 000delete.this.line.if.you.have.read.the.documentation.on.list-maker.test unclear: ",
                "4 canary.tier0.example.com unclear: ",
                "5 canary.fedinuke.example.com unclear: ",
                "6 aud.invalid unclear: ",
                "7 ap.invalid unclear: ",
                "8 dni.invalid unclear: ",
            ],
            ..Case::default()
        },
        Case {
            name: "names hidden by their publisher",
            file: include_bytes!("lists/05-obfuscated.csv").to_vec(),
            says: &["4 obfuscated"],
            rows: &[
                "2 nig**.***en hidden: ",
                "3 oak-*****.test hidden: ",
                "4 ap.***.st hidden: ",
                "5 cl**n.******sity hidden: ",
                "6 plain-name.test new: suspended",
            ],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "hosts of many people's servers",
            file: include_bytes!("lists/06-shared-hosts.csv").to_vec(),
            says: &["everyone with a subdomain of it"],
            rows: &[
                "2 repl.co apart: suspended",
                "3 workers.dev apart: suspended",
                "4 hf.space apart: suspended",
                "5 ngrok.io apart: limited",
                "6 trycloudflare.com apart: limited",
                "7 troll.workers.dev new: suspended",
                "8 cf invalid: ",
                "9 co.uk invalid: ",
            ],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "private comments with commas",
            file: include_bytes!("lists/08-private-comments.csv").to_vec(),
            says: &["3 rows"],
            columns: &[("private_comment", 3), ("public_comment", 4)],
            rows: &[
                "2 night-raven.test new: suspended",
                "3 oak-gallows.test new: suspended",
                "4 slow-lantern.test new: limited",
            ],
            ticked: &["new"],
        },
        Case {
            name: "what a German spreadsheet writes",
            file: include_bytes!("lists/11-semicolons.csv").to_vec(),
            says: &["separated by semicolons", "1 rejects media"],
            rows: &["2 night-raven.test new: suspended", "3 oak-gallows.test new: limited, media rejected"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "one domain a line",
            file: include_bytes!("lists/12-plain.txt").to_vec(),
            says: &["8 rows, one domain a line", "without a severity", "2 lines of comments"],
            rows: &[
                "4 night-raven.test unclear: ",
                "5 oak-gallows.test unclear: ",
                "6 slow-lantern.test unclear: ",
                "7 www.quiet-mill.test unclear: ",
                "8 only-pictures.test unclear: ",
                "9 xylophone.test unclear: ",
                "10 wild.test unclear: ",
                "11 leading-dot.test unclear: ",
            ],
            ..Case::default()
        },
        Case {
            name: "one domain a line, Windows line ends",
            file: include_bytes!("lists/12b-plain-crlf.csv").to_vec(),
            says: &["3 rows, one domain a line", "without a severity"],
            rows: &["1 night-raven.test unclear: ", "2 sub.night-raven.test unclear: ", "3 oak-gallows.test unclear: "],
            ..Case::default()
        },
        Case {
            name: "tabs",
            file: include_bytes!("lists/19-tabs.tsv").to_vec(),
            says: &["separated by tabs"],
            rows: &["2 night-raven.test new: suspended"],
            ticked: &["new"],
            ..Case::default()
        },
    ]
}

fn others() -> Vec<Case> {
    vec![
        Case {
            name: "words that are no yes or no, and no severity",
            file: with_header(
                "a.test,suspend,maybe,false,,\nb.test,limit,Yes,no,,\nc.test,NONE,on,0,,\nd.test,Suspended,N,n,,\n\
                 e.test,block,,,,\nf.test,retract,,,,\ng.test,,,,,\nh.test,silence,None,null,,\ni.test,silence,x,,,\n",
            ),
            says: &["“maybe” is neither yes nor no", "“block” is not a severity", "“retract” would undo a domain block", "says no severity"],
            rows: &[
                "2 a.test invalid: ",
                "3 b.test new: limited, media rejected",
                "4 c.test new: severity None, media rejected",
                "5 d.test new: suspended",
                "6 e.test invalid: ",
                "7 f.test invalid: ",
                "8 g.test unclear: ",
                "9 h.test new: limited",
                "10 i.test invalid: ",
            ],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "against rules there are",
            file: with_header(
                "ours-limited.test,suspend,False,False,theirs,True\nours-suspended.test,noop,False,False,,\n\
                 ours-suspended-too.test,silence,,,,\nnobody.test,noop,,,,\nours-media.test,silence,,,,\n",
            ),
            rows: &[
                "2 ours-limited.test stricter: suspended",
                "3 ours-suspended.test weaker: severity None",
                "4 ours-suspended-too.test weaker: limited",
                "5 nobody.test same: severity None",
                "6 ours-media.test same: limited, media rejected",
            ],
            says: &["Our public comment stays"],
            ticked: &["new", "stricter"],
            ..Case::default()
        },
        Case {
            name: "neither stricter nor weaker than rules there are",
            file: with_header(
                "media-alone.test,silence,False,False,,\nours-media.test,silence,False,True,,\n\
                 ours-media-too.test,noop,True,True,,\nbelow.media-alone.test,silence,False,False,,\n\
                 below.ours-media.test,silence,False,False,,\n",
            ),
            rows: &[
                "2 media-alone.test different: limited",
                "3 ours-media.test different: limited, reports rejected",
                "4 ours-media-too.test different: severity None, media and reports rejected",
                "5 below.media-alone.test invalid: limited",
                "6 below.ours-media.test same: limited",
            ],
            says: &[
                "Neither is the stricter: ours is “severity None, media rejected”, the list’s “limited”.",
                "Neither is the stricter: ours is “limited, media rejected”, the list’s “limited, reports rejected”.",
                "neither stricter nor weaker than our domain block",
                "The domain block for media-alone.test (severity None, media rejected) is above it, and the list’s (limited) is not stricter: \
                 Mastodon creates none below it.",
            ],
            ..Case::default()
        },
        Case {
            name: "no header and several columns",
            file: b"a.test,suspend,spam\nb.test,silence,\n".to_vec(),
            says: &["no header", "Nothing is selected"],
            columns: &[("domain", 1), ("severity", 2)],
            rows: &["1 a.test new: suspended", "2 b.test new: limited"],
            ..Case::default()
        },
        Case {
            name: "a header nobody knows",
            file: b"instance,level\na.test,suspend\nb.test,silence\n".to_vec(),
            says: &["no column named “domain”", "Nothing is selected"],
            columns: &[("domain", 1)],
            rows: &["2 a.test unclear: ", "3 b.test unclear: "],
            ..Case::default()
        },
        Case {
            name: "a column nobody knows may turn the list round",
            file: b"domain,severity,retracted\na.test,suspend,yes\nb.test,silence,no\n".to_vec(),
            says: &["“retracted” is not understood", "Nothing is selected"],
            rows: &["2 a.test new: suspended", "3 b.test new: limited"],
            ..Case::default()
        },
        Case {
            name: "other order of columns",
            file: b"reject_media,public_comment,Severity,Domain\nFalse,spam,silence,a.test\n".to_vec(),
            columns: &[("domain", 4), ("severity", 3), ("reject_media", 1), ("public_comment", 2)],
            rows: &["2 a.test new: limited"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "a header that does not fit its columns",
            file: b"domain,severity\na.test,spam,suspend,false\nb.test,spam,suspend,false\n".to_vec(),
            says: &["The header has 2 columns, which doesn’t match 2 of 2 rows", "Nothing is selected"],
            rows: &["2 a.test invalid: ", "3 b.test invalid: "],
            ..Case::default()
        },
        Case {
            name: "a header with one column more than the rows",
            file: b"domain,severity,reject_media,reject_reports,obfuscate\na.test,suspend,true,false\nb.test,silence,true,false\n"
                .to_vec(),
            says: &["The header has 5 columns", "Nothing is selected"],
            rows: &["2 a.test new: suspended, media rejected", "3 b.test new: limited, media rejected"],
            ..Case::default()
        },
        Case {
            name: "a header whose names are exchanged",
            file: b"domain,public_comment,severity\na.test,suspend,spam\nb.test,silence,hate\n".to_vec(),
            says: &["“severity” contains no severities", "Nothing is selected"],
            rows: &["2 a.test invalid: ", "3 b.test invalid: "],
            ..Case::default()
        },
        Case {
            name: "a header with commas over rows with semicolons",
            file: b"domain,severity\na.test;suspend\nb.test;silence\n".to_vec(),
            says: &["Nothing is selected"],
            rows: &["2 a.test;suspend invalid: ", "3 b.test;silence invalid: "],
            ..Case::default()
        },
        Case {
            name: "two lists pasted together",
            file: b"domain,severity\na.test,silence\n\xEF\xBB\xBFdomain,severity\nb.test,silence\n".to_vec(),
            says: &["Line 3 is a second header", "Nothing is selected"],
            rows: &["2 a.test new: limited", "4 b.test new: limited"],
            ..Case::default()
        },
        Case {
            name: "two lists with other columns pasted together",
            file: b"domain,severity,reject_media\na.test,silence,false\n#domain,#reject_media,#severity\nb.test,true,silence\n".to_vec(),
            says: &["Line 3 is a second header", "Nothing is selected"],
            rows: &["2 a.test new: limited", "4 b.test invalid: "],
            ..Case::default()
        },
        Case {
            name: "two lists that contradict each other",
            file: b"domain,severity\na.test,suspend\nb.test,silence\nA.test,silence\nb.test,limit\n".to_vec(),
            says: &["Line 4 has different values"],
            rows: &[
                "2 a.test apart: suspended",
                "3 b.test new: limited",
                "4 a.test invalid: ",
                "5 b.test invalid: ",
            ],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "Mastodon's own list of allowed domains",
            file: b"#domain\nfriend.test\nother-friend.test\n".to_vec(),
            says: &["without a severity", "Nothing is selected"],
            rows: &["2 friend.test unclear: ", "3 other-friend.test unclear: "],
            ..Case::default()
        },
        Case {
            name: "UTF-16, as spreadsheets write it",
            file: utf_16("domain\tseverity\r\nb\u{fc}cher.test\tsilence\r\n", true),
            says: &["UTF-16", "separated by tabs"],
            rows: &["2 xn--bcher-kva.test new: limited"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "UTF-16 the other way round",
            file: utf_16("domain,severity\r\na.test,silence\r\n", false),
            says: &["UTF-16"],
            rows: &["2 a.test new: limited"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "UTF-16 that does not say so",
            file: utf_16("domain,severity\r\na.test,silence\r\n", true).split_off(2),
            says: &["UTF-16"],
            rows: &["2 a.test new: limited"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "nothing but commas",
            file: format!("domain,severity\na.test,silence{}\n", ",".repeat(100_000)).into_bytes(),
            says: &["More than 100 fields"],
            rows: &["2 a.test invalid: "],
            ..Case::default()
        },
        Case {
            name: "what a spreadsheet says of its separator",
            file: b"sep=;\r\ndomain;severity\r\na.test;silence\r\n".to_vec(),
            says: &["separated by semicolons"],
            rows: &["3 a.test new: limited"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "comments around a header, with a quotation mark",
            file: b"# a \"list\n// of blocks\n\n#domain,#severity\n#gone.test,suspend\na.test,silence\n".to_vec(),
            says: &["3 lines of comments"],
            rows: &["6 a.test new: limited"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "names are looked at before they are made into what Mastodon stores",
            file: with_header(
                "ni\u{ad}ght.test,silence\nraven\t.test,silence\nnight\u{200b}.test,silence\n\u{ff4e}ight.test,silence\n\
                 B\u{dc}CHER.test,silence\nxn--bcher-kva.test,silence\nnight\u{3002}test.test,silence\n\"a\nb.test\",silence\n",
            ),
            rows: &[
                "2 ni‹U+00AD›ght.test invalid: ",
                "3 raven‹U+0009›.test invalid: ",
                "4 night‹U+200B›.test invalid: ",
                "5 \u{ff4e}ight.test invalid: ",
                "6 xn--bcher-kva.test new: limited",
                "7 xn--bcher-kva.test invalid: ",
                "8 night\u{3002}test.test invalid: ",
                "9 a‹U+000A›b.test invalid: ",
            ],
            ..Case::default()
        },
        Case {
            name: "our own name, and names nobody has",
            file: with_header(
                "127.0.0.1,suspend,,,,\nexample,suspend,,,,\n\
                 thing.localhost,suspend,,,,\nexample.org,suspend,,,,\nwww.example.net,suspend,,,,\nprinter.local,suspend,,,,\n\
                 canary.list.test,suspend,,,,\nreal.test,suspend,,,canary: you imported blindly,\n*.wild.test,suspend,,,,\n",
            ),
            says: &["own domain", "reserved", "canary"],
            rows: &[
                "2 127.0.0.1 invalid: ",
                "3 example invalid: ",
                "4 thing.localhost apart: suspended",
                "5 example.org apart: suspended",
                "6 www.example.net apart: suspended",
                "7 printer.local apart: suspended",
                "8 canary.list.test apart: suspended",
                "9 real.test apart: suspended",
                "10 wild.test apart: suspended",
            ],
            ..Case::default()
        },
        Case {
            name: "a quotation mark that swallows rows",
            file: with_header("a.test,silence,,,\"spam,\nb.test,silence,,,,\nc.test,silence,,,,\n"),
            says: &["never closed", "lines 2 to 4", "Nothing is selected"],
            rows: &["2 a.test invalid: "],
            ..Case::default()
        },
        Case {
            name: "a quotation mark that is closed by another row's",
            file: with_header("a.test,silence,,,\"spam,\nb.test,silence,,,ham\",\nc.test,silence,,,,\n"),
            says: &["lines 2 to 3", "Nothing is selected"],
            rows: &["2 a.test invalid: ", "4 c.test new: limited"],
            ..Case::default()
        },
        Case {
            name: "a comma in a comment without quotation marks",
            file: with_header("a.test,suspend,false,false,spam, and worse,false\nb.test,suspend,false,false,spam,false\n"),
            says: &["has 7 fields where the header has 6"],
            rows: &["2 a.test invalid: ", "3 b.test new: suspended"],
            ..Case::default()
        },
        Case {
            name: "a title above the header",
            file: b"Blocks of July\n\ndomain,severity\na.test,silence\n".to_vec(),
            says: &["1 row, separated by commas: 1 limits"],
            rows: &["4 a.test new: limited"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "several names on a line",
            file: b"a.test, b.test\nc.test, d.test\n".to_vec(),
            says: &["Another column contains domains too", "without a severity"],
            rows: &["1 a.test unclear: ", "2 c.test unclear: "],
            ..Case::default()
        },
        Case {
            name: "a column of severities that is empty",
            file: with_header("a.test,,,,spam,\nb.test,,,,,\n"),
            says: &["without a severity", "Nothing is selected"],
            rows: &["2 a.test unclear: ", "3 b.test unclear: "],
            ..Case::default()
        },
        Case {
            name: "a table as a wiki has it",
            file: b"| Domain | Severity |\n|---|---|\n| a.test | silence |\n| b.test | suspend |\n".to_vec(),
            says: &["separated by vertical bars"],
            rows: &["2 --- invalid: ", "3 a.test new: limited", "4 b.test new: suspended"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "rows of a database",
            file: b"id,domain,created_at,severity,reject_media\n1,a.test,2024-01-01,1,t\n2,b.test,2024-01-01,0,f\n".to_vec(),
            says: &["“id”, “created_at” are not understood", "“severity” contains no severities", "Nothing is selected"],
            rows: &["2 a.test invalid: ", "3 b.test invalid: "],
            ..Case::default()
        },
        Case {
            name: "a column that stands twice",
            file: b"domain,severity,severity\na.test,silence,suspend\n".to_vec(),
            says: &["Two columns are named “severity”", "Nothing is selected"],
            rows: &["2 a.test new: limited"],
            ..Case::default()
        },
        Case {
            name: "line ends of old machines",
            file: b"domain,severity\ra.test,silence\rb.test,suspend\r".to_vec(),
            says: &["2 rows"],
            rows: &["2 a.test new: limited", "3 b.test new: suspended"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "letters as an older spreadsheet writes them",
            file: b"domain,severity,public_comment\na.test,silence,B\xFCcher \x96 spam\nb\xFCcher.test,suspend,\n".to_vec(),
            says: &["in Windows-1252", "not UTF-8", "Nothing is selected", "Bücher – spam"],
            rows: &["2 a.test new: limited", "3 xn--bcher-kva.test new: suspended"],
            ..Case::default()
        },
        Case {
            name: "a character that no database keeps",
            file: b"domain,severity,public_comment\na.test,silence,a\0b\nc\0.test,silence,\nd.test,silence,\n".to_vec(),
            says: &["contains a NUL character"],
            rows: &["2 a.test invalid: ", "3 c‹U+0000›.test invalid: ", "4 d.test new: limited"],
            ..Case::default()
        },
        Case {
            name: "an allow list with all columns, as a sync tool has it",
            file: b"\"domain\",\"severity\",\"private_comment\",\"public_comment\",\"reject_media\"\n\
                \"friend.test\",\"noop\",\"Never block me\",,False\n\"ours-suspended.test\",\"noop\",,,False\n"
                .to_vec(),
            says: &["Nothing on it is limited", "Nothing is selected", "The list doesn’t limit it"],
            rows: &["2 friend.test same: severity None", "3 ours-suspended.test weaker: severity None"],
            ..Case::default()
        },
        Case {
            name: "a retraction among others",
            file: b"domain,severity,reject_media,public_comment\na.test,noop,True,retracted: they have new staff\nb.test,suspend,False,spam\n"
                .to_vec(),
            says: &["it may be meant to undo a domain block"],
            rows: &["2 a.test apart: severity None, media rejected", "3 b.test new: suspended"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "comments that say what the list is for",
            file: b"# Allowlist of our friends\ndomain,severity\na.test,suspend\n".to_vec(),
            says: &["a list of allowed domains", "Nothing is selected"],
            rows: &["3 a.test new: suspended"],
            ..Case::default()
        },
        Case {
            name: "capitals, a byte order mark, Windows line ends, and comments of many lands over several lines",
            file: "\u{feff}#DOMAIN,#SEVERITY,#REJECT_MEDIA,#REJECT_REPORTS,#PUBLIC_COMMENT,#OBFUSCATE\r\n\
                A.test,SILENCE,1,0,\"\u{8ff7}\u{60d1}\u{30e1}\u{30fc}\u{30eb}\u{3001}\r\n\u{431}\u{43e}\u{43b}\u{44c}\u{448}\u{43e}\u{439} \u{441}\u{43f}\u{430}\u{43c}\",no\r\n\
                b.test,Silence ,yes,t,\u{ab}\u{647}\u{62c}\u{648}\u{645}\u{bb},f\r\n"
                .as_bytes()
                .to_vec(),
            says: &["2 rows, separated by commas: 2 limit; 2 reject media, 1 rejects reports, none obfuscates its name"],
            rows: &["2 a.test new: limited, media rejected", "4 b.test new: limited, media and reports rejected"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "the columns of a sync tool of its own",
            file: b"domain,severity,public_comment,private_comment,reject_media,reject_reports,obfuscate,count,percent\n\
                a.test,suspend,spam,\"from list one, list two\",True,True,False,2,66\n"
                .to_vec(),
            says: &["\u{201c}count\u{201d}, \u{201c}percent\u{201d} are not understood", "Nothing is selected"],
            rows: &["2 a.test new: suspended, media and reports rejected"],
            ..Case::default()
        },
        Case {
            name: "every field in quotes, with spaces before them",
            file: b"\"domain\", \"severity\", \"reject_media\"\r\n\"a.test\", \"silence\", \"false\"\r\n".to_vec(),
            says: &["1 row, separated by commas"],
            rows: &["2 a.test new: limited"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "names as people copy them",
            file: with_header(
                "a.test:8443,silence,,,,\nB.TEST.,silence,,,,\nmy_server.test,silence,,,,\n@c.test,silence,,,,\n\
                 user@d.test,silence,,,,\nhttps://e.test/about,silence,,,,\n[2001:db8::1],silence,,,,\n192.0.2.0/24,silence,,,,\n\
                 HTTP://f.test/,silence,,,,\nb.test,limit,,,,\ng.test h.test,silence,,,,\n-i.test,silence,,,,\nj..test,silence,,,,\n",
            ),
            rows: &[
                "2 a.test:8443 invalid: ",
                "3 b.test new: limited",
                "4 my_server.test invalid: ",
                "5 @c.test invalid: ",
                "6 user@d.test invalid: ",
                "7 https://e.test/about invalid: ",
                "8 [2001:db8::1] invalid: ",
                "9 192.0.2.0/24 invalid: ",
                "10 f.test new: limited",
                "11 b.test invalid: ",
                "12 g.test h.test invalid: ",
                "13 -i.test apart: limited",
                "14 j..test invalid: ",
            ],
            says: &["Line 3 already lists it", "More than half"],
            ..Case::default()
        },
        Case {
            name: "a line of sums below",
            file: b"domain,severity\na.test,silence\nb.test,silence\nTotal,2\n".to_vec(),
            says: &["2 limit, 1 cannot be read"],
            rows: &["2 a.test new: limited", "3 b.test new: limited", "4 Total invalid: "],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "a configuration of another program",
            file: b"config :pleroma, :mrf_simple,\n  media_removal: [{\"a.test\", \"spam\"}],\n  reject: [{\"b.test\", \"abuse\"}]\n".to_vec(),
            says: &["Nothing is selected"],
            rows: &[
                "1 config :pleroma, :mrf_simple, invalid: ",
                "2 media_removal: [{\"a.test\", \"spam\"}], invalid: ",
                "3 reject: [{\"b.test\", \"abuse\"}] invalid: ",
            ],
            ..Case::default()
        },
        Case {
            name: "YAML",
            file: b"- domain: a.test\n  severity: suspend\n- domain: b.test\n  severity: silence\n".to_vec(),
            says: &["Nothing is selected"],
            rows: &[
                "1 - domain: a.test invalid: ",
                "2 severity: suspend invalid: ",
                "3 - domain: b.test invalid: ",
                "4 severity: silence invalid: ",
            ],
            ..Case::default()
        },
        Case {
            name: "a list with bullets, and reasons behind dashes",
            file: "* a.test\n- b.test\n\u{2022} c.test\nd.test \u{2013} spam\ne.test - spam\n".as_bytes().to_vec(),
            says: &["Nothing is selected"],
            rows: &[
                "1 * a.test invalid: ",
                "2 - b.test invalid: ",
                "3 \u{2022} c.test invalid: ",
                "4 d.test \u{2013} spam invalid: ",
                "5 e.test - spam invalid: ",
            ],
            ..Case::default()
        },
        Case {
            name: "what the severity is for, in the same field, and other programs\u{2019} words",
            file: with_header(
                "a.test,suspend (abuse),,,,\nb.test,defederate,,,,\nc.test,force_nsfw,,,,\nd.test,media_removal,,,,\n\
                 e.test,sperren,,,,\nf.test,reject,,,,\ng.test,silence,,,,\n",
            ),
            says: &["is not a severity"],
            rows: &[
                "2 a.test invalid: ",
                "3 b.test invalid: ",
                "4 c.test invalid: ",
                "5 d.test invalid: ",
                "6 e.test invalid: ",
                "7 f.test invalid: ",
                "8 g.test new: limited",
            ],
            ..Case::default()
        },
        Case {
            name: "yes and no of more lands",
            file: with_header("a.test,silence,nej,nie,,tak\nb.test,silence,IGAZ,HAMIS,,\nc.test,silence,\u{771f},\u{5047},,\n"),
            says: &["is neither yes nor no"],
            rows: &[
                "2 a.test new: limited, name obfuscated",
                "3 b.test new: limited, media rejected",
                "4 c.test invalid: ",
            ],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "what is to go and what is to come, for the same name",
            file: with_header(
                "a.test,retracted,,,,\na.test,suspend,,,,\nb.test,suspend,,,,\nb.test,unblock,,,,\nc.test,reject,,,,\n\
                 c.test,suspend,,,,\nC.test,suspend,,,,\nd.test,suspend,,,,\n",
            ),
            says: &["Line 2 lists it too", "Line 5 lists it too", "Line 6 lists it too", "Line 7 already lists it"],
            rows: &[
                "2 a.test invalid: ",
                "3 a.test apart: suspended",
                "4 b.test apart: suspended",
                "5 b.test invalid: ",
                "6 c.test invalid: ",
                "7 c.test apart: suspended",
                "8 c.test invalid: ",
                "9 d.test new: suspended",
            ],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "names below others of the same list",
            file: with_header(
                "a.test,suspend,,,,\nx.a.test,silence,,,,\ny.b.test,silence,,,,\nb.test,suspend,,,,\nc.test,silence,,,,\n\
                 z.c.test,suspend,,,,\nd.test,silence,,,,\nw.d.test,noop,true,,,\nv.u.a.test,suspend,,,,\n",
            ),
            says: &["Line 2 is for a.test (suspended), which is above it", "Line 5 is for b.test (suspended), which is above it"],
            rows: &[
                "2 a.test new: suspended",
                "3 x.a.test apart: limited",
                "4 y.b.test apart: limited",
                "5 b.test new: suspended",
                "6 c.test new: limited",
                "7 z.c.test new: suspended",
                "8 d.test new: limited",
                "9 w.d.test apart: severity None, media rejected",
                // Mastodon takes a suspension below any other.
                "10 v.u.a.test new: suspended",
            ],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "comments that take it back in several languages, and some that only look so",
            file: with_header(
                "a.test,suspend,,,entsperrt am 3. Mai,\nb.test,suspend,,,retiré de la liste,\nc.test,suspend,,,DELISTED,\n\
                 d.test,suspend,,,a false positive,\ne.test,suspend,,,解除しました,\nf.test,suspend,,,No longer recommended,\n\
                 g.test,suspend,,,niveau élevé de spam,\nh.test,suspend,,,uplifted and unlisted,\n\
                 i.test,suspend,,,allows what others remove,\n",
            ),
            says: &["The comment says “entsperrt”", "The comment says “no longer recommended”"],
            rows: &[
                "2 a.test apart: suspended",
                "3 b.test apart: suspended",
                "4 c.test apart: suspended",
                "5 d.test apart: suspended",
                "6 e.test apart: suspended",
                "7 f.test apart: suspended",
                "8 g.test new: suspended",
                "9 h.test new: suspended",
                "10 i.test new: suspended",
            ],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "what was removed, with a word about it above",
            file: b"# Removed from the list in May, please lift these\n#domain,#severity\na.test,suspend\n".to_vec(),
            says: &["it undoes domain blocks", "Nothing is selected"],
            rows: &["3 a.test new: suspended"],
            ..Case::default()
        },
        Case {
            name: "a header with blanks in its names",
            file: b"#Domain , #Severity , #Reject_Media, #Reject Reports ,#Public-Comment,#OBFUSCATE\n\
                \x20a.test ,  SUSPEND ,  TRUE , FALSE , \"  two  \" , False\nb.test, Silence , , , ,\n"
                .to_vec(),
            says: &["2 rows, separated by commas"],
            columns: &[("domain", 1), ("severity", 2), ("reject_media", 3), ("reject_reports", 4)],
            rows: &["2 a.test new: suspended, media rejected", "3 b.test new: limited"],
            ticked: &["new"],
        },
        Case {
            name: "columns in German",
            file: b"Domain;Schweregrad;Kommentar\na.test;suspend;Spam\nb.test;silence;\n".to_vec(),
            says: &["“Schweregrad”, “Kommentar” are not understood", "Nothing is selected"],
            rows: &["2 a.test unclear: ", "3 b.test unclear: "],
            ..Case::default()
        },
        Case {
            name: "fields that a spreadsheet wrote as formulas",
            file: b"domain,severity\n=\"a.test\",=\"suspend\"\nb.test,suspend\nc.test,suspend\n".to_vec(),
            says: &["1 cannot be read"],
            rows: &["2 =a.test invalid: ", "3 b.test new: suspended", "4 c.test new: suspended"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "spaces that do not look like any",
            file: with_header("a.test,\u{a0}suspend\u{2003},,,,\nb.test,sus\u{200b}pend,,,,\nc.test\u{a0},silence,,,,\n"),
            says: &["is not a severity"],
            rows: &["2 a.test new: suspended", "3 b.test invalid: ", "4 c.test new: limited"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "names that nobody can follow by a click, and patterns",
            file: with_header(
                "a[.]test,suspend,,,,\nhxxps://b[.]test/x,suspend,,,,\n/.*\\.c\\.test/,suspend,,,,\n^d\\..*$,suspend,,,,\n\
                 *://*.e.test/*,suspend,,,,\nf.*,suspend,,,,\ng.test,suspend,,,,\n",
            ),
            says: &["That is a URL. Enter a domain: b.test.", "It is a pattern, not a domain."],
            rows: &[
                "2 a[.]test invalid: ",
                "3 hxxps://b[.]test/x invalid: ",
                "4 /.*\\.c\\.test/ invalid: ",
                "5 ^d\\..*$ invalid: ",
                "6 *://*.e.test/* invalid: ",
                "7 f.* hidden: ",
                "8 g.test new: suspended",
            ],
            ..Case::default()
        },
        Case {
            name: "dashes of word processors, and letters of several alphabets",
            file: with_header(
                "ac–b.test,suspend,,,,\naa\u{2010}b.test,suspend,,,,\nal\u{2044}b.test,suspend,,,,\nаpple.test,suspend,,,,\n\
                 g\u{3bf}ogle.test,suspend,,,,\nпример.test,suspend,,,,\nb\u{fc}cher.test,suspend,,,,\n例え.test,suspend,,,,\n",
            ),
            says: &["it contains “–”, which no domain has", "several alphabets", "in letters", "bücher.test"],
            rows: &[
                "2 ac–b.test invalid: ",
                "3 aa\u{2010}b.test invalid: ",
                "4 al\u{2044}b.test invalid: ",
                "5 xn--pple-43d.test apart: suspended",
                "6 xn--gogle-rce.test apart: suspended",
                "7 xn--e1afmkfd.test new: suspended",
                "8 xn--bcher-kva.test new: suspended",
                "9 xn--r8jz45g.test new: suspended",
            ],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "addresses in every dress",
            file: with_header(
                "192.0.2.7:3000,suspend,,,,\n[2001:db8::1]:443,suspend,,,,\n10.0.1,suspend,,,,\n1.2.3.4.5,suspend,,,,\n\
                 night.0x7f,suspend,,,,\n3232235521,suspend,,,,\nn%69ght.test,suspend,,,,\nnight4.test,silence,,,,\n\
                 4night.test,silence,,,,\nnight.test.,silence,,,,\nnight.test:8080,silence,,,,\nx1.test,silence,,,,\n\
                 x2.test,silence,,,,\nx3.test,silence,,,,\nx4.test,silence,,,,\nx5.test,silence,,,,\nx6.test,silence,,,,\n",
            ),
            says: &["192.0.2.7 is an IP address", "10.0.1 ends in a number", "Leave out the port: night.test"],
            rows: &[
                "2 192.0.2.7:3000 invalid: ",
                "3 [2001:db8::1]:443 invalid: ",
                "4 10.0.1 invalid: ",
                "5 1.2.3.4.5 invalid: ",
                "6 night.0x7f invalid: ",
                "7 3232235521 invalid: ",
                "8 n%69ght.test invalid: ",
                "9 night4.test new: limited",
                "10 4night.test new: limited",
                "11 night.test new: limited",
                "12 night.test:8080 invalid: ",
                "13 x1.test new: limited",
                "14 x2.test new: limited",
                "15 x3.test new: limited",
                "16 x4.test new: limited",
                "17 x5.test new: limited",
                "18 x6.test new: limited",
            ],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "a file of hosts that are to lead nowhere",
            file: b"# hosts\n127.0.0.1\tlocalhost\n0.0.0.0\tnight.test\n0.0.0.0\toak.test\n".to_vec(),
            says: &["no header", "without a severity", "Nothing is selected"],
            rows: &["2 localhost invalid: ", "3 night.test unclear: ", "4 oak.test unclear: "],
            ..Case::default()
        },
        Case {
            name: "no header, and a first name that is none",
            file: b"localhost,suspend\na.test,suspend\nb.test,silence\n".to_vec(),
            says: &["3 rows", "no header", "Nothing is selected"],
            rows: &["1 localhost invalid: ", "2 a.test new: suspended", "3 b.test new: limited"],
            ..Case::default()
        },
        Case {
            name: "quotation marks behind backslashes",
            file: with_header("a.test,suspend,,,\"he said \\\"hi\\\", and left\",\nb.test,silence,,,,\nc.test,silence,,,,\n"),
            says: &["1 cannot be read"],
            rows: &["2 a.test invalid: ", "3 b.test new: limited", "4 c.test new: limited"],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "what takes it back in other words",
            file: with_header(
                "a.test,suspend,,,rescinded 2026-03-01,\nb.test,suspend,,,appeal granted,\nc.test,suspend,,,Overturned by the team,\n\
                 d.test,suspend,,,we refederated in May,\ne.test,suspend,,,withdrawn by its maintainers,\n\
                 f.test,suspend,,,not blocked any more,\ng.test,suspend,,,the admin was reinstated,\n\
                 h.test,suspend,,,overturns every decision,\n",
            ),
            rows: &[
                "2 a.test apart: suspended",
                "3 b.test apart: suspended",
                "4 c.test apart: suspended",
                "5 d.test apart: suspended",
                "6 e.test apart: suspended",
                "7 f.test apart: suspended",
                "8 g.test apart: suspended",
                "9 h.test new: suspended",
            ],
            ticked: &["new"],
            ..Case::default()
        },
        Case {
            name: "a list of accounts",
            file: b"Account address,Show boosts\ntroll@a.test,true\n@spam@b.test,false\n".to_vec(),
            says: &["Nothing is selected"],
            rows: &[
                "1 Account address,Show boosts invalid: ",
                "2 troll@a.test,true invalid: ",
                "3 @spam@b.test,false invalid: ",
            ],
            ..Case::default()
        },
        Case {
            name: "a list of reasons alone",
            file: b"instance,reason\na.test,\"spam, and lies\"\nb.test,suspend evasion\n".to_vec(),
            says: &["no column named “domain”", "Nothing is selected"],
            rows: &["2 a.test unclear: ", "3 b.test unclear: "],
            ..Case::default()
        },
        Case {
            name: "a file of something else",
            file: b"0.0.0.0 tracker.test\n0.0.0.0 ads.test\n||more.test^\n".to_vec(),
            says: &["Nothing is selected"],
            rows: &[
                "1 0.0.0.0 tracker.test invalid: ",
                "2 0.0.0.0 ads.test invalid: ",
                "3 ||more.test^ invalid: ",
            ],
            ..Case::default()
        },
    ]
}

/// Files of which nothing is kept: why.
fn refused() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    vec![
        ("JSON", b"[{\"domain\":\"a.test\",\"severity\":\"suspend\"}]".to_vec(), "JSON"),
        ("JSON of another program", b"{\n \"blocks\": [\"a.test\"]}".to_vec(), "JSON"),
        ("JSON that is none", b"{ domain: a.test }".to_vec(), "begins like JSON"),
        (
            "a patch",
            b"--- a/list.csv\n+++ b/list.csv\n@@ -1,2 +1,2 @@\n-a.test,suspend\n+b.test,suspend\n".to_vec(),
            "patch",
        ),
        ("TOML", b"[[blocklist_instance_destinations]]\ndomain = \"a.test\"\n".to_vec(), "configuration file"),
        ("JSON in lists", b"[[\"a.test\", \"suspend\"]]".to_vec(), "JSON"),
        ("an RTF document", b"{\\rtf1 a.test}".to_vec(), "RTF"),
        ("a web page", b"\n<!DOCTYPE html><html>a.test</html>".to_vec(), "web page"),
        ("a spreadsheet", b"PK\x03\x04\x14\x00".to_vec(), "spreadsheet"),
        ("an old spreadsheet", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "spreadsheet"),
        ("something packed", b"\x1F\x8B\x08\x00".to_vec(), "compressed"),
        (
            "two encodings in one file",
            "domain,severity,public_comment\na.test,silence,Bücher\nb.test,silence,B"
                .bytes()
                .chain(*b"\xFCcher\n")
                .collect(),
            "line 3",
        ),
        ("bytes of something else", b"domain\na.test\n\x81\x8D\x8F\n".to_vec(), "line 3"),
        ("UTF-32", "\u{feff}domain\n".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(), "UTF-32"),
        ("half of UTF-16", b"\xFF\xFEd\x00o\x00m\x00\x00\xD8".to_vec(), "UTF-16"),
        ("nothing", b"\n# only a comment\n".to_vec(), "contains no domains"),
        ("only a header", HEADER.as_bytes().to_vec(), "contains no domains"),
    ]
}

fn shown(row: &domain_imports::Row) -> String {
    let rule = serde_json::from_str::<Rule>(&row.wanted).ok();
    let hidden = rule.as_ref().is_some_and(|rule| rule.obfuscate);
    let words = rule.map(|rule| rule.words()).unwrap_or_default();
    let hidden = if hidden { ", name obfuscated" } else { "" };
    format!("{} {} {}: {words}{hidden}", row.line, row.domain, row.difference.name())
}

/// The tags of a page that begin like this, each up to its end.
fn tags<'a>(page: &'a str, begins: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(begins).skip(1).filter_map(|rest| rest.split('>').next())
}

/// The lines that are ticked on a page.
fn ticked(page: &str) -> Vec<i64> {
    tags(page, "<input ")
        .filter(|tag| tag.contains("name=\"row[]\"") && tag.contains(" checked"))
        .filter_map(|tag| tag.split("value=\"").nth(1)?.split('"').next()?.parse().ok())
        .collect()
}

/// Which column a field is read from, as the page has it.
fn column(page: &str, part: &str) -> Option<usize> {
    let select = page.split(&format!("<select name=\"{part}\"")).nth(1)?.split("</select>").next()?;
    let chosen = tags(select, "<option ").find(|tag| tag.contains(" selected"))?;
    chosen.split("value=\"").nth(1)?.split('"').next()?.parse().ok()
}

async fn ours(house: &House) {
    for statement in [
        "insert into domain_blocks (domain, severity, public_comment, private_comment, created_at, updated_at) \
         values ('ours-limited.test', 0, 'said', 'noted', now(), now())",
        "insert into domain_blocks (domain, severity, created_at, updated_at) values ('ours-suspended.test', 1, now(), now())",
        "insert into domain_blocks (domain, severity, created_at, updated_at) values ('ours-suspended-too.test', 1, now(), now())",
        "insert into domain_blocks (domain, severity, reject_media, created_at, updated_at) values \
         ('ours-media.test', 0, true, now(), now()), ('ours-media-too.test', 0, true, now(), now()), \
         ('media-alone.test', 2, true, now(), now())",
    ] {
        sqlx::query(statement).execute(&house.instance).await.unwrap();
    }
}

async fn kept(house: &House, import: &str) -> Vec<domain_imports::Row> {
    domain_imports::rows(&house.app.store, import).await.unwrap()
}

#[tokio::test]
async fn a_list_is_read_as_its_publisher_meant_it_or_nothing_is_ticked() {
    let house = house(sqlite().await).await;
    ours(&house).await;
    let cookie = house.sign_in("admin").await;
    let mut wrong = Vec::new();
    for case in published().into_iter().chain(others()) {
        // Nobody reads so many within an hour.
        crate::support::sql(&house.app.store, "delete from attempts").await.unwrap();
        let answer = send(&house, &cookie, &case.file).await;
        let to = answer.location.unwrap_or_default();
        let Some((_, import)) = to.rsplit_once("/imports/") else {
            let page = house.get(Some(&cookie), &to).await;
            let said = page.body.split("role=\"alert\">").nth(1).and_then(|rest| rest.split('<').next());
            wrong.push(format!("{}: refused: {said:?}", case.name));
            continue;
        };
        let page = house.get(Some(&cookie), &to).await.body;
        for says in case.says.iter().filter(|says| !page.contains(**says)) {
            let said = page.split("class=\"reading").nth(1).and_then(|rest| rest.split("</div>").next());
            wrong.push(format!("{}: does not say “{says}”: {said:?}", case.name));
        }
        let kept = kept(&house, import).await;
        let rows: Vec<String> = kept.iter().map(shown).collect();
        for row in rows.iter().filter(|row| !case.rows.contains(&row.as_str())) {
            wrong.push(format!("{}: row “{row}”", case.name));
        }
        for row in case.rows.iter().filter(|row| !rows.iter().any(|own| own == *row)) {
            wrong.push(format!("{}: no row “{row}”", case.name));
        }
        // An empty kind cannot be ticked.
        let may = |kind: &&&str| rows.iter().any(|row| row.contains(&format!(" {kind}: ")));
        let expected: Vec<&str> = case.ticked.iter().filter(may).copied().collect();
        let of_those: Vec<i64> =
            kept.iter().filter(|row| expected.contains(&row.difference.name())).map(|row| row.line).collect();
        if ticked(&page) != of_those {
            wrong.push(format!("{}: ticked {:?}, not {expected:?}", case.name, ticked(&page)));
        }
        for (part, place) in case.columns {
            if column(&page, part) != Some(*place) {
                wrong.push(format!("{}: {part} is read from column {:?}, not {place}", case.name, column(&page, part)));
            }
        }
    }
    for (name, file, why) in refused() {
        crate::support::sql(&house.app.store, "delete from attempts").await.unwrap();
        let answer = send(&house, &cookie, &file).await;
        let to = answer.location.unwrap_or_default();
        let page = house.get(Some(&cookie), &to).await;
        if to.contains("/imports/") || !page.body.contains(why) {
            wrong.push(format!("{name}: not refused with “{why}”: {to}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(house.weather.writes(), 0, "a preview does nothing");
}

/// Reads the file of a preview anew.
async fn read_anew(house: &House, cookie: &str, import: &str, more: &[(&str, &str)]) -> String {
    let back = format!("/i/harbour/federation/imports/{import}");
    let mut form = vec![("instance", "harbour"), ("import", import), ("back", back.as_str())];
    form.extend(more);
    house.post(Some(cookie), "/api/domains/import-read", &form).await.location.expect("a page")
}

#[tokio::test]
async fn what_a_list_does_not_say_is_chosen_and_columns_are_changed_before_anything_is_done() {
    for store in [sqlite().await, postgres().await] {
        let house = house(store).await;
        let (cookie, owner) = (house.sign_in("admin").await, house.sign_in("owner").await);
        let import = read_in(&house, &cookie, "one.test\ntwo.test\ndni.invalid\n").await;
        let start = |import: String, ticked: Vec<(&'static str, &'static str)>| {
            let (house, cookie) = (&house, &cookie);
            async move {
                let mut form = vec![("why", "a list")];
                form.extend(ticked);
                ticks(house, cookie, &import, "import-start", &form).await.location.expect("a page")
            }
        };
        for form in [vec![], vec![("shown", "1"), ("row[]", "1")], vec![("all", "new:yes")], vec![("all", "apart:yes")]]
        {
            assert!(start(import.clone(), form).await.contains("draft="), "there is no rule to make");
        }
        let plain = [("separator", "nothing"), ("header", ""), ("domain", "1"), ("otherwise", "silence")];
        assert!(read_anew(&house, &owner, &import, &plain).await.contains("draft="), "by another account");
        assert!(
            read_anew(&house, &cookie, &import, &[("separator", "nothing"), ("otherwise", "silence")])
                .await
                .contains("draft=")
        );
        ticks(&house, &cookie, &import, "import-tick", &[("why", "half a reason")]).await;
        let to = read_anew(&house, &cookie, &import, &plain).await;
        let anew = to.rsplit_once("/imports/").expect("a preview").1.to_owned();
        assert_ne!(anew, import);
        let rows: Vec<String> = kept(&house, &anew).await.iter().map(shown).collect();
        assert_eq!(rows, ["1 one.test new: limited", "2 two.test new: limited", "3 dni.invalid apart: limited"]);
        let page = house.get(Some(&cookie), &to).await.body;
        assert!(page.contains("value=\"half a reason\""), "it is kept for the list: {page}");
        assert!(page.contains("3 limit") && page.contains("Nothing is selected") && ticked(&page).is_empty(), "{page}");
        // The former preview is gone: nobody begins what it showed.
        assert!(start(import.clone(), vec![("all", "new:yes")]).await.contains("draft="));
        assert!(start(anew.clone(), vec![("all", "apart:yes")]).await.contains("draft="), "each by itself");
        assert!(start(anew.clone(), vec![("row[]", "3")]).await.contains("draft="), "the page did not show it");
        let three = vec![("all", "new:yes"), ("shown", "3"), ("row[]", "3")];
        assert!(!start(anew.clone(), three).await.contains("draft="));
        assert!(read_anew(&house, &cookie, &anew, &plain).await.contains("draft="), "it has begun");
        let instance = house.app.instances.values().next().unwrap();
        while engine::work::<OfImport>(&house.app, instance, "one", 10).await.unwrap() > 0 {}
        let rules: Vec<(String, i32)> = sqlx::query_as(
            "select domain, severity from domain_blocks where domain in ('one.test', 'two.test', 'dni.invalid') order by domain",
        )
        .fetch_all(&house.instance)
        .await
        .unwrap();
        assert_eq!(
            rules.iter().map(|(domain, severity)| (domain.as_str(), *severity)).collect::<Vec<_>>(),
            [("dni.invalid", 0), ("one.test", 0), ("two.test", 0)]
        );

        // Other columns: what the header calls “severity” is not what is meant.
        let exchanged = "domain,public_comment,severity\na.test,suspend,spam\n";
        let import = read_in(&house, &cookie, exchanged).await;
        let columns =
            [("separator", "comma"), ("header", "yes"), ("domain", "1"), ("severity", "2"), ("public_comment", "3")];
        let to = read_anew(&house, &cookie, &import, &columns).await;
        let anew = to.rsplit_once("/imports/").expect("a preview").1.to_owned();
        assert_eq!(kept(&house, &anew).await.iter().map(shown).collect::<Vec<_>>(), ["2 a.test new: suspended"]);
        // A first line that is no header is a row.
        let columns = [("separator", "comma"), ("header", ""), ("domain", "1"), ("severity", "2")];
        let to = read_anew(&house, &cookie, &anew, &columns).await;
        let anew = to.rsplit_once("/imports/").expect("a preview").1.to_owned();
        assert_eq!(
            kept(&house, &anew).await.iter().map(shown).collect::<Vec<_>>(),
            ["1 domain invalid: ", "2 a.test new: suspended"]
        );
        // With another separator the columns are found anew.
        let to = read_anew(&house, &cookie, &anew, &[("separator", "semicolon"), ("domain", "1")]).await;
        let anew = to.rsplit_once("/imports/").expect("a preview").1.to_owned();
        assert!(kept(&house, &anew).await.iter().all(|row| !row.difference.applies()));

        // A file that was changed in the store is not read, and a preview of a former version is not begun.
        let import = read_in(&house, &cookie, "domain,severity\na.test,silence\n").await;
        let change = "update domain_import_files set text = 'domain,severity\nb.test,suspend\n'";
        crate::support::sql(&house.app.store, change).await.unwrap();
        let columns = [("separator", "comma"), ("header", "yes"), ("domain", "1"), ("severity", "2")];
        assert!(read_anew(&house, &cookie, &import, &columns).await.contains("draft="));
        crate::support::sql(&house.app.store, "delete from domain_import_files").await.unwrap();
        assert!(start(import.clone(), vec![]).await.contains("draft="));
        let running = read_in(&house, &cookie, "domain,severity\na.test,silence\n").await;
        assert!(!start(running.clone(), vec![]).await.contains("draft="));
        crate::support::sql(&house.app.store, "delete from domain_import_files").await.unwrap();
        let writes = house.weather.writes();
        assert_eq!(engine::work::<OfImport>(&house.app, instance, "one", 10).await.unwrap(), 0);
        assert_eq!(house.weather.writes(), writes, "what a former version made of it is not carried out");
        let stopped = domain_imports::by_id(&house.app.store, &instance.name, &running).await.unwrap().unwrap();
        assert!(stopped.state == ImportState::Paused && stopped.note.contains("earlier version"), "{stopped:?}");
        let form = [
            ("instance", "harbour"),
            ("import", running.as_str()),
            ("pause", ""),
            ("back", "/i/harbour/federation/imports"),
        ];
        let to = house.post(Some(&cookie), "/api/domains/import-pause", &form).await.location.unwrap_or_default();
        assert!(to.contains("draft="), "{to}");
        let page = house.get(Some(&cookie), &format!("/i/harbour/federation/imports/{import}")).await.body;
        assert!(page.contains("earlier version") && ticked(&page).is_empty(), "{page}");
    }
}

#[tokio::test]
async fn a_hidden_name_is_shown_beside_the_servers_it_could_be_and_a_shared_host_beside_those_below_it() {
    let house = house(sqlite().await).await;
    for domain in ["oak-gallows.test", "oak-galleys.test", "oak.gallows.test", "fine.workers.dev"] {
        sqlx::query("insert into accounts (username, domain, created_at, updated_at) values ('far', $1, now(), now())")
            .bind(domain)
            .execute(&house.instance)
            .await
            .unwrap();
    }
    sqlx::query("refresh materialized view instances").execute(&house.instance).await.unwrap();
    let cookie = house.sign_in("admin").await;
    let import =
        read_in(&house, &cookie, "domain,severity\noak-gall***.test,suspend\nworkers.dev,suspend\nw*.test,limit\n")
            .await;
    let rows = kept(&house, &import).await;
    let possible = "known here: oak-galleys.test, oak-gallows.test.";
    assert!(rows[0].said.ends_with(possible), "{:?}", rows[0]);
    assert!(rows[1].said.contains("Known subdomains here: fine.workers.dev"), "{:?}", rows[1]);
    assert!(!rows[2].said.contains("Possible matches"), "{:?}", rows[2]);
}

/// What a file, its preview and its ticks ask of the databases is the same, however many rows there are.
#[tokio::test]
async fn no_row_of_a_list_is_asked_for_by_itself() {
    let house = house(postgres().await).await;
    let cookie = house.sign_in("admin").await;
    let counted = Statements::default();
    let _counting = counted.count();
    let mut asked = Vec::new();
    for rows in [30, 3_000] {
        let kinds = ["suspend,false,false,spam,false", "silence,true,false,,true", "noop,true,false,,false"];
        let line = |at: usize| match at % 10 {
            0 => format!("hid***{at}.test,suspend,false,false,,false\n"),
            1 => format!("canary.x{at}.test,suspend,false,false,,false\n"),
            _ => format!("server{at}.test,{}\n", kinds[at % kinds.len()]),
        };
        let text: String = std::iter::once(HEADER.to_owned()).chain((0..rows).map(line)).collect();
        counted.taken();
        let import = read_in(&house, &cookie, &text).await;
        let read = counted.taken();
        let page = house.get(Some(&cookie), &format!("/i/harbour/federation/imports/{import}")).await;
        assert_eq!(page.status, axum::http::StatusCode::OK);
        let shown = counted.taken();
        ticks(&house, &cookie, &import, "import-tick", &[("all", "new:yes")]).await;
        let ticked = counted.taken();
        ticks(&house, &cookie, &import, "import-start", &[("why", "the coalition’s list")]).await;
        asked.push([read, shown, ticked, counted.taken()]);
    }
    assert!(asked[0].iter().all(|number| *number > 0), "{asked:?}");
    // Below so many servers that stand apart it is looked for others, whatever their number.
    let more = asked[0].iter().zip(&asked[1]).map(|(few, many)| many.saturating_sub(*few)).max();
    assert!(more.is_some_and(|more| more <= 20), "{asked:?}");
}

/// The list that is used most, as many rows as Mastodon takes, with half of what can be wrong in it.
#[tokio::test]
async fn a_long_list_of_everything_is_compared() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    let mut list = "domain,severity,reject_media,reject_reports,public_comment,obfuscate\r\n".to_owned();
    for row in 0..20_000 {
        list.push_str(&match row % 20 {
            0 => format!("nig**-{row}.te*t,suspend,False,False,\"hate, spam\",False\r\n"),
            1 => format!("büch-{row}.test,silence,FALSE,TRUE,,FALSE\r\n"),
            2 => format!("*.row-{row}.test,limit,no,no,,no\r\n"),
            3 => format!("row-{row}.test,maybe,False,False,,False\r\n"),
            _ => format!("row-{row}.test,suspend,False,False,spam,False\r\n"),
        });
    }
    // A step that is quadratic would take minutes.
    let import = read_in(&house, &cookie, &list).await;
    let rows = domain_imports::rows(&house.app.store, &import).await.unwrap();
    let of = |name| rows.iter().filter(|row| row.difference.name() == name).count();
    assert_eq!(["apart", "hidden", "invalid", "new"].map(of), [1_000, 1_000, 1_000, 17_000]);
}

/// Rules of ours, as somebody made them elsewhere, and a list that says otherwise.
async fn ours_with_words(house: &House) {
    for statement in [
        "insert into domain_blocks (domain, severity, public_comment, private_comment, obfuscate, created_at, updated_at) \
         values ('worded.test', 0, 'ours said', 'ours noted', false, now(), now())",
        "insert into domain_blocks (domain, severity, public_comment, created_at, updated_at) \
         values ('same.test', 1, 'ours said', now(), now())",
        "insert into domain_blocks (domain, severity, created_at, updated_at) values ('under_score.test', 0, now(), now())",
        "insert into domain_blocks (domain, severity, created_at, updated_at) values ('repl.co', 0, now(), now())",
    ] {
        sqlx::query(statement).execute(&house.instance).await.unwrap();
    }
}

const WORDED: &str = "domain,severity,reject_media,obfuscate,public_comment,private_comment\n\
    worded.test,suspend,true,true,theirs said,theirs noted\n\
    same.test,suspend,,true,theirs said,\n\
    fresh.test,silence,true,true,said,noted\n\
    under_score.test,suspend,,,,\n\
    repl.co,suspend,,,,\n\
    no_rule.test,suspend,,,,\n";

/// A rule of the instance's: how far, whether the name is hidden, and its comments.
async fn rule(house: &House, domain: &str) -> (i32, bool, Option<String>, Option<String>) {
    sqlx::query_as("select severity, obfuscate, public_comment, private_comment from domain_blocks where domain = $1")
        .bind(domain)
        .fetch_one(&house.instance)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_preview_shows_every_field_and_comments_change_only_where_somebody_chose_so() {
    for store in [sqlite().await, postgres().await] {
        let house = house(store).await;
        ours_with_words(&house).await;
        let cookie = house.sign_in("admin").await;
        let import = read_in(&house, &cookie, WORDED).await;
        let rows: Vec<String> = kept(&house, &import).await.iter().map(shown).collect();
        assert_eq!(
            rows,
            [
                "2 worded.test stricter: suspended, media rejected",
                "3 same.test same: suspended",
                "4 fresh.test new: limited, media rejected, name obfuscated",
                "5 under_score.test apart: suspended",
                "6 repl.co apart: suspended",
                "7 no_rule.test invalid: ",
            ]
        );
        let there = format!("/i/harbour/federation/imports/{import}");
        let page = house.get(Some(&cookie), &there).await.body;
        let text = |page: &str| page.replace("<!>", "");
        for says in
            ["limited</bdi> → <b><bdi>suspended", "no</bdi> → <b><bdi>yes", "“ours said”", "“ours noted”", "“said”"]
        {
            assert!(text(&page).contains(says), "no “{says}” in {page}");
        }
        assert_eq!(ticked(&page), [2, 4]);
        assert_eq!(page.matches("name=\"theirs[]\"").count(), 2, "{page}");
        // Somebody leaves one out, and takes the other's words.
        let shown = [("shown", "2,3,4,5,6"), ("row[]", "2"), ("row[]", "6"), ("theirs[]", "3"), ("why", "half typed")];
        let to = ticks(&house, &cookie, &import, "import-tick", &shown).await.location.unwrap();
        let page = house.get(Some(&cookie), &to).await.body;
        assert_eq!(ticked(&page), [2, 6]);
        assert!(page.contains("value=\"half typed\"") && page.contains("1 deselected by hand"), "{page}");
        assert!(text(&page).contains("“ours said”</bdi> → <b><bdi>“theirs said”"), "{page}");
        assert_eq!(house.weather.writes(), 0, "nothing is done yet");
        // A page of before that is out of date begins nothing.
        let stale = ticks(&house, &cookie, &import, "import-start", &[("ticked", "2"), ("why", "a list")]).await;
        assert!(stale.location.unwrap().contains("draft="));
        let begun = ticks(&house, &cookie, &import, "import-start", &[("why", "a list")]).await.location.unwrap();
        assert_eq!(begun, there);
        let instance = house.app.instances.values().next().unwrap();
        while engine::work::<OfImport>(&house.app, instance, "one", 10).await.unwrap() > 0 {}
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(rule(&house, "worded.test").await, (1, false, some("ours said"), some("ours noted")));
        let (severity, hidden, public, _) = rule(&house, "same.test").await;
        assert_eq!((severity, hidden, public), (1, true, some("theirs said")));
        assert_eq!(rule(&house, "repl.co").await.0, 1);
        assert_eq!(rule(&house, "under_score.test").await.0, 0, "not ticked");
        let page = house.get(Some(&cookie), &format!("{there}?show=left_out")).await.body;
        assert!(
            page.contains("fresh.test") && page.contains("deselected by hand") && !page.contains("worded.test"),
            "{page}"
        );
    }
}

/// What is done is what somebody ticked, whatever the store says.
#[tokio::test]
async fn ticks_that_were_changed_in_the_store_carry_nothing_out() {
    for change in [
        "update domain_import_rows set ticked = 0, by_hand = 0 where line = 2",
        "update domain_import_rows set ticked = 1, by_hand = 0 where line = 3",
        "update domain_import_rows set replaces = 1 where line = 2",
    ] {
        let house = house(sqlite().await).await;
        ours_with_words(&house).await;
        let cookie = house.sign_in("admin").await;
        let import = read_in(&house, &cookie, WORDED).await;
        let shown = [("shown", "2,3,4"), ("row[]", "2")];
        ticks(&house, &cookie, &import, "import-tick", &shown).await;
        let seen = domain_imports::ticked(&house.app.store, &import).await.unwrap();
        let seen = [("ticked", seen.as_str()), ("why", "a list")];
        crate::support::sql(&house.app.store, change).await.unwrap();
        let begun = ticks(&house, &cookie, &import, "import-start", &seen).await.location.unwrap();
        assert!(begun.contains("draft="), "{change}");
        let instance = house.app.instances.values().next().unwrap();
        while engine::work::<OfImport>(&house.app, instance, "one", 10).await.unwrap() > 0 {}
        assert_eq!(house.weather.writes(), 0, "{change}");
    }
    // Left out by hand, and put back as it was before after the import began.
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    let import = read_in(&house, &cookie, "domain,severity\na.test,silence\nb.test,silence\nc.test,silence\n").await;
    let run = async |text: &str| crate::support::sql(&house.app.store, text).await.unwrap();
    run("create table former_rows as select * from domain_import_rows").await;
    ticks(&house, &cookie, &import, "import-tick", &[("shown", "3"), ("row[]", "3")]).await;
    ticks(&house, &cookie, &import, "import-tick", &[("shown", "3")]).await;
    ticks(&house, &cookie, &import, "import-start", &[("why", "a list")]).await;
    run("delete from domain_import_rows where line = 3; \
         insert into domain_import_rows select * from former_rows where line = 3; \
         update domain_import_rows set state = 'waiting' where line = 3")
    .await;
    let instance = house.app.instances.values().next().unwrap();
    while engine::work::<OfImport>(&house.app, instance, "one", 10).await.unwrap() > 0 {}
    assert_eq!(house.weather.writes(), 2, "a.test and c.test alone");
}

/// Whom a row costs: with the servers below it, both ways, those who lose most by name; a server with a rule of its own costs
/// nothing.
#[tokio::test]
async fn a_row_says_whom_it_costs_and_is_not_ticked_if_it_cuts_follows() {
    let house = house(sqlite().await).await;
    let local: Vec<(i64, String)> = sqlx::query_as(
        "select a.id, a.username from accounts a join users u on u.account_id = a.id order by a.id limit 3",
    )
    .fetch_all(&house.instance)
    .await
    .unwrap();
    let far = async |name: &str, domain: &str, here: i64, there_follows: bool| {
        sqlx::query(
            "with there as (insert into accounts (id, username, domain, created_at, updated_at) \
             values ((extract(epoch from clock_timestamp()) * 1000)::bigint << 16, $1, $2, now(), now()) returning id) \
             insert into follows (account_id, target_account_id, created_at, updated_at) \
             select case when $4 then id else $3 end, case when $4 then $3 else id end, now(), now() from there",
        )
        .bind(name)
        .bind(domain)
        .bind(here)
        .bind(there_follows)
        .execute(&house.instance)
        .await
        .unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
    };
    far("a", "costly.test", local[0].0, false).await;
    far("b", "costly.test", local[0].0, false).await;
    far("c", "under.costly.test", local[1].0, false).await;
    far("d", "followers.test", local[2].0, true).await;
    far("e", "ruled.parent.test", local[2].0, false).await;
    sqlx::query("refresh materialized view instances").execute(&house.instance).await.unwrap();
    sqlx::query(
        "insert into domain_blocks (domain, severity, created_at, updated_at) values ('ruled.parent.test', 0, now(), now())",
    )
    .execute(&house.instance)
    .await
    .unwrap();
    let cookie = house.sign_in("admin").await;
    let list = "domain,severity\ncostly.test,suspend\nfollowers.test,suspend\nparent.test,suspend\nunknown.test,suspend\n\
        costly2.test,silence\n";
    let import = read_in(&house, &cookie, list).await;
    let rows = kept(&house, &import).await;
    let cuts: Vec<(i64, bool, bool)> = rows.iter().map(|row| (row.line, row.cuts, row.ticked)).collect();
    assert_eq!(cuts, [(2, true, false), (3, true, false), (4, false, true), (5, false, true), (6, false, true)]);
    let page = house.get(Some(&cookie), &format!("/i/harbour/federation/imports/{import}")).await.body;
    let costs = format!("2 people here lose 3 follows; most: @{} 2, @{} 1.", local[0].1, local[1].1);
    assert!(page.contains(&costs), "no “{costs}” in {page}");
    assert!(page.contains("1 person here loses 1 follower there"), "{page}");
    assert!(page.contains("2 rows may cut follows") && page.contains("only be suspended by an owner"), "{page}");
    assert_eq!(ticked(&page), [4, 5, 6]);
    let only = house.get(Some(&cookie), &format!("/i/harbour/federation/imports/{import}?show=cuts")).await.body;
    assert!(only.contains("costly.test") && !only.contains("unknown.test"), "{only}");
}

/// Two windows with as many ticks, and others: what was shown is what is carried out, or nothing is.
#[tokio::test]
async fn other_rows_or_other_words_than_the_page_showed_are_not_carried_out() {
    for store in [sqlite().await, postgres().await] {
        let house = house(store).await;
        ours_with_words(&house).await;
        let cookie = house.sign_in("admin").await;
        let import = read_in(&house, &cookie, WORDED).await;
        let there = format!("/i/harbour/federation/imports/{import}");
        let seen = async || {
            let page = house.get(Some(&cookie), &there).await.body;
            let seen = page.split("name=\"ticked\" value=\"").nth(1).expect("what is ticked");
            seen.split('"').next().unwrap().to_owned()
        };
        let refused = async |action: &str, ticked: &str| {
            let form = [("ticked", ticked), ("why", "a list")];
            let answer = ticks(&house, &cookie, &import, action, &form).await;
            let page = house.get(Some(&cookie), &answer.location.unwrap()).await;
            assert_eq!(page.status, axum::http::StatusCode::CONFLICT, "{action}");
            assert!(page.body.contains("the selection was changed"), "{action}: {}", page.body);
            let state = domain_imports::by_id(&house.app.store, &"harbour".parse().unwrap(), &import).await.unwrap();
            assert_eq!(state.unwrap().state, ImportState::Preview, "{action}");
        };
        ticks(&house, &cookie, &import, "import-tick", &[("shown", "2,4,5,6"), ("row[]", "2"), ("row[]", "4")]).await;
        let first = seen().await;
        // As many, and another one.
        ticks(&house, &cookie, &import, "import-tick", &[("shown", "2,4,5,6"), ("row[]", "2"), ("row[]", "6")]).await;
        let second = seen().await;
        assert_ne!(first, second);
        refused("import-start", &first).await;
        refused("import-tick", &first).await;
        // The same rows, one with other words.
        let other = [("shown", "2,6"), ("row[]", "2"), ("row[]", "6"), ("theirs[]", "2")];
        ticks(&house, &cookie, &import, "import-tick", &other).await;
        refused("import-start", &second).await;
        assert_eq!(house.weather.writes(), 0, "nothing was sent");
        let now = seen().await;
        let begun = ticks(&house, &cookie, &import, "import-start", &[("ticked", &now), ("why", "a list")]).await;
        assert_eq!(begun.location.as_deref(), Some(there.as_str()));
    }
}

/// Filters and pages of a preview are buttons of its form, with scripts or without: what was ticked and typed is kept first.
#[tokio::test]
async fn going_about_in_a_preview_loses_neither_ticks_nor_the_reason() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    let list: String = (0..60).map(|row| format!("row{row}.test,silence\n")).collect();
    let import = read_in(&house, &cookie, &format!("domain,severity\n{list}odd.test,maybe\n")).await;
    let there = format!("/i/harbour/federation/imports/{import}");
    let page = house.get(Some(&cookie), &there).await.body;
    let ways: Vec<&str> = tags(&page, "<button").filter(|tag| tag.contains("name=\"then\"")).collect();
    let leads =
        |to: &str| ways.iter().any(|tag| tag.contains(to) && tag.contains("formaction=\"/api/domains/import-tick\""));
    for to in ["show=new", "show=invalid", "show=by_hand", "after=51"] {
        assert!(leads(to), "{to}: {ways:?}");
    }
    assert!(!tags(&page, "<a ").any(|tag| tag.contains(&format!("{there}?"))), "a link would drop them: {page}");
    // As the browser sends it: the filter's button, with a tick taken away and half a reason.
    let to = format!("{there}?show=invalid");
    let shown: Vec<String> = (2..=51).map(|line| line.to_string()).collect();
    let shown = shown.join(",");
    let mut form = vec![("shown", shown.as_str()), ("why", "half a rea"), ("then", to.as_str())];
    form.extend(shown.split(',').filter(|line| *line != "7").map(|line| ("row[]", line)));
    let answer = ticks(&house, &cookie, &import, "import-tick", &form).await;
    assert_eq!(answer.location.as_deref(), Some(to.as_str()));
    let page = house.get(Some(&cookie), &to).await.body;
    assert!(page.contains("odd.test") && page.contains("value=\"half a rea\""), "{page}");
    assert!(kept(&house, &import).await.iter().all(|row| row.ticked == (row.line != 7 && row.line != 62)));
    // Nothing can be ticked among these, and the reason is kept all the same.
    assert!(page.contains("formaction=\"/api/domains/import-tick\"") && page.contains("show=new"), "{page}");
    // Whoever did not read it in ticks nothing and goes by links.
    let owner = house.sign_in("owner").await;
    let page = house.get(Some(&owner), &there).await.body;
    assert!(
        page.contains("Only the person who imported a list can run it") && !page.contains("/api/domains/import-"),
        "{page}"
    );
    assert!(tags(&page, "<a ").any(|tag| tag.contains("show=new")), "{page}");
}

/// What leads elsewhere is said to drop what was ticked, beside a button that keeps it and shows itself as soon as something is ticked
/// otherwise than the page was made. The way back to all imports is a link as well: a button of the form before its own would be
/// what Enter in the reason presses.
#[tokio::test]
async fn whoever_leaves_a_preview_is_told_of_ticks_that_are_not_kept() {
    let house = house(sqlite().await).await;
    let cookie = house.sign_in("admin").await;
    let import = read_in(&house, &cookie, "domain,severity\na.test,silence\nb.test,silence\n").await;
    let there = format!("/i/harbour/federation/imports/{import}");
    let page = house.get(Some(&cookie), &there).await.body;
    assert!(!page.contains("value=\"/i/harbour/federation/imports\""), "{page}");
    let entered = crate::pages::pressed_by_enter(&page);
    assert!(
        entered.iter().any(|(form, _)| form == "carry") && entered.iter().all(|(_, to)| to.is_none()),
        "{entered:?}"
    );
    let unkept = page.split("class=\"unkept").nth(1).expect("a note").split("</div>").next().unwrap();
    assert!(unkept.contains("not saved yet") && unkept.contains("Save selection"), "{unkept}");
    // With scripts it is sent whichever way somebody leaves.
    assert!(page.contains("KeptOnLeaving") && page.contains("&quot;form&quot;:&quot;carry&quot;"), "{page}");
    // As the button sends it.
    let imports = "/i/harbour/federation/imports";
    let form = [("shown", "2,3"), ("row[]", "3"), ("why", "half"), ("then", imports)];
    let answer = ticks(&house, &cookie, &import, "import-tick", &form).await;
    assert_eq!(answer.location.as_deref(), Some(imports));
    assert!(kept(&house, &import).await.iter().all(|row| row.ticked == (row.line == 3)));
    // Nobody is sent anywhere else.
    for elsewhere in ["https://evil.example/", "//evil.example", "/i/harbour/federation/imports/another", "/audit"] {
        let form = [("shown", "2,3"), ("row[]", "3"), ("why", "half"), ("then", elsewhere)];
        let answer = ticks(&house, &cookie, &import, "import-tick", &form).await;
        assert_eq!(answer.location.as_deref(), Some(there.as_str()), "{elsewhere}");
    }
    // Whoever cannot tick has nothing to keep, and goes by links.
    let owner = house.sign_in("owner").await;
    let page = house.get(Some(&owner), &there).await.body;
    assert!(!page.contains("unkept") && !page.contains("KeptOnLeaving"), "{page}");
}

/// What is said of our own words is so.
#[tokio::test]
async fn a_private_comment_of_ours_is_said_to_stay_only_where_there_is_one() {
    let house = house(sqlite().await).await;
    ours_with_words(&house).await;
    let cookie = house.sign_in("admin").await;
    let list = "domain,severity,private_comment\nworded.test,suspend,theirs\nsame.test,suspend,theirs\n";
    let import = read_in(&house, &cookie, list).await;
    let said: Vec<String> = kept(&house, &import).await.into_iter().map(|row| row.said).collect();
    assert!(said[0].contains("Our private comment stays; the list’s is left out."), "{said:?}");
    assert!(said[1].contains("We have no private comment; the list’s is left out."), "{said:?}");
}

/// Each row of a list of thousands is found by its key when many are ticked: everybody's writes wait as long as that takes.
#[tokio::test]
async fn rows_that_are_ticked_are_found_by_their_key() {
    let house = house(sqlite().await).await;
    let Driver::Sqlite(pool) = &house.store.store.driver else { panic!("a SQLite store") };
    let plan: Vec<(i64, i64, i64, String)> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("explain query plan {}", domain_imports::REWRITE[0])))
            .bind("an import")
            .bind("[]")
            .fetch_all(pool)
            .await
            .unwrap();
    let said: Vec<&str> = plan.iter().map(|(.., said)| said.as_str()).collect();
    // The row by the line of the document, or the other way round: never one of them whole for each of the others.
    let by_line = |line: &&&str| line.starts_with("SEARCH") && line.contains("line=?)");
    assert_eq!(said.iter().filter(by_line).count(), 1, "{said:?}");
    let read = said.iter().filter(|line| line.contains("json_each") || line.contains("VIRTUAL TABLE")).count();
    assert!(read == 1 && said.iter().any(|line| line.starts_with("MATERIALIZE")), "{said:?}");
}
