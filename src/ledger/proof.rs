//! Proofs for a page: the hashes that lead from one leaf to the root, without reading the whole tree for each.

use super::{
    Entry, Ledger, LedgerError, Outcome,
    tree::{Hash, Levels, from_hex, leaf_hash},
    write::canonical,
};
use crate::{seal::hex, store::on};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Leaves under one kept node. What lies under a full one never changes, so only its root is kept: 32 bytes.
const TILE: usize = 256;

/// Whether a leaf is the outcome of an intent. In the canonical form names are in order, and “kind” follows.
pub(super) fn closes(leaf: &str, intent: i64) -> bool {
    leaf.contains(&format!("\"intent\":{intent},"))
        && serde_json::from_str::<Value>(leaf).is_ok_and(|leaf| leaf["kind"] == "outcome" && leaf["intent"] == intent)
}

/// The hashes that lead from a leaf to the root of the first `size` leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub path: Vec<String>,
    pub size: i64,
    pub root: String,
}

impl Ledger {
    /// The proof that an entry is in the tree; `None` where there is no such entry. Reads the leaves around it and those
    /// that came since the last proof.
    ///
    /// # Errors
    /// The store's, or that a stored hash is damaged.
    pub async fn proof(&self, index: i64) -> Result<Option<Proof>, LedgerError> {
        let size = self.tree_state().await?.size;
        self.proof_within(index, size).await
    }

    /// A leaf that stands under the sealed head: what a single entry says is believed only so, where rights hang on it; the columns
    /// beside it are anybody's who can write the store.
    ///
    /// # Errors
    /// The store's; or that the leaf, or another, is not the one that was appended: the record contradicts itself.
    pub async fn proved(&self, index: i64) -> Result<Value, LedgerError> {
        const LEAF: &str = "select leaf, hash from ledger_entries where idx = $1";
        // Under the id that the store has now: what is found stands until an owner has decided, which gives it another.
        let number = self.newest_number().await?;
        let contradicted = |what: &str| {
            self.found.contradict(number, what);
            LedgerError::Contradicted(what.to_owned())
        };
        let Some((size, root)) = self.store.sealed_tree().await? else {
            return Err(contradicted("the head of the tree is not the one that the secret key sealed"));
        };
        let row: Option<(String, String)> = self.store.read_one(on!(&self.store, pool => sqlx::query_as(LEAF)
            .bind(index).fetch_optional(pool).await?));
        let proof = self.proof_within(index, size).await?;
        let (Some((leaf, hash)), Some(proof)) = (row, proof) else {
            return Err(LedgerError::Entry(format!("entry {index} is not there")));
        };
        if hex(&leaf_hash(leaf.as_bytes())) != hash || proof.root != root {
            return Err(contradicted(&format!("entry {index}, or one before it, is not the one that was appended")));
        }
        serde_json::from_str(&leaf).map_err(|error| LedgerError::Entry(format!("entry {index}: {error}")))
    }

    /// What came of an intent, both as they stand under the sealed head; `None` where it is open.
    ///
    /// # Errors
    /// As of [`Self::proved`].
    pub async fn proved_outcome(&self, intent: i64) -> Result<Option<Outcome>, LedgerError> {
        const CLOSED: &str = "select idx from ledger_entries where intent = $1";
        self.proved(intent).await?;
        let closed: Option<i64> =
            on!(&self.store, pool => sqlx::query_scalar(CLOSED).bind(intent).fetch_optional(pool).await?);
        // That there is none is no column's word either.
        let closed = match closed {
            Some(closed) => Some(closed),
            None => self.proved_since(intent).await?.1,
        };
        let Some(closed) = closed else { return Ok(None) };
        let leaf = self.proved(closed).await?;
        if leaf["intent"] != intent {
            return Err(LedgerError::Entry(format!(
                "entry {closed} is put down as the outcome of entry {intent}, and is none"
            )));
        }
        Ok(leaf["outcome"].as_str().and_then(Outcome::parse))
    }

