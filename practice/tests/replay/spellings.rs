//! Odd spellings of a domain, and what every release can be made and filled with.

use crate::community::{Answer, Community};
use practice::version::Version;
use serde_json::json;

impl Community {
    async fn block(&self, domain: &str) -> Answer {
        let form = json!({ "domain": domain, "severity": "silence" });
        self.ask("POST", "/api/v1/admin/domain_blocks", Some(&self.owner), Some(form)).await
    }
}

#[tokio::test]
async fn a_domain_is_stripped_and_refused_as_the_release_does() {
    for version in Version::ALL {
        let community = Community::new(version).await;
        for (given, stored) in [
            (" Spelt.Example/ ", "spelt.example"),
            ("dotted.example.", "dotted.example."),
            ("b\u{fc}cher.example", "xn--bcher-kva.example"),
        ] {
            let said = community.block(given).await;
            assert_eq!((said.status, &said.body["domain"]), (200, &json!(stored)), "{version:?} {given:?}");
        }
        let twice = "Validation failed: Domain is invalid, Domain is invalid";
        let once = "Validation failed: Domain is invalid";
        for (given, said) in [
            ("two words.example", twice),
            ("https://spelt.example", twice),
            ("\u{a0}spelt.example", twice),
            ("spelt.example /", twice),
            (".other.example", once),
            ("other..example", once),
            ("other.example:3000", once),
            ("/", "Validation failed: Domain can't be blank"),
            ("dotted.example.", "Validation failed: Domain has already been taken"),
        ] {
            let answer = community.block(given).await;
            assert_eq!((answer.status, &answer.body["error"]), (422, &json!(said)), "{version:?} {given:?}");
        }
        // What holds already is looked for without slashes, then read with them, which nothing catches.
        assert_eq!(community.block("spelt.example//").await.status, 500, "{version:?}");
        // Before 4.6 it is read with its spaces as well.
        let again = community.block(" spelt.example ").await;
        let (status, already) = if version >= Version::V46 { (422, true) } else { (500, false) };
        assert_eq!((again.status, again.body["existing_domain_block"].is_object()), (status, already), "{version:?}");
        community.stage.end().await;
    }
}

/// A column that must have a value refuses none, which nothing catches (`db/schema.rb`); what has parts is not permitted where one
/// value is meant, and counts as not given.
#[tokio::test]
async fn what_says_nothing_is_no_value() {
    let community = Community::new(Version::V46).await;
    let ask = async |path: &str, form| {
        let path = format!("/api/v1/admin/{path}");
        community.ask("POST", &path, Some(&community.owner), Some(form)).await
    };
    for severity in [json!(null), json!("")] {
        let said = ask("domain_blocks", json!({ "domain": "none.example", "severity": severity })).await;
        let expected = json!("Validation failed: Severity is not included in the list");
        assert_eq!((said.status, &said.body["error"]), (422, &expected), "{severity}");
    }
    for (path, form) in [
        ("domain_blocks", json!({ "domain": "none.example", "reject_media": "" })),
        ("domain_blocks", json!({ "domain": "none.example", "obfuscate": null })),
        ("email_domain_blocks", json!({ "domain": "none.example", "allow_with_approval": "" })),
        ("ip_blocks", json!({ "ip": "192.0.2.1", "severity": "no_access", "comment": null })),
    ] {
        assert_eq!(ask(path, form.clone()).await.status, 500, "{path} {form}");
    }
    let form = json!({ "domain": "none.example", "severity": ["suspend"], "reject_media": ["true"] });
    let said = ask("domain_blocks", form).await.body;
    assert_eq!((&said["severity"], &said["reject_media"]), (&json!("silence"), &json!(false)));
    community.stage.end().await;
}
