//! Whether two short texts say the same, whatever marks, links and numbers are changed from one to the next.

/// The words of a text, without case, marks and addresses: what two reasons are compared by.
pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter(|word| !word.contains("://"))
        .flat_map(|word| word.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// 64 bits that differ in few places for texts that differ in few words; `None` for a text without words.
pub fn fingerprint(text: &str) -> Option<u64> {
    let words = alike_in_numbers(words(text));
    if words.is_empty() {
        return None;
    }
    let mut sums = [0i32; 64];
    let mut add = |feature: u64| {
        for (bit, sum) in sums.iter_mut().enumerate() {
            *sum += if feature >> bit & 1 == 1 { 1 } else { -1 };
        }
    };
    for word in &words {
        add(hash(&[word]));
    }
    for pair in words.windows(2) {
        add(hash(&[&pair[0], &pair[1]]));
    }
    Some(sums.iter().enumerate().fold(0, |print, (bit, sum)| if *sum > 0 { print | 1 << bit } else { print }))
}

/// Numbers are what machines change from one to the next: all of them count as the same, unless there is nothing else.
fn alike_in_numbers(words: Vec<String>) -> Vec<String> {
    if !words.iter().any(|word| word.chars().any(char::is_alphabetic)) {
        return words;
    }
    words
        .iter()
        .map(|word| {
            let mut same = String::new();
            for c in word.chars() {
                let c = if c.is_numeric() { '#' } else { c };
                if c != '#' || !same.ends_with('#') {
                    same.push(c);
                }
            }
            same
        })
        .collect()
}

/// FNV-1a, mixed once more: the same on every machine and in every release.
fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash =
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ hash >> 33
}

/// Whether two fingerprints are of texts that say the same.
pub fn alike(one: u64, other: u64) -> bool {
    (one ^ other).count_ones() <= 3
}

/// Groups of fingerprints that say the same: for each the number of its group, or `None` without words.
pub fn groups(prints: &[Option<u64>]) -> Vec<Option<usize>> {
    let mut distinct: Vec<u64> = prints.iter().flatten().copied().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let mut parent: Vec<usize> = (0..distinct.len()).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    // Two that differ in three bits at most have one of four quarters in common.
    let mut quarters: std::collections::HashMap<(u32, u64), Vec<usize>> = std::collections::HashMap::new();
    for (at, print) in distinct.iter().enumerate() {
        for quarter in 0..4 {
            let same = quarters.entry((quarter, print >> (16 * quarter) & 0xffff)).or_default();
            // Bounded: nobody is compared with more than a few hundred.
            for other in same.iter().rev().take(300) {
                if alike(*print, distinct[*other]) {
                    let (one, two) = (root(&mut parent, at), root(&mut parent, *other));
                    parent[one] = two;
                }
            }
            same.push(at);
        }
    }
    prints
        .iter()
        .map(|print| print.and_then(|print| distinct.binary_search(&print).ok()).map(|at| root(&mut parent, at)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_sentence_is_recognised_with_other_marks_and_links() {
        let print = |text: &str| fingerprint(text).unwrap();
        let one = print("I want to join this community to share my passion for great deals online with everybody here");
        let two = print(
            "i want to join this community, to share my passion for GREAT deals online with everybody here! https://x.example/1",
        );
        assert_eq!(one, two);
        let other =
            print("I draw birds on the coast, and a friend said this is the place for it and for quiet evenings");
        assert!(!alike(one, other));
        assert_eq!(fingerprint("… https://x.example"), None);
    }

    #[test]
    fn texts_that_differ_in_numbers_say_the_same() {
        for (shape, all) in [
            ("I am user {} of my school", true),
            ("member{} wants in", true),
            ("{} boats, {}th street", true),
            ("since 2019 I have {} accounts and like them all", true),
            // With nothing else to go by they are what they are.
            ("{}", false),
        ] {
            let prints: Vec<_> = (1..=25u64)
                .map(|number| fingerprint(&shape.replace("{}", &(number * number * 37).to_string())))
                .collect();
            let distinct: std::collections::HashSet<_> = groups(&prints).into_iter().collect();
            assert_eq!(distinct.len() == 1, all, "{shape}: {} groups", distinct.len());
        }
    }

    #[test]
    fn groups_hold_those_who_say_the_same_and_nobody_else() {
        let texts = ["join", "Join!", "I draw birds on the coast", "", "join"];
        let prints: Vec<_> = texts.iter().map(|text| fingerprint(text)).collect();
        let groups = groups(&prints);
        assert_eq!(groups[0], groups[1]);
        assert_eq!(groups[0], groups[4]);
        assert_ne!(groups[0], groups[2]);
        assert_eq!(groups[3], None);
    }

    proptest! {
        #[test]
        fn all_that_are_alike_are_in_one_group(print in any::<u64>(), bits in proptest::collection::vec(0u32..64, 0..3)) {
            let near = bits.iter().fold(print, |print, bit| print ^ 1 << bit);
            let groups = groups(&[Some(print), Some(near), Some(!print)]);
            prop_assert_eq!(groups[0], groups[1]);
            prop_assert_ne!(groups[0], groups[2]);
        }
    }
}
