//! Bundles of the record on both engines: what holds, and what of a forgery is found, with the line it is in.

use crate::{
    engine::{Database, on_both},
    ledger::{NOW, ORIGIN, decide, history, keys, ledger_of, verifier_key},
};
use howdah::{
    clock::{Clock, DAY, Timestamp},
    ledger::{
        Ledger,
        bundle::{Report, Written, verify},
        checkpoint,
        tree::leaf_hash,
    },
    seal::{Keys, hex},
};
use serde_json::{Value, json};

async fn export(ledger: &Ledger, from: Option<Timestamp>, to: Option<Timestamp>) -> (Written, Vec<String>) {
    let mut file = Vec::new();
    let written = ledger.bundle(from, to, &mut file).await.unwrap();
    (written, String::from_utf8(file).unwrap().lines().map(str::to_owned).collect())
}

fn check(key: &str, lines: &[String], outside: &[String]) -> Report {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    verify(text.as_bytes(), key, outside).unwrap()
}

/// The line that is named as the first wrong one.
fn wrong_line(report: &Report) -> Option<u64> {
    report.wrong.as_ref().and_then(|(line, _)| *line)
}

/// One line read, changed and written again.
fn changed(line: &str, change: impl Fn(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(line).unwrap();
    change(&mut value);
    value.to_string()
}

/// Eight entries, two a day: the ledger of four days.
async fn four_days(db: &Database) -> Ledger {
    let clock = Clock::set(NOW);
    let ledger = ledger_of(&db.store, "p1", &clock);
    for account in 0..4 {
        decide(&ledger, account).await;
        clock.advance(DAY);
    }
    ledger
}

async fn a_whole_bundle_holds(db: &Database) {
    let (ledger, notes) = history(db).await;
    let (written, lines) = export(&ledger, None, None).await;
    let key = verifier_key(db).await;
    assert_eq!((written, lines.len()), (Written { first: 0, end: 11, size: 11 }, 12));
    assert!(lines.iter().all(|line| !line.contains("canary")), "what is sealed stays sealed");
    let report = check(&key, &lines, &[]);
    assert!(report.holds() && report.outside.is_none(), "{:#?}", report.lines());
    assert!(report.lines().iter().any(|line| line.contains("could have rewritten everything")));
    let report = check(&key, &lines, &notes);
    assert!(report.holds() && report.outside == Some(11), "{:#?}", report.lines());
    let report = check(&key, &lines, &notes[..2]);
    assert!(report.holds() && report.outside == Some(7), "{:#?}", report.lines());
}

async fn a_part_holds_by_itself(db: &Database) {
    let ledger = four_days(db).await;
    let (written, lines) = export(&ledger, Some(NOW.plus(DAY)), Some(NOW.plus(3 * DAY))).await;
    assert_eq!((written, lines.len()), (Written { first: 2, end: 6, size: 8 }, 5));
    let key = verifier_key(db).await;
    let note = ledger.tree_state().await.unwrap().checkpoint.unwrap().2;
    for outside in [vec![], vec![note]] {
        let report = check(&key, &lines, &outside);
        assert!(report.holds() && report.outside == (!outside.is_empty()).then_some(8), "{:#?}", report.lines());
        assert!(report.lines().iter().any(|line| line.contains("before and after them")));
    }
    let nothing = ledger.bundle(Some(NOW.plus(9 * DAY)), None, &mut Vec::new()).await;
    assert!(nothing.unwrap_err().to_string().contains("no entry in this range"));
}

/// What somebody does, the line that is named, and how it is done.
type Forgery<'a> = (&'static str, Option<u64>, &'a dyn Fn(&mut Vec<String>));

async fn every_forgery_of_a_bundle_is_found_and_located(db: &Database) {
    let ledger = four_days(db).await;
    let whole = export(&ledger, None, None).await.1;
    let key = verifier_key(db).await;
    let part = export(&ledger, Some(NOW.plus(DAY)), Some(NOW.plus(3 * DAY))).await.1;
    for lines in [whole, part] {
        assert!(check(&key, &lines, &[]).holds());
        let end = u64::try_from(lines.len()).unwrap();
        // Line 3, counted from 1, is the outcome of the first deed in the file.
        let edited = changed(&lines[2], |line| {
            line["leaf"] = json!(line["leaf"].as_str().unwrap().replace("succeeded", "failed"));
        });
        let with_its_hash = changed(&edited, |line| {
            line["hash"] = json!(hex(&leaf_hash(line["leaf"].as_str().unwrap().as_bytes())));
        });
        let forgeries: [Forgery; 14] = [
            ("edit a leaf", Some(3), &|lines| lines[2] = edited.clone()),
            ("edit a leaf and its hash", Some(3), &|lines| lines[2] = with_its_hash.clone()),
            ("edit a proof", Some(4), &|lines| {
                lines[3] = changed(&lines[3], |line| line["proof"][0] = json!("00".repeat(32)));
            }),
            ("add a field", Some(4), &|lines| lines[3] = changed(&lines[3], |line| line["note"] = json!("x"))),
            ("delete one", Some(3), &|lines| drop(lines.remove(2))),
            ("delete the first", Some(2), &|lines| drop(lines.remove(1))),
            ("delete the last", Some(end), &|lines| drop(lines.pop())),
            ("swap two", Some(3), &|lines| lines.swap(2, 3)),
            ("insert one twice", Some(4), &|lines| lines.insert(3, lines[2].clone())),
            ("insert at the end", Some(end + 1), &|lines| lines.push(lines[2].clone())),
            ("insert an empty line", Some(3), &|lines| lines.insert(2, String::new())),
            ("another size", Some(1), &|lines| lines[0] = changed(&lines[0], |line| line["size"] = json!(7))),
            ("another root", Some(1), &|lines| {
                lines[0] = changed(&lines[0], |line| line["root"] = json!("00".repeat(32)));
            }),
            ("nothing at all", Some(1), &Vec::clear),
        ];
        for (what, line, forge) in forgeries {
            let mut forged = lines.clone();
            forge(&mut forged);
            let report = check(&key, &forged, &[]);
            assert!(!report.holds(), "{what}: not found");
            assert_eq!(wrong_line(&report), line, "{what}: {:#?}", report.lines());
        }
    }
}

async fn a_foreign_hand_is_found(db: &Database) {
    let (ledger, notes) = history(db).await;
    let lines = export(&ledger, None, None).await.1;
    let key = verifier_key(db).await;
    let name = key.split('+').next().unwrap();
    let root = checkpoint::open(&key, &notes[2]).unwrap().root;
    let stranger = Keys::from_secret([8; 32]);

    // The checkpoint inside, signed by somebody else.
    let foreign = checkpoint::sign(&stranger, name, 11, &root).unwrap();
    let mut forged = lines.clone();
    forged[0] = changed(&lines[0], |line| line["checkpoint"] = json!(foreign));
    assert_eq!(wrong_line(&check(&key, &forged, &[])), Some(1));
    // … with the key changed to fit: the key is not taken from the bundle.
    forged[0] = changed(&forged[0], |line| line["key"] = json!(checkpoint::verifier_key(&stranger, name)));
    let report = check(&key, &forged, &[]);
    assert_eq!(wrong_line(&report), Some(1));
    assert!(report.lines()[0].contains("another key"), "{:#?}", report.lines());

    // One from outside by a stranger, and two that the owner of the key signed over another history.
    let report = check(&key, &lines, std::slice::from_ref(&foreign));
    assert!(!report.holds() && wrong_line(&report).is_none(), "{:#?}", report.lines());
    for (size, line) in [(11, 1), (7, 8)] {
        let other = checkpoint::sign(&keys(), name, size, &[9; 32]).unwrap();
        let report = check(&key, &lines, &[other]);
        assert_eq!(wrong_line(&report), Some(line), "{:#?}", report.lines());
        assert!(report.lines()[0].contains("from outside"), "{:#?}", report.lines());
    }
    // One over more than the bundle knows of says nothing about it, and that is said.
    let later = checkpoint::sign(&keys(), name, 12, &[9; 32]).unwrap();
    let report = check(&key, &lines, &[later]);
    assert!(report.lines()[0].contains("can be compared"), "{:#?}", report.lines());
}

/// A bundle and checkpoints from before the store had an id are checked with the key of then and with that of now.
async fn a_bundle_of_the_former_name_still_holds(db: &Database) {
    let (ledger, _) = history(db).await;
    let lines = export(&ledger, None, None).await.1;
    let key = verifier_key(db).await;
    let former = checkpoint::verifier_key(&keys(), ORIGIN);
    let root =
        checkpoint::open(&key, serde_json::from_str::<Value>(&lines[0]).unwrap()["checkpoint"].as_str().unwrap());
    let note = checkpoint::sign(&keys(), ORIGIN, 11, &root.unwrap().root).unwrap();
    let mut old = lines.clone();
    old[0] = changed(&lines[0], |line| {
        line["origin"] = json!(ORIGIN);
        line["key"] = json!(former);
        line["checkpoint"] = json!(note);
        line.as_object_mut().unwrap().remove("former");
    });
    for key in [&key, &former] {
        for lines in [&lines, &old] {
            let report = check(key, lines, &[]);
            assert!(report.holds(), "{:#?}", report.lines());
        }
    }
    let report = check(&key, &old, std::slice::from_ref(&note));
    assert!(report.holds() && report.outside == Some(11), "{:#?}", report.lines());
    // The name of the console alone holds for no tree of a store that always had an id, and another store's for none here.
    let other = checkpoint::verifier_key(&keys(), &format!("{ORIGIN}/01OTHER"));
    assert!(!check(&other, &lines, &[]).holds());
    let report = check(&key, &lines, std::slice::from_ref(&note));
    assert!(report.lines()[0].contains("can be compared") && report.others == 1, "{:#?}", report.lines());
}

async fn a_damaged_store_makes_no_bundle(db: &Database) {
    let (ledger, _) = history(db).await;
    db.go_past_triggers();
    db.run("update ledger_entries set hash = replace(hash, substr(hash, 1, 4), 'beef') where idx = 6").await.unwrap();
    let refused = ledger.bundle(None, None, &mut Vec::new()).await.unwrap_err().to_string();
    assert!(refused.contains("not what the checkpoint signed"), "{refused}");
}

on_both!(
    a_whole_bundle_holds,
    a_part_holds_by_itself,
    every_forgery_of_a_bundle_is_found_and_located,
    a_foreign_hand_is_found,
    a_bundle_of_the_former_name_still_holds,
    a_damaged_store_makes_no_bundle,
);
