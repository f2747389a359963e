//! Every address inside the console is built here.

use crate::id::{AccountId, GrantId, InstanceName, InviteId, MediaId, OperatorId, RoleId};

pub const OVERVIEW: &str = "/";
pub const SIGN_IN: &str = "/sign-in";
pub const SIGN_IN_CODE: &str = "/sign-in/code";
pub const SIGN_IN_ENROL: &str = "/sign-in/enrol";
pub const SET_UP: &str = "/set-up";
pub const NEW_PASSWORD: &str = "/sign-in/new-password";
pub const YOUR_SIGN_IN: &str = "/your-sign-in";
pub const AUDIT: &str = "/audit";
pub const AUDIT_CSV: &str = "/audit/export.csv";
pub const AUDIT_JSON_LINES: &str = "/audit/export.jsonl";
/// Who could do what at an instant.
pub const ACCESS: &str = "/audit/access";
pub const ACCESS_CSV: &str = "/audit/access.csv";
/// Decisions that are looked at again.
pub const REVIEWS: &str = "/reviews";
pub const TIMELINE: &str = "/audit/timeline";
pub const ALARMS: &str = "/audit/alarms";
pub const PEOPLE: &str = "/people";
pub const CHANGE_PERSON: &str = "/people/change";
pub const RESET_PERSON: &str = "/people/reset";
pub const KEYS: &str = "/keys";
pub const GRANTS: &str = "/grants";
pub const REQUEST_GRANT: &str = "/grants/request";

// The forms of the frame, which knows no room; a test holds them against the functions that they are sent to. All others
// are asked of their function: `ui::form::action`.
pub const LOOK_UP: &str = "/api/accounts/look-up";
pub const SET_THEME: &str = "/api/theme/set";
pub const SIGN_OUT: &str = "/api/session/end";
pub const TOLD: &str = "/api/audit/told";
pub const LOOK_AHEAD: &str = "/api/reviews/look";

/// The stream of what waits, for every page that is open.
pub const LIVE: &str = "/live";

/// What changed in a list of reports since a page of it was made.
pub fn reports_meanwhile(instance: &InstanceName) -> String {
    format!("{LIVE}/i/{instance}/reports")
}

/// The same of a case.
pub fn case_meanwhile(instance: &InstanceName, account: AccountId) -> String {
    format!("{LIVE}/i/{instance}/reports/{account}")
}

/// What changed in the list of sign-ups.
pub fn signups_meanwhile(instance: &InstanceName) -> String {
    format!("{LIVE}/i/{instance}/signups")
}

/// What changed in the list of appeals.
pub fn appeals_meanwhile(instance: &InstanceName) -> String {
    format!("{LIVE}/i/{instance}/appeals")
}

pub fn overview(instance: &InstanceName) -> String {
    format!("/i/{instance}")
}

/// What came and went each day, drawn.
pub fn statistics(instance: &InstanceName) -> String {
    format!("/i/{instance}/statistics")
}

pub fn reports(instance: &InstanceName) -> String {
    format!("/i/{instance}/reports")
}

/// The case page: everything open about one account.
pub fn case(instance: &InstanceName, account: AccountId) -> String {
    format!("/i/{instance}/reports/{account}")
}

pub fn account(instance: &InstanceName, account: AccountId) -> String {
    format!("/i/{instance}/accounts/{account}")
}

/// Accounts, newest first.
pub fn accounts(instance: &InstanceName) -> String {
    format!("/i/{instance}/accounts")
}

/// The accounts that came with invitations of this one.
pub fn invited_by(instance: &InstanceName, inviter: AccountId) -> String {
    format!("{}?inviter={inviter}", accounts(instance))
}

pub fn search(instance: &InstanceName) -> String {
    format!("/i/{instance}/search")
}

pub fn registrations(instance: &InstanceName) -> String {
    format!("/i/{instance}/registrations")
}

/// When they change by themselves.
pub fn registrations_policy(instance: &InstanceName) -> String {
    format!("/i/{instance}/registrations/policy")
}

/// Appeals against strikes.
pub fn appeals(instance: &InstanceName) -> String {
    format!("/i/{instance}/appeals")
}

pub fn signups(instance: &InstanceName) -> String {
    format!("/i/{instance}/signups")
}

pub fn sign_up(instance: &InstanceName, account: AccountId) -> String {
    format!("/i/{instance}/signups/{account}")
}

pub fn batch(instance: &InstanceName, batch: &str) -> String {
    format!("/i/{instance}/batches/{batch}")
}

