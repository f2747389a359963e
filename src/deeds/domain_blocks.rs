//! Rules about servers, mail domains and addresses.

use super::{ChangedRow, LogRow, Needs, OnInstance, row};
use crate::{
    access::Permission,
    id::{InstanceName, RuleNumber},
    ledger::{BeforeAfter, Deed, LARGEST_SEEN, Subject},
    nouns::{
        domain_blocks::{AddressRule, Domain, Rule},
        parts::WatchedPart,
        permissions::{MANAGE_BLOCKS, MANAGE_FEDERATION},
    },
    text::time,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Make a rule about a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockDomain {
    pub instance: InstanceName,
    pub domain: Domain,
    pub after: Rule,
    /// Whether people here follow somebody there, as far as was found; not known counts as yes.
    pub followed: bool,
}

impl Deed for BlockDomain {
    const KIND: &'static str = "block_domain";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];
    const MOST_WORDS: usize = LARGEST_SEEN;

    fn subject(&self) -> Subject {
        Subject::Domain(self.instance.clone(), self.domain.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "after": self.after.severity, "followed": self.followed })
    }

    fn permissions(&self) -> &'static [Permission] {
        cutting(self.followed && self.after.begins_to_suspend(None))
    }

    fn sentence(&self) -> String {
        format!("created a domain block for {}: {}", self.domain, self.after.words())
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        rules(None, Some(&self.after))
    }
}

impl OnInstance for BlockDomain {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_FEDERATION)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is("create", "DomainBlock")
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        found.part == WatchedPart::DomainBlocks && found.rule().as_ref() == Some(&self.after)
    }
}

/// Change a rule about a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeDomainBlock {
    pub instance: InstanceName,
    pub domain: Domain,
    /// `domain_blocks.id`
    pub id: RuleNumber,
    pub before: Rule,
    pub after: Rule,
    pub followed: bool,
}

impl Deed for ChangeDomainBlock {
    const KIND: &'static str = "change_domain_block";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];
    const MOST_WORDS: usize = LARGEST_SEEN;

    fn subject(&self) -> Subject {
        Subject::Domain(self.instance.clone(), self.domain.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "before": self.before.severity, "after": self.after.severity, "followed": self.followed })
    }

    fn permissions(&self) -> &'static [Permission] {
        cutting(self.followed && self.after.begins_to_suspend(Some(&self.before)))
    }

    fn sentence(&self) -> String {
        format!("changed the domain block for {} to {}", self.domain, self.after.words())
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        rules(Some(&self.before), Some(&self.after))
    }
}

impl OnInstance for ChangeDomainBlock {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_FEDERATION)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is("update", "DomainBlock")
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        found.part == WatchedPart::DomainBlocks && found.rule().as_ref() == Some(&self.after)
    }
}

/// Take a rule about a server away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiftDomainBlock {
    pub instance: InstanceName,
    pub domain: Domain,
    pub id: RuleNumber,
    pub before: Rule,
}

impl Deed for LiftDomainBlock {
    const KIND: &'static str = "lift_domain_block";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];
    const MOST_WORDS: usize = LARGEST_SEEN;

    fn subject(&self) -> Subject {
        Subject::Domain(self.instance.clone(), self.domain.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "before": self.before.severity })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageBlocks]
    }

    fn sentence(&self) -> String {
        format!("undid the domain block for {} ({})", self.domain, self.before.words())
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        rules(Some(&self.before), None)
    }
}

impl OnInstance for LiftDomainBlock {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_FEDERATION)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is("destroy", "DomainBlock")
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        found.part == WatchedPart::DomainBlocks && found.now.is_none()
    }
}

/// Put a server on the list of those federated with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowDomain {
    pub instance: InstanceName,
    pub domain: Domain,
}

impl Deed for AllowDomain {
    const KIND: &'static str = "allow_domain";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Domain(self.instance.clone(), self.domain.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageBlocks]
    }

    fn sentence(&self) -> String {
        format!("allowed {}", self.domain)
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("federation", "not allowed".to_owned(), "allowed".to_owned())]
    }
}

impl OnInstance for AllowDomain {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_FEDERATION)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is("create", "DomainAllow")
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        found.part == WatchedPart::DomainAllows && found.now.is_some()
    }
}