    /// An intent, if the entry is one, and the place of the outcome that closes it: that there is none is so as well, by every leaf since,
    /// each as it stands under the sealed head.
    ///
    /// # Errors
    /// As of [`Self::proved`].
    pub(super) async fn proved_since(&self, intent: i64) -> Result<(Option<Value>, Option<i64>), LedgerError> {
        const LEAVES: &str = "select idx, leaf from ledger_entries where idx >= $1 and idx < $2 order by idx";
        let contradicted = async |what: String| {
            let number = self.newest_number().await?;
            self.found.contradict(number, &what);
            Err(LedgerError::Contradicted(what))
        };
        let Some((size, root)) = self.store.sealed_tree().await? else {
            return contradicted("the head of the tree is not the one that the secret key sealed".to_owned()).await;
        };
        let (mut begun, mut next) = (None, intent);
        while (0..size).contains(&next) {
            let tile = usize::try_from(next).unwrap_or(0) / TILE;
            let first = i64::try_from(tile * TILE).unwrap_or(i64::MAX);
            let end = i64::try_from((tile + 1) * TILE).unwrap_or(i64::MAX).min(size);
            let Some((hashes, _)) = self.tile_within(tile, size).await?.filter(|(_, above)| hex(&above.root()) == root)
            else {
                return contradicted(format!("entry {next}, or one near it, is not the one that was appended")).await;
            };
            let leaves: Vec<(i64, String)> = self.store.read(on!(&self.store, pool => sqlx::query_as(LEAVES)
                .bind(next).bind(end).fetch_all(pool).await?));
            for (index, text) in leaves {
                let at = usize::try_from(index - first).unwrap_or(usize::MAX);
                if index != next || hashes.get(at) != Some(&leaf_hash(text.as_bytes())) {
                    return contradicted(format!("entry {next} is not the one that was appended")).await;
                }
                next += 1;
                if index == intent {
                    begun = serde_json::from_str::<Value>(&text).ok().filter(|leaf| leaf["kind"] == "intent");
                    if begun.is_none() {
                        return Ok((None, None));
                    }
                } else if closes(&text, intent) {
                    return Ok((begun, Some(index)));
                }
            }
            if next < end {
                return contradicted(format!("entry {next} is missing")).await;
            }
        }
        Ok((begun, None))
    }

    /// Those of some entries that stand under the sealed head as they were appended: what they say may be shown to whom it concerns
    /// alone. Reads the hashes around each once.
    ///
    /// # Errors
    /// The store's; or that the head or a leaf is not the one that was appended.
    pub async fn those_proved(&self, entries: &[Entry]) -> Result<BTreeSet<i64>, LedgerError> {
        let leaves = entries.iter().filter_map(|entry| {
            let leaf = canonical(&entry.leaf).ok()?;
            Some((entry.index, leaf_hash(leaf.as_bytes())))
        });
        self.those_appended(&leaves.collect()).await
    }

    /// That all of some entries stand under the sealed head as they were read.
    ///
    /// # Errors
    /// The store's; or that one of them, or the head, is not what was appended.
    pub async fn prove(&self, entries: &[Entry]) -> Result<(), LedgerError> {
        let proved = self.those_proved(entries).await?;
        match entries.iter().find(|entry| !proved.contains(&entry.index)) {
            Some(entry) => self.altered(entry.index).await,
            None => Ok(()),
        }
    }

    /// The same of leaves, by their hashes.
    pub(super) async fn all_appended(&self, leaves: BTreeMap<i64, Hash>) -> Result<(), LedgerError> {
        let proved = self.those_appended(&leaves).await?;
        match leaves.keys().find(|index| !proved.contains(index)) {
            Some(index) => self.altered(*index).await,
            None => Ok(()),
        }
    }

    /// Says on every page that an entry was altered, where it still is.
    async fn altered(&self, index: i64) -> Result<(), LedgerError> {
        self.proved(index).await?;
        Err(LedgerError::Entry(format!("entry {index} was altered")))
    }