/// Mastodon's own log beside ours.
pub fn instance_log(instance: &InstanceName) -> String {
    format!("/i/{instance}/audit/instance")
}

/// What was decided in a period, in numbers alone.
pub fn transparency(instance: &InstanceName) -> String {
    format!("/i/{instance}/transparency")
}

pub fn audit_entry(index: i64) -> String {
    format!("/audit/{index}")
}

/// A file of a reported post, streamed by the console.
pub fn media(instance: &InstanceName, account: AccountId, media: MediaId) -> String {
    format!("/i/{instance}/reports/{account}/media/{media}")
}

/// The rules about servers.
pub fn domains(instance: &InstanceName) -> String {
    format!("/i/{instance}/federation")
}

pub fn known_servers(instance: &InstanceName) -> String {
    format!("/i/{instance}/federation/servers")
}

/// The page of one server, without its name.
pub fn servers_page(instance: &InstanceName) -> String {
    format!("/i/{instance}/federation/server")
}

/// One server.
pub fn server(instance: &InstanceName, domain: &str) -> String {
    with(&servers_page(instance), "name", domain)
}

pub fn email_domains(instance: &InstanceName) -> String {
    format!("/i/{instance}/federation/email-domains")
}

pub fn ip_rules(instance: &InstanceName) -> String {
    format!("/i/{instance}/federation/ip-rules")
}

pub fn domain_imports(instance: &InstanceName) -> String {
    format!("/i/{instance}/federation/imports")
}

pub fn domain_import(instance: &InstanceName, import: &str) -> String {
    format!("/i/{instance}/federation/imports/{import}")
}

/// A list as a file, in Mastodon’s own form: `domain_blocks.csv` or `domain_allows.csv`.
pub fn domain_list(instance: &InstanceName, file: &str) -> String {
    format!("/i/{instance}/federation/export/{file}")
}

/// Where a list is sent to be read in.
pub fn domain_upload(instance: &InstanceName) -> String {
    format!("/i/{instance}/federation/upload")
}

/// One contractor's grant.
pub fn grant(id: &GrantId) -> String {
    format!("/grants/{id}")
}

/// A month of somebody's work.
pub fn timesheet(operator: &OperatorId) -> String {
    format!("/grants/{operator}/timesheet")
}

/// The same as a file.
pub fn timesheet_csv(operator: &OperatorId, month: &str) -> String {
    with(&format!("/grants/{operator}/timesheet.csv"), "month", month)
}

/// One decision that is looked at again, by its entry.
pub fn review(entry: i64) -> String {
    format!("{REVIEWS}/{entry}")
}

/// The roles of the instance.
pub fn roles(instance: &InstanceName) -> String {
    format!("/i/{instance}/roles")
}

/// One role: what it may do, and who has it.
pub fn role(instance: &InstanceName, role: RoleId) -> String {
    format!("/i/{instance}/roles/{role}")
}

/// Where a role is given or taken away: who and which stand in the query.
pub fn change_role(instance: &InstanceName) -> String {
    format!("/i/{instance}/roles/change")
}

/// The invitations of everybody on the instance.
pub fn invitations(instance: &InstanceName) -> String {
    format!("/i/{instance}/invites")
}

/// One invitation, by its id: its code stands in no address.
pub fn invitation(instance: &InstanceName, invite: InviteId) -> String {
    format!("/i/{instance}/invites/{invite}")
}

/// The invitations of one account.
pub fn invitations_of(instance: &InstanceName, owner: AccountId) -> String {
    with(&invitations(instance), "owner", &owner.to_string())
}

/// People who asked the staff for access.
pub fn access_requests(instance: &InstanceName) -> String {
    format!("/i/{instance}/access-requests")
}

/// Where somebody without an account asks the staff for access: a page for strangers.
pub fn ask_access(instance: &InstanceName) -> String {
    format!("/i/{instance}/ask")
}

/// Whether an address is such a page, of whatever instance: which there are is no stranger's to find out.
pub fn asks_access(path: &str) -> bool {
    let mut parts = path.trim_start_matches('/').split('/');
    (parts.next(), parts.next().is_some_and(|name| !name.is_empty()), parts.next(), parts.next())
        == (Some("i"), true, Some("ask"), None)
}

pub fn access_request(instance: &InstanceName, request: &str) -> String {
    format!("/i/{instance}/access-requests/{request}")
}

/// One's own account on an instance.
pub fn your_account(instance: &InstanceName) -> String {
    format!("/i/{instance}/your-account")
}

/// Where an instance sends people back to who agreed to link their account.
pub fn linked_callback(instance: &InstanceName) -> String {
    format!("/i/{instance}/your-account/callback")
}

