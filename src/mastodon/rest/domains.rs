//! Rules about servers, mail domains and addresses (`app/controllers/api/v1/admin/{domain_blocks,domain_allows,
//! email_domain_blocks,ip_blocks}_controller.rb`).

use super::{Client, NOT_OURS};
use crate::{
    clock::Timestamp,
    deeds::{
        AllowDomain, BlockAddress, BlockDomain, BlockMailDomain, ChangeAddressBlock, ChangeDomainBlock,
        ChangeMailDomainBlock, DisallowDomain, LiftAddressBlock, LiftDomainBlock, LiftMailDomainBlock,
    },
    ledger::{Answer, Answered, Warrant},
    nouns::domain_blocks::{AddressRule, Rule},
};
use reqwest::Method;

const DOMAIN_BLOCKS: &str = "/api/v1/admin/domain_blocks";
const DOMAIN_ALLOWS: &str = "/api/v1/admin/domain_allows";
const MAIL_DOMAIN_BLOCKS: &str = "/api/v1/admin/email_domain_blocks";
const IP_BLOCKS: &str = "/api/v1/admin/ip_blocks";

fn rule_form(rule: &Rule) -> Vec<(&'static str, String)> {
    vec![
        ("severity", rule.severity.name().to_owned()),
        ("reject_media", rule.reject_media.to_string()),
        ("reject_reports", rule.reject_reports.to_string()),
        ("obfuscate", rule.obfuscate.to_string()),
        ("public_comment", rule.public_comment.clone()),
        ("private_comment", rule.private_comment.clone()),
    ]
}

/// Mastodon takes an end as seconds from now; an empty one is for good.
fn address_form(rule: &AddressRule, now: Timestamp) -> Vec<(&'static str, String)> {
    let seconds = rule.until.map(|until| (until.since(now) / 1000).max(1).to_string()).unwrap_or_default();
    vec![("severity", rule.severity.name().to_owned()), ("comment", rule.comment.clone()), ("expires_in", seconds)]
}

impl Client {
    /// Makes a rule about a server. A domain that has one already, and one under a rule that is as strict, is a 422 with
    /// `existing_domain_block`.
    pub async fn block_domain(&self, warrant: Warrant<BlockDomain>) -> Answered<BlockDomain> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let deed = warrant.deed();
        let mut form = vec![("domain", deed.domain.to_string())];
        form.extend(rule_form(&deed.after));
        let step = self.step("POST domain block".to_owned(), Method::POST, DOMAIN_BLOCKS, &form).await;
        warrant.answered(vec![step])
    }

    /// Changes a rule about a server.
    pub async fn change_domain_block(&self, warrant: Warrant<ChangeDomainBlock>) -> Answered<ChangeDomainBlock> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let deed = warrant.deed();
        let path = format!("{DOMAIN_BLOCKS}/{}", deed.id);
        let step =
            self.step(format!("PUT domain block {}", deed.id), Method::PUT, &path, &rule_form(&deed.after)).await;
        warrant.answered(vec![step])
    }

    /// Takes a rule about a server away.
    pub async fn lift_domain_block(&self, warrant: Warrant<LiftDomainBlock>) -> Answered<LiftDomainBlock> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let id = warrant.deed().id;
        let path = format!("{DOMAIN_BLOCKS}/{id}");
        let step = self.step(format!("DELETE domain block {id}"), Method::DELETE, &path, &[]).await;
        warrant.answered(vec![step])
    }

    /// Puts a server on the list of those federated with.
    pub async fn allow_domain(&self, warrant: Warrant<AllowDomain>) -> Answered<AllowDomain> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let form = [("domain", warrant.deed().domain.to_string())];
        let step = self.step("POST domain allow".to_owned(), Method::POST, DOMAIN_ALLOWS, &form).await;
        warrant.answered(vec![step])
    }

    /// Takes a server off that list.
    pub async fn disallow_domain(&self, warrant: Warrant<DisallowDomain>) -> Answered<DisallowDomain> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let id = warrant.deed().id;
        let path = format!("{DOMAIN_ALLOWS}/{id}");
        let step = self.step(format!("DELETE domain allow {id}"), Method::DELETE, &path, &[]).await;
        warrant.answered(vec![step])
    }

    /// Makes a rule about a mail domain.
    pub async fn block_mail_domain(&self, warrant: Warrant<BlockMailDomain>) -> Answered<BlockMailDomain> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let deed = warrant.deed();
        let form = [("domain", deed.domain.to_string()), ("allow_with_approval", deed.review.to_string())];
        let step = self.step("POST email domain block".to_owned(), Method::POST, MAIL_DOMAIN_BLOCKS, &form).await;
        warrant.answered(vec![step])
    }

    /// Changes a rule about a mail domain: the API knows no change, so it is taken away and made again.
    pub async fn change_mail_domain_block(
        &self,
        warrant: Warrant<ChangeMailDomainBlock>,
    ) -> Answered<ChangeMailDomainBlock> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let deed = warrant.deed();
        let path = format!("{MAIL_DOMAIN_BLOCKS}/{}", deed.id);
        let form = [("domain", deed.domain.to_string()), ("allow_with_approval", deed.review_after.to_string())];
        let away = self.step(format!("DELETE email domain block {}", deed.id), Method::DELETE, &path, &[]).await;
        let gone = matches!(away.answer, Answer::Accepted { .. });
        let mut steps = vec![away];
        if gone {
            steps.push(self.step("POST email domain block".to_owned(), Method::POST, MAIL_DOMAIN_BLOCKS, &form).await);
        }
        warrant.answered(steps)
    }

    /// Takes a rule about a mail domain away, and those Mastodon derived from it.
    pub async fn lift_mail_domain_block(&self, warrant: Warrant<LiftMailDomainBlock>) -> Answered<LiftMailDomainBlock> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let id = warrant.deed().id;
        let path = format!("{MAIL_DOMAIN_BLOCKS}/{id}");
        let step = self.step(format!("DELETE email domain block {id}"), Method::DELETE, &path, &[]).await;
        warrant.answered(vec![step])
    }

    /// Makes a rule about addresses.
    pub async fn block_address(&self, warrant: Warrant<BlockAddress>) -> Answered<BlockAddress> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let deed = warrant.deed();
        let mut form = vec![("ip", deed.network.clone())];
        form.extend(address_form(&deed.after, self.clock.now()));
        let step = self.step("POST address block".to_owned(), Method::POST, IP_BLOCKS, &form).await;
        warrant.answered(vec![step])
    }

    /// Changes a rule about addresses. Up to 4.6 an invalid change is answered with 200 and not stored: only what is read
    /// back counts.
    pub async fn change_address_block(&self, warrant: Warrant<ChangeAddressBlock>) -> Answered<ChangeAddressBlock> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let deed = warrant.deed();
        let path = format!("{IP_BLOCKS}/{}", deed.id);
        let form = address_form(&deed.after, self.clock.now());
        let step = self.step(format!("PUT address block {}", deed.id), Method::PUT, &path, &form).await;
        warrant.answered(vec![step])
    }

    /// Takes a rule about addresses away.
    pub async fn lift_address_block(&self, warrant: Warrant<LiftAddressBlock>) -> Answered<LiftAddressBlock> {
        if !self.is_ours(&warrant) {
            return warrant.unsent(NOT_OURS);
        }
        let id = warrant.deed().id;
        let path = format!("{IP_BLOCKS}/{id}");
        let step = self.step(format!("DELETE address block {id}"), Method::DELETE, &path, &[]).await;
        warrant.answered(vec![step])
    }
}
