//! The parts of an instance that are looked at every few minutes, to notice what changes elsewhere.

/// A part of an instance that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WatchedPart {
    Settings,
    Roles,
    /// Who has a role of their own.
    Members,
    DomainBlocks,
    DomainAllows,
    MailDomainBlocks,
    AddressBlocks,
    /// Local accounts that are limited, suspended, frozen or deleted.
    Sanctions,
    /// Whose rows stand in Mastodon's own log, and how many.
    LogAuthors,
    /// Appeals against strikes, which are decided in Mastodon alone: the newest 5,000 and the newest 5,000 that wait, each with
    /// whether and by whom it was decided.
    Appeals,
}

impl WatchedPart {
    pub const ALL: [Self; 10] = [
        Self::Settings,
        Self::Roles,
        Self::Members,
        Self::DomainBlocks,
        Self::DomainAllows,
        Self::MailDomainBlocks,
        Self::AddressBlocks,
        Self::Sanctions,
        Self::LogAuthors,
        Self::Appeals,
    ];

    /// Its name in the store, never changed once used.
    pub fn name(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Roles => "roles",
            Self::Members => "members",
            Self::DomainBlocks => "domain_blocks",
            Self::DomainAllows => "domain_allows",
            Self::MailDomainBlocks => "email_domain_blocks",
            Self::AddressBlocks => "ip_blocks",
            Self::Sanctions => "sanctions",
            Self::LogAuthors => "log_authors",
            Self::Appeals => "appeals",
        }
    }

    /// What its rows are called.
    pub fn words(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Roles => "roles",
            Self::Members => "people with a role",
            Self::DomainBlocks => "domain blocks",
            Self::DomainAllows => "allowed domains",
            Self::MailDomainBlocks => "email domain blocks",
            Self::AddressBlocks => "IP rules",
            Self::Sanctions => "sanctions on local accounts",
            Self::LogAuthors => "authors of Mastodon’s audit log",
            Self::Appeals => "appeals",
        }
    }

    /// The rows that are compared one by one; above so many only that something changed is known.
    pub fn most(self) -> i64 {
        match self {
            Self::Settings | Self::Roles => 1_000,
            Self::Members | Self::LogAuthors => 5_000,
            Self::Appeals => 10_000,
            Self::DomainBlocks
            | Self::DomainAllows
            | Self::MailDomainBlocks
            | Self::AddressBlocks
            | Self::Sanctions => 100_000,
        }
    }
}