    async fn those_appended(&self, leaves: &BTreeMap<i64, Hash>) -> Result<BTreeSet<i64>, LedgerError> {
        let number = self.newest_number().await?;
        let contradicted = |what: &str| {
            self.found.contradict(number, what);
            LedgerError::Contradicted(what.to_owned())
        };
        let Some((size, root)) = self.store.sealed_tree().await? else {
            return Err(contradicted("the head of the tree is not the one that the secret key sealed"));
        };
        let mut tiles: BTreeMap<usize, Vec<(i64, &Hash)>> = BTreeMap::new();
        for (index, hash) in leaves.range(..size) {
            tiles.entry(usize::try_from(*index).unwrap_or(0) / TILE).or_default().push((*index, hash));
        }
        let mut proved = BTreeSet::new();
        for (tile, those) in tiles {
            let Some((hashes, above)) = self.tile_within(tile, size).await? else { continue };
            let first = tile * TILE;
            if hex(&above.root()) != root {
                return Err(contradicted(&format!("entry {first}, or one near it, is not the one that was appended")));
            }
            proved.extend(those.iter().filter_map(|(index, hash)| {
                let at = usize::try_from(*index).ok()? - first;
                (hashes.get(at) == Some(*hash)).then_some(*index)
            }));
        }
        Ok(proved)
    }

    /// The proof of a leaf within the first `size`, by the hashes that stand in its tile now.
    async fn proof_within(&self, index: i64, size: i64) -> Result<Option<Proof>, LedgerError> {
        let Ok(at) = usize::try_from(index) else { return Ok(None) };
        let Some((here, above)) = self.tile_within(at / TILE, size).await?.filter(|_| index < size) else {
            return Ok(None);
        };
        let path = Levels::of(here).proof(at % TILE).into_iter().chain(above.proof(at / TILE));
        Ok(Some(Proof { path: path.map(|hash| hex(&hash)).collect(), size, root: hex(&above.root()) }))
    }

    /// The hashes in a tile as they stand now, and the levels above all tiles with this one's root among them: what was changed
    /// in it since it was first read leads to another root.
    async fn tile_within(&self, tile: usize, size: i64) -> Result<Option<(Vec<Hash>, Levels)>, LedgerError> {
        let Ok(end) = usize::try_from(size) else { return Ok(None) };
        if tile * TILE >= end {
            return Ok(None);
        }
        let full = end / TILE;
        let mut roots = {
            let mut tiles = self.tiles.lock().await;
            while tiles.len() < full {
                let leaves = self.hashes(tiles.len() * TILE, TILE).await?;
                tiles.push(Levels::of(leaves).root());
            }
            tiles.iter().copied().take(full).collect::<Vec<Hash>>()
        };
        let mut here = None;
        if end % TILE > 0 {
            let last = self.hashes(full * TILE, end % TILE).await?;
            roots.push(Levels::of(last.clone()).root());
            here = (tile == full).then_some(last);
        }
        let here = match here {
            Some(here) => here,
            None => self.hashes(tile * TILE, TILE).await?,
        };
        roots[tile] = Levels::of(here.clone()).root();
        Ok(Some((here, Levels::of(roots))))
    }

    /// The hashes of so many leaves from one on.
    async fn hashes(&self, first: usize, number: usize) -> Result<Vec<Hash>, LedgerError> {
        const SQL: &str = "select hash from ledger_entries where idx >= $1 order by idx limit $2";
        let bound = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let texts: Vec<String> = on!(&self.store, pool =>
            sqlx::query_scalar(SQL).bind(bound(first)).bind(bound(number)).fetch_all(pool).await?);
        let hashes: Option<Vec<Hash>> = texts.iter().map(|hash| from_hex(hash)).collect();
        hashes
            .filter(|hashes| hashes.len() == number)
            .ok_or_else(|| LedgerError::Entry(format!("a hash from entry {first} on is missing or damaged")))
    }
}
