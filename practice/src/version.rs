//! The releases that can be practised on, and the words and numbers in which they differ.

/// A release of Mastodon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    V43,
    /// By its tables and what its source says: there is no recording of it.
    V44,
    V45,
    V46,
    V47,
}

impl Version {
    /// Every one, the oldest first.
    pub const ALL: [Self; 5] = [Self::V43, Self::V44, Self::V45, Self::V46, Self::V47];

    /// As `version` says it.
    pub fn number(self) -> &'static str {
        match self {
            Self::V43 => "4.3.23",
            Self::V44 => "4.4.22",
            Self::V45 => "4.5.15",
            Self::V46 => "4.6.5",
            Self::V47 => "4.7.0-alpha.2",
        }
    }

    /// Its tables: 4.3's or 4.6's, and what has to be changed in them one after the other.
    pub fn schema(self) -> &'static [&'static str] {
        const V46: &str = include_str!("../schema/4.6.sql");
        const V45: &str = include_str!("../schema/4.5.sql");
        match self {
            Self::V43 => &[include_str!("../schema/4.3.sql")],
            Self::V44 => &[V46, V45, include_str!("../schema/4.4.sql")],
            Self::V45 => &[V46, V45],
            Self::V46 => &[V46],
            Self::V47 => &[V46, include_str!("../schema/4.7.sql")],
        }
    }

    /// What `schema_migrations` holds.
    pub fn migration(self) -> &'static str {
        match self {
            Self::V43 => "20241007071624",
            Self::V44 => "20250627132728",
            Self::V45 => "20251023210145",
            Self::V46 => "20260611150940",
            Self::V47 => "20260805130216",
        }
    }

    /// `GET /api/v2/instance` of a fresh site; 4.4 answers 4.5's with less in it.
    pub fn instance(self) -> &'static str {
        match self {
            Self::V43 => include_str!("instance/4.3.json"),
            Self::V44 | Self::V45 => include_str!("instance/4.5.json"),
            Self::V46 => include_str!("instance/4.6.json"),
            Self::V47 => include_str!("instance/4.7.json"),
        }
    }

    /// Every permission (`UserRole::Flags::ALL`).
    pub fn every_permission(self) -> i64 {
        match self {
            Self::V43 | Self::V44 => 1_048_575,
            Self::V45 => 2_097_151,
            Self::V46 | Self::V47 => 8_388_607,
        }
    }

    /// In the keys of cached settings: the digest of the release's defaults, Ruby before 3.4.
    pub fn settings_digest(self) -> &'static str {
        match self {
            Self::V43 => "63381685ff04b23fd115d853efac4ba3",
            Self::V44 => "2668afd43e727e2d510de41acc5f1555",
            Self::V45 => "b348382d033f8bd894ce82d2fd3f55d2",
            Self::V46 | Self::V47 => "923c9fc88d20e59c3276436b4538203b",
        }
    }

    /// In the keys of cached instance answers: the time of a library file.
    pub fn presenter(self) -> &'static str {
        match self {
            Self::V43 => "instancepresenter/instancepresenter-20260811104300000000000",
            Self::V44 => "instancepresenter/instancepresenter-20260811104400000000000",
            Self::V45 => "instancepresenter/instancepresenter-20260811104500000000000",
            Self::V46 => "instancepresenter/instancepresenter-20260811104600000000000",
            Self::V47 => "instancepresenter/instancepresenter-20260811104700000000000",
        }
    }

    /// `ActionController::ParameterMissing` of Rails 7.1 and 8.
    pub fn missing(self, parameter: &str) -> String {
        match self {
            Self::V43 => format!("param is missing or the value is empty: {parameter}"),
            _ => format!("param is missing or the value is empty or invalid: {parameter}"),
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
        ALL.into_iter().filter(|scope| self >= Self::V46 || !scope.ends_with(":collections")).collect()
    }
}
