//! The Merkle tree of RFC 6962, SHA-256: leaves, nodes, roots, and the proof that a leaf is in it.

use crate::seal::hex;
use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

/// RFC 6962, 2.1: the hash of a leaf.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

/// RFC 6962, 2.1: the hash of a node.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// A tree that only grows: the roots of its full subtrees, largest first. Appending takes O(log n).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    full: Vec<Hash>,
}

impl Frontier {
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        let mut size = self.size;
        while size & 1 == 1 {
            if let Some(left) = self.full.pop() {
                node = node_hash(&left, &node);
            }
            size >>= 1;
        }
        self.full.push(node);
        self.size += 1;
    }

    /// The tree's root; for the empty tree the hash of nothing.
    pub fn root(&self) -> Hash {
        let mut from_right = self.full.iter().rev();
        match from_right.next() {
            None => Sha256::digest([]).into(),
            Some(last) => from_right.fold(*last, |right, left| node_hash(left, &right)),
        }
    }

    /// As it is stored beside the size.
    pub fn to_text(&self) -> String {
        self.full.iter().map(|hash| hex(hash)).collect::<Vec<_>>().join(",")
    }

    /// Reads what [`Frontier::to_text`] wrote; `None` where it does not fit the size.
    pub fn from_text(size: u64, text: &str) -> Option<Self> {
        let full: Option<Vec<Hash>> = text.split(',').filter(|part| !part.is_empty()).map(from_hex).collect();
        full.filter(|full| full.len() == size.count_ones() as usize).map(|full| Self { size, full })
    }
}

/// A hash from its 64 hex digits.
pub fn from_hex(text: &str) -> Option<Hash> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut hash = [0; 32];
    for (index, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).ok()?;
    }
    Some(hash)
}

fn root_of(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::default();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}

/// The largest power of two below `size`.
fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}

/// RFC 6962, 2.1.1: the hashes that lead from leaf `index` to the root of `leaves`.
pub fn inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 || index >= leaves.len() {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, sibling) = if index < left.len() {
        (inclusion(index, left), root_of(right))
    } else {
        (inclusion(index - left.len(), right), root_of(left))
    };
    path.push(sibling);
    path
}

/// Every node of a tree, kept so that many proofs cost little. A level's last node without a sibling is its own parent,
/// which is the tree of RFC 6962 built from below.
pub struct Levels(Vec<Vec<Hash>>);

impl Levels {
    pub fn of(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let above = below.chunks(2).map(|pair| match pair {
                [left, right] => node_hash(left, right),
                alone => alone[0],
            });
            let above = above.collect();
            levels.push(above);
        }
        Self(levels)
    }

    /// The tree's root; for the empty tree the hash of nothing.
    pub fn root(&self) -> Hash {
        self.0.last().and_then(|top| top.first()).copied().unwrap_or_else(|| Sha256::digest([]).into())
    }

    /// The hashes that lead from leaf `index` to the root, as [`inclusion`] has them.
    pub fn proof(&self, index: usize) -> Vec<Hash> {
        self.0.iter().enumerate().filter_map(|(height, level)| level.get((index >> height) ^ 1)).copied().collect()
    }
}

/// Whether a proof leads from the leaf to the root (RFC 9162, 2.1.3.2).
pub fn includes(root: &Hash, size: usize, index: usize, leaf: &Hash, proof: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The leaves and roots published with the Certificate Transparency reference implementation.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    /// RFC 6962, 2.1, word for word.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len()));
                node_hash(&by_definition(left), &by_definition(right))
            }
        }
    }

    #[test]
    fn the_published_roots_come_out() {
        let mut tree = Frontier::default();
        assert_eq!(hex(&tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for (leaf, root) in LEAVES.iter().zip(ROOTS) {
            tree.push(leaf_hash(leaf));
            assert_eq!(hex(&tree.root()), root);
            assert_eq!(Frontier::from_text(tree.size(), &tree.to_text()), Some(tree.clone()));
        }
    }

    proptest! {
        #[test]
        fn what_was_kept_goes_on_to_the_same_root(size in 0usize..200, cut in 0usize..200) {
            let leaves: Vec<Hash> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            let (before, after) = leaves.split_at(cut.min(size));
            let mut tree = Frontier::default();
            before.iter().for_each(|leaf| tree.push(*leaf));
            prop_assert_eq!(tree.root(), root_of(before));
            let mut tree = Frontier::from_text(tree.size(), &tree.to_text()).ok_or(TestCaseError::fail("unread"))?;
            after.iter().for_each(|leaf| tree.push(*leaf));
            prop_assert_eq!(tree.root(), by_definition(&leaves));
        }

        #[test]
        fn a_proof_holds_for_its_leaf_and_for_nothing_else(size in 1usize..70, at in 0usize..70, flip in 0usize..256) {
            let leaves: Vec<Hash> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
            let index = at % size;
            let root = root_of(&leaves);
            let proof = inclusion(index, &leaves);
            let levels = Levels::of(leaves.clone());
            prop_assert_eq!((levels.root(), levels.proof(index)), (root, proof.clone()));
            prop_assert!(includes(&root, size, index, &leaves[index], &proof));
            let mut other = leaves[index];
            other[flip / 8] ^= 1 << (flip % 8);
            prop_assert!(!includes(&root, size, index, &other, &proof));
            let mut wrong_root = root;
            wrong_root[flip / 8] ^= 1 << (flip % 8);
            prop_assert!(!includes(&wrong_root, size, index, &leaves[index], &proof));
            for broken in 0..proof.len() {
                let mut path = proof.clone();
                path[broken][flip / 8] ^= 1 << (flip % 8);
                prop_assert!(!includes(&root, size, index, &leaves[index], &path));
            }
        }
    }
}
