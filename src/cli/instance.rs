//! `howdah instance …`

use crate::mastodon::database::{Release, grants_sql};
use clap::Subcommand;
use std::io::{ErrorKind, Write};

#[derive(Subcommand)]
pub enum Instance {
    /// Print the SQL that grants the console's database role what it reads and writes there, and nothing else. Run it as the
    /// owner of the instance's database, and again after an upgrade of Mastodon.
    Grants {
        /// The instance's release of Mastodon, for example 4.6
        #[arg(long)]
        mastodon: Release,
        /// The role the console connects as
        #[arg(long, default_value = "howdah")]
        role: String,
    },
}

pub fn run(command: &Instance) -> anyhow::Result<()> {
    let Instance::Grants { mastodon, role } = command;
    // Whoever reads the beginning only (`| head`) has read enough.
    match writeln!(std::io::stdout(), "{}", grants_sql(*mastodon, role)) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