/// Take a server off that list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisallowDomain {
    pub instance: InstanceName,
    pub domain: Domain,
    /// `domain_allows.id`
    pub id: RuleNumber,
}

impl Deed for DisallowDomain {
    const KIND: &'static str = "disallow_domain";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::Domain(self.instance.clone(), self.domain.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        // Where only allowed servers may talk to the instance, it cuts follows as a suspension does.
        cutting(true)
    }

    fn sentence(&self) -> String {
        format!("disallowed {}", self.domain)
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("federation", "allowed".to_owned(), "not allowed".to_owned())]
    }
}

impl OnInstance for DisallowDomain {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_FEDERATION)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is("destroy", "DomainAllow")
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        found.part == WatchedPart::DomainAllows && found.now.is_none()
    }
}

/// Make a rule about a mail domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockMailDomain {
    pub instance: InstanceName,
    pub domain: Domain,
    /// Sign-ups go to review; otherwise they are refused.
    pub review: bool,
}

impl Deed for BlockMailDomain {
    const KIND: &'static str = "block_mail_domain";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::MailDomain(self.instance.clone(), self.domain.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "review": self.review })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageBlocks]
    }

    fn sentence(&self) -> String {
        format!("created an email domain block for {}: {}", self.domain, review(self.review))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("email domain block", "none".to_owned(), review(self.review).to_owned())]
    }
}

impl OnInstance for BlockMailDomain {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_BLOCKS)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is("create", "EmailDomainBlock")
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        found.now.is_some_and(|rule| rule["review"] == self.review)
    }
}

/// Change a rule about a mail domain. The API cannot: it is taken away and made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeMailDomainBlock {
    pub instance: InstanceName,
    pub domain: Domain,
    /// `email_domain_blocks.id`
    pub id: RuleNumber,
    pub review_before: bool,
    pub review_after: bool,
}

impl Deed for ChangeMailDomainBlock {
    const KIND: &'static str = "change_mail_domain_block";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::MailDomain(self.instance.clone(), self.domain.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "before": self.review_before, "after": self.review_after })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageBlocks]
    }

    fn sentence(&self) -> String {
        format!("changed the email domain block for {} to {}", self.domain, review(self.review_after))
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("email domain block", review(self.review_before).to_owned(), review(self.review_after).to_owned())]
    }
}

impl OnInstance for ChangeMailDomainBlock {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_BLOCKS)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        // Mastodon knows no change of such a rule: it goes and comes again.
        row.is("create", "EmailDomainBlock") || row.is("destroy", "EmailDomainBlock")
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        found.now.is_some_and(|rule| rule["review"] == self.review_after)
    }
}

/// Take a rule about a mail domain away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiftMailDomainBlock {
    pub instance: InstanceName,
    pub domain: Domain,
    pub id: RuleNumber,
    pub review_before: bool,
}

impl Deed for LiftMailDomainBlock {
    const KIND: &'static str = "lift_mail_domain_block";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];

    fn subject(&self) -> Subject {
        Subject::MailDomain(self.instance.clone(), self.domain.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "before": self.review_before })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageBlocks]
    }

    fn sentence(&self) -> String {
        format!("deleted the email domain block for {}", self.domain)
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        vec![row("email domain block", review(self.review_before).to_owned(), "none".to_owned())]
    }
}

impl OnInstance for LiftMailDomainBlock {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_BLOCKS)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is("destroy", "EmailDomainBlock")
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        found.part == WatchedPart::MailDomainBlocks && found.now.is_none()
    }
}

/// Make a rule about addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockAddress {
    pub instance: InstanceName,
    /// `203.0.113.0/24`
    pub network: String,
    pub after: AddressRule,
}

impl Deed for BlockAddress {
    const KIND: &'static str = "block_address";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];
    const MOST_WORDS: usize = LARGEST_SEEN;

    fn subject(&self) -> Subject {
        Subject::Address(self.instance.clone(), self.network.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "after": self.after.severity })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageBlocks]
    }

    fn sentence(&self) -> String {
        format!("created an IP rule for {}: {}", self.network, self.after.severity.word())
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        addresses(None, Some(&self.after))
    }
}