/// Where an owner changes somebody's access.
pub fn change_person(operator: &OperatorId) -> String {
    with(CHANGE_PERSON, "who", &operator.0)
}

/// Where an owner resets somebody's sign-in.
pub fn reset_person(operator: &OperatorId) -> String {
    with(RESET_PERSON, "who", &operator.0)
}

/// The name of the instance that an address is about.
pub fn instance_of(path: &str) -> Option<String> {
    path.strip_prefix("/i/").and_then(|rest| rest.split('/').next()).map(str::to_owned)
}

/// Addresses of before, and where each leads now: bookmarks, and links in old mails, go on to work. `*` is one part.
pub const MOVED: [(&str, &str); 14] = [
    ("/i/*/domains", "/i/*/federation"),
    ("/i/*/domains/servers", "/i/*/federation/servers"),
    ("/i/*/domains/server", "/i/*/federation/server"),
    ("/i/*/domains/mail", "/i/*/federation/email-domains"),
    ("/i/*/domains/addresses", "/i/*/federation/ip-rules"),
    ("/i/*/domains/imports", "/i/*/federation/imports"),
    ("/i/*/domains/imports/*", "/i/*/federation/imports/*"),
    ("/i/*/domains/export/*", "/i/*/federation/export/*"),
    ("/i/*/invitations", "/i/*/invites"),
    ("/i/*/invitations/*", "/i/*/invites/*"),
    ("/i/*/find", "/i/*/search"),
    ("/grants/ask", REQUEST_GRANT),
    ("/grants/*/sheet", "/grants/*/timesheet"),
    ("/grants/*/sheet.csv", "/grants/*/timesheet.csv"),
];

/// Where an address of before leads now.
pub fn moved(path: &str) -> Option<String> {
    MOVED.iter().find_map(|(former, now)| {
        let (wanted, parts): (Vec<_>, Vec<_>) = (former.split('/').collect(), path.split('/').collect());
        let fits = |(wanted, part): (&&str, &&str)| wanted == part || (*wanted == "*" && !part.is_empty());
        if wanted.len() != parts.len() || !wanted.iter().zip(&parts).all(fits) {
            return None;
        }
        let mut kept = wanted.iter().zip(&parts).filter(|(wanted, _)| **wanted == "*").map(|(_, part)| *part);
        let now: Vec<_> =
            now.split('/').map(|part| if part == "*" { kept.next().unwrap_or("*") } else { part }).collect();
        Some(now.join("/"))
    })
}

/// The same address with one more thing in its query.
pub fn with(path: &str, key: &str, value: &str) -> String {
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    encoded.append_pair(key, value);
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}{}", encoded.finish())
}

/// The same page, which then says what came of the deed of this entry.
pub fn done(path: &str, entry: i64) -> String {
    with(path, "done", &entry.to_string())
}

/// An address of ours that came in from outside, or the overview where it is not one.
pub fn ours(text: &str) -> String {
    let ours =
        text.starts_with('/') && !text.starts_with("//") && !text.contains('\\') && !text.chars().any(char::is_control);
    if ours { text.to_owned() } else { OVERVIEW.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_addresses_are_gone_back_to() {
        assert_eq!(ours("/i/harbour/reports?category=spam"), "/i/harbour/reports?category=spam");
        for other in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\nb"] {
            assert_eq!(ours(other), OVERVIEW, "{other:?}");
        }
    }

    #[test]
    fn former_addresses_lead_to_those_of_now() {
        assert_eq!(moved("/i/harbour/domains/imports/7"), Some("/i/harbour/federation/imports/7".to_owned()));
        assert_eq!(moved("/grants/ask"), Some("/grants/request".to_owned()));
        for (_, now) in MOVED {
            assert_eq!(moved(now), None, "{now} leads on");
        }
        for other in ["/i/harbour/federation", "/i//domains", "/i/harbour/domains/", "/domains", "/grants/x"] {
            assert_eq!(moved(other), None, "{other}");
        }
    }

    #[test]
    fn only_the_form_itself_is_for_strangers() {
        assert!(asks_access("/i/harbour/ask") && asks_access("/i/nowhere/ask"));
        for other in ["/i/harbour/ask/more", "/i/harbour", "/i//ask", "/grants/ask", "/i/harbour/reports/ask", "/ask"] {
            assert!(!asks_access(other), "{other}");
        }
    }

    #[test]
    fn what_is_added_is_encoded() {
        assert_eq!(with("/a?b=1", "c", "x y&z"), "/a?b=1&c=x+y%26z");
    }
}
