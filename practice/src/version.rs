//! The two releases that can be practised on, and the words and numbers in which they differ.

/// A release of Mastodon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    V43,
    V46,
}

impl Version {
    /// As `version` says it.
    pub fn number(self) -> &'static str {
        match self {
            Self::V43 => "4.3.23",
            Self::V46 => "4.6.5",
        }
    }

    /// Its tables.
    pub fn schema(self) -> &'static str {
        match self {
            Self::V43 => include_str!("../schema/4.3.sql"),
            Self::V46 => include_str!("../schema/4.6.sql"),
        }
    }

    /// `GET /api/v2/instance` of a fresh site.
    pub fn instance(self) -> &'static str {
        match self {
            Self::V43 => include_str!("instance/4.3.json"),
            Self::V46 => include_str!("instance/4.6.json"),
        }
    }

    /// Every permission (`UserRole::Flags::ALL`).
    pub fn every_permission(self) -> i64 {
        match self {
            Self::V43 => 1_048_575,
            Self::V46 => 8_388_607,
        }
    }

    /// In the keys of cached settings: the digest of the release's defaults, Ruby before 3.4.
    pub fn settings_digest(self) -> &'static str {
        match self {
            Self::V43 => "63381685ff04b23fd115d853efac4ba3",
            Self::V46 => "923c9fc88d20e59c3276436b4538203b",
        }
    }

    /// In the keys of cached instance answers: the time of a library file.
    pub fn presenter(self) -> &'static str {
        match self {
            Self::V43 => "instancepresenter/instancepresenter-20260811104300000000000",
            Self::V46 => "instancepresenter/instancepresenter-20260811104600000000000",
        }
    }

    /// `ActionController::ParameterMissing` of Rails 7.1 and 8.
    pub fn missing(self, parameter: &str) -> String {
        match self {
            Self::V43 => format!("param is missing or the value is empty: {parameter}"),
            Self::V46 => format!("param is missing or the value is empty or invalid: {parameter}"),
        }
    }

    /// `optional_scopes` and `default_scopes` of `config/initializers/doorkeeper.rb`.
    pub fn scopes(self) -> Vec<&'static str> {
        const ALL: [&str; 47] = [
            "read",
            "profile",
            "write",
            "write:accounts",
            "write:blocks",
            "write:bookmarks",
            "write:collections",
            "write:conversations",
            "write:favourites",
            "write:filters",
            "write:follows",
            "write:lists",
            "write:media",
            "write:mutes",
            "write:notifications",
            "write:reports",
            "write:statuses",
            "read:accounts",
            "read:blocks",
            "read:bookmarks",
            "read:collections",
            "read:favourites",
            "read:filters",
            "read:follows",
            "read:lists",
            "read:mutes",
            "read:notifications",
            "read:search",
            "read:statuses",
            "follow",
            "push",
            "admin:read",
            "admin:read:accounts",
            "admin:read:reports",
            "admin:read:domain_allows",
            "admin:read:domain_blocks",
            "admin:read:ip_blocks",
            "admin:read:email_domain_blocks",
            "admin:read:canonical_email_blocks",
            "admin:write",
            "admin:write:accounts",
            "admin:write:reports",
            "admin:write:domain_allows",
            "admin:write:domain_blocks",
            "admin:write:ip_blocks",
            "admin:write:email_domain_blocks",
            "admin:write:canonical_email_blocks",
        ];
        ALL.into_iter().filter(|scope| self == Self::V46 || !scope.ends_with(":collections")).collect()
    }
}