impl OnInstance for BlockAddress {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_BLOCKS)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is("create", "IpBlock")
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        found.before.is_none() && found.is_address_rule(&self.after)
    }
}

/// Change a rule about addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeAddressBlock {
    pub instance: InstanceName,
    pub network: String,
    /// `ip_blocks.id`
    pub id: RuleNumber,
    pub before: Option<AddressRule>,
    pub after: AddressRule,
}

impl Deed for ChangeAddressBlock {
    const KIND: &'static str = "change_address_block";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];
    const MOST_WORDS: usize = LARGEST_SEEN;

    fn subject(&self) -> Subject {
        Subject::Address(self.instance.clone(), self.network.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({ "after": self.after.severity })
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageBlocks]
    }

    fn sentence(&self) -> String {
        format!("changed the IP rule for {} to {}", self.network, self.after.severity.word())
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        addresses(self.before.as_ref(), Some(&self.after))
    }
}

impl OnInstance for ChangeAddressBlock {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_BLOCKS)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is("update", "IpBlock")
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        found.is_numbered(self.id) && found.is_address_rule(&self.after)
    }
}

/// Take a rule about addresses away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiftAddressBlock {
    pub instance: InstanceName,
    pub network: String,
    pub id: RuleNumber,
    pub before: Option<AddressRule>,
}

impl Deed for LiftAddressBlock {
    const KIND: &'static str = "lift_address_block";
    const CHANGES: bool = true;
    const UNREAD: &'static [&'static str] = &[];
    const MOST_WORDS: usize = LARGEST_SEEN;

    fn subject(&self) -> Subject {
        Subject::Address(self.instance.clone(), self.network.clone())
    }

    fn instance(&self) -> Option<&InstanceName> {
        Some(&self.instance)
    }

    fn facts(&self) -> Value {
        json!({})
    }

    fn permissions(&self) -> &'static [Permission] {
        &[Permission::ManageBlocks]
    }

    fn sentence(&self) -> String {
        format!("deleted the IP rule for {}", self.network)
    }

    fn before_after(&self) -> Vec<BeforeAfter> {
        addresses(self.before.as_ref(), None)
    }
}

impl OnInstance for LiftAddressBlock {
    fn needs(&self) -> Needs {
        Needs::of(MANAGE_BLOCKS)
    }

    fn logs(&self, row: &LogRow<'_>) -> bool {
        row.is("destroy", "IpBlock")
    }

    fn explains(&self, found: &ChangedRow<'_>) -> bool {
        found.part == WatchedPart::AddressBlocks && found.now.is_none() && found.is_numbered(self.id)
    }
}

/// The permissions for a rule: more than the usual one where it cuts follows.
fn cutting(follows: bool) -> &'static [Permission] {
    if follows { &[Permission::SuspendFollowedDomain] } else { &[Permission::ManageBlocks] }
}

pub fn review(review: bool) -> &'static str {
    if review { "sign-ups with approval" } else { "sign-ups blocked" }
}

/// Two rules about a server, line by line where they differ.
pub fn rules(before: Option<&Rule>, after: Option<&Rule>) -> Vec<(String, String, String)> {
    let lines = |rule: Option<&Rule>| match rule {
        Some(rule) => [
            rule.words(),
            rule.public_comment.clone(),
            rule.private_comment.clone(),
            if rule.obfuscate { "obfuscated" } else { "in full" }.to_owned(),
        ],
        None => ["no domain block", "", "", ""].map(str::to_owned),
    };
    ["domain block", "public comment", "private comment", "name in public lists"]
        .into_iter()
        .zip(lines(before).into_iter().zip(lines(after)))
        .filter(|(_, (before, after))| before != after)
        .map(|(name, (before, after))| (name.to_owned(), before, after))
        .collect()
}

pub fn addresses(before: Option<&AddressRule>, after: Option<&AddressRule>) -> Vec<(String, String, String)> {
    let words = |rule: Option<&AddressRule>| match rule {
        Some(rule) => {
            let until = rule.until.map_or_else(|| "permanent".to_owned(), |at| format!("until {}", time::absolute(at)));
            format!("{}, {until}, “{}”", rule.severity.word(), rule.comment)
        }
        None => "none".to_owned(),
    };
    vec![("IP rule".to_owned(), words(before), words(after))]
}
