//! What stands around every page: who is signed in, where, what waits, and what just happened.

use crate::{
    access::{Permission, Role},
    clock::Timestamp,
    context::Context,
    id::InstanceName,
    nouns::{
        permissions::{Capability, Lack},
        preferences::Preferences,
    },
    problem::Problem,
};
use leptos_router::params::ParamsMap;

mod build;
mod numbers;
pub use build::{alone, beside, build, read_draft, requests_waiting};
pub use numbers::{Known, OF_APPEALS, OF_REPORTS, OF_SIGN_UPS, Since, numbers, revision, revision_of, seen, told};

/// An instance in the switcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceHead {
    pub name: InstanceName,
    pub title: String,
    /// How many cases wait there for this person; `None` while that has never been read.
    pub waiting: Option<String>,
    /// Whether all that its overview says was well when last put together; `None` before that.
    pub well: Option<bool>,
    /// What this person may do there: a grant need not cover all instances alike.
    pub may: Vec<Permission>,
}

/// A form that was not carried out, given back with all that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub problem: Problem,
    /// The address of the form it was for.
    pub target: String,
    pub fields: Vec<(String, String)>,
}

impl Draft {
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a list, in the order of the form.
    pub fn list<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of_list = move |(key, _): &&(String, String)| key.strip_suffix("[]") == Some(name);
        self.fields.iter().filter(of_list).map(|(_, value)| value.as_str())
    }
}

/// What the last deed came to, as the ledger has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub sentence: String,
    pub outcome: crate::record::DeedState,
    pub index: i64,
    /// When it was recorded.
    pub at: Timestamp,
}

/// Actions that were not confirmed when whoever acted was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Untold {
    /// Not confirmed yet, newest first.
    pub open: Vec<Notice>,
    /// Confirmed since, one way or the other, newest first.
    pub closed: Vec<Notice>,
    /// There are older ones.
    pub more: bool,
}

/// Everything around a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub operator: String,
    pub role: Role,
    /// The person's own account on the instance, `@jonas`: as whom everything here is done.
    pub acting: Option<String>,
    pub may: Vec<Permission>,
    /// What this person could not do on the instance, whatever they may: the token, a role or a grant lacks something.
    pub lacks: Vec<Lack>,
    pub instance: Option<InstanceHead>,
    pub instances: Vec<InstanceHead>,
    /// How many people wait for a decision about their sign-up.
    pub sign_ups: Option<String>,
    /// How many appeals wait; `None` while that is not known.
    pub appeals: Option<String>,
    /// How many people wait who asked for access, for those who decide about them; `None` for everybody else, and while it is not
    /// known.
    pub requests: Option<String>,
    /// How many decisions wait for this person's review; `None` for whoever reviews nothing.
    pub reviews: Option<usize>,
    /// Why what waits may be out of date, in a sentence.
    pub waiting_is_old: Option<String>,
    /// Who may sign up, in a word.
    pub registrations: Option<String>,
    /// What in the record contradicts itself: no deed is begun until an owner has decided at the server.
    pub contradiction: Option<String>,
    pub draft: Option<Draft>,
    pub notice: Option<Notice>,
    /// Own actions that were not confirmed when this person was answered, and of which they have not seen yet what came.
    pub untold: Untold,
    /// Somebody has just signed in with a recovery code: how many are left.
    pub recovery_codes_left: Option<usize>,
    /// People who can act need no second factor here: a loopback demonstration.
    pub second_factor_optional: bool,
    /// How this person has the console for themselves.
    pub preferences: Preferences,
    /// By what the pages of a browser know one another: the session's, and no secret.
    pub session: String,
    /// The address of this page, without drafts and notices.
    pub here: String,
    pub now: Timestamp,
}

impl Frame {
    pub fn may(&self, permission: Permission) -> bool {
        self.may.contains(&permission)
    }

    /// Whether something is known to be lacking for one of these now: its button is of no use.
    pub fn lacks(&self, capabilities: &[Capability]) -> bool {
        self.lacks.iter().any(|lack| lack.certain && capabilities.contains(&lack.capability))
    }

    /// What the page counted itself is said around it, too: both are of the same moment.
    pub fn says_cases(&mut self, waiting: Option<String>) {
        let Some(here) = self.instance.as_ref().map(|head| head.name.clone()) else { return };
        let heads = self.instance.iter_mut().chain(&mut self.instances).filter(|head| head.name == here);
        heads.for_each(|head| head.waiting.clone_from(&waiting));
    }

    /// The draft that was meant for this form, if there is one.
    pub fn draft_for(&self, target: &str) -> Option<&Draft> {
        self.draft.as_ref().filter(|draft| draft.target == target)
    }
}

/// A page and what stands around it, asked for together, so that nothing on it disagrees.
#[derive(Clone, Debug)]
pub struct Framed<T> {
    pub frame: Frame,
    pub body: T,
}

/// What a page is asked for with: by whom, and the parts of its address.
pub struct PageRequest {
    pub context: Context,
    pub params: ParamsMap,
    /// The query of the address.
    pub search: String,
}

impl PageRequest {
    /// A part of the path, by the name that the route gives it.
    pub fn part(&self, name: &str) -> &str {
        self.params.get_str(name).unwrap_or_default()
    }

    /// The instance that the path names.
    pub fn instance(&self) -> &str {
        self.part("instance")
    }
}
