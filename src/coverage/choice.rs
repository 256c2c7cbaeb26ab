//! Which candidates to choose so that together they cover most: lazy greedy, with bounds.
//!
//! What a set of candidates covers is monotone and submodular, so a greedy choice covers at least 1 − 1/e of the best one
//! (Nemhauser, Wolsey and Fisher 1978), and gains that were computed for fewer chosen candidates are upper bounds that
//! save most computations (Minoux 1978). After each choice, what is covered and the `count` largest gains that are left
//! bound the best choice from above: usually far closer than 1 − 1/e.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Weight of what is to be covered, in thousandths, so that sums are exact in any order.
pub type Weight = u64;

/// What a candidate adds to those chosen before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Its place in the list of candidates.
    pub candidate: usize,
    /// What it adds.
    pub gain: Weight,
    /// What all chosen so far cover.
    pub covered: Weight,
}

/// A choice of candidates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// In the order in which they were chosen, each adding most to those before. Those that add nothing are left out.
    pub chosen: Vec<Chosen>,
    /// No choice of so many candidates covers more.
    pub upper_bound: Weight,
}

#[derive(PartialEq, Eq)]
struct Bound {
    gain: Weight,
    candidate: usize,
    /// How many were chosen when the gain was computed.
    chosen: usize,
}

impl Ord for Bound {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_gain = self.gain.cmp(&other.gain);
        // Of equal gains the first candidate is taken.
        by_gain.then_with(|| other.candidate.cmp(&self.candidate))
    }
}

impl PartialOrd for Bound {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Chooses at most `count` candidates, of which each covers some of the items with these weights.
#[must_use]
pub fn choose(weights: &[Weight], candidates: &[Vec<usize>], count: usize) -> Choice {
    let mut open = weights.to_vec();
    let gain = |open: &[Weight], candidate: usize| -> Weight {
        let items = candidates.get(candidate).into_iter().flatten();
        items.filter_map(|item| open.get(*item)).sum()
    };
    let mut heap: BinaryHeap<Bound> = (0..candidates.len())
        .map(|candidate| Bound {
            gain: gain(&open, candidate),
            candidate,
            chosen: 0,
        })
        .collect();
    let mut choice = Choice {
        upper_bound: bound(&open, candidates, count, 0, &gain),
        ..Choice::default()
    };
    let mut covered = 0;
    while let Some(best) = heap.pop() {
        if choice.chosen.len() >= count || best.gain == 0 {
            break;
        }
        if best.chosen < choice.chosen.len() {
            heap.push(Bound {
                gain: gain(&open, best.candidate),
                chosen: choice.chosen.len(),
                ..best
            });
            continue;
        }
        covered += best.gain;
        choice.chosen.push(Chosen {
            candidate: best.candidate,
            gain: best.gain,
            covered,
        });
        for item in candidates.get(best.candidate).into_iter().flatten() {
            if let Some(weight) = open.get_mut(*item) {
                *weight = 0;
            }
        }
        let bound = bound(&open, candidates, count, covered, &gain);
        choice.upper_bound = choice.upper_bound.min(bound);
    }
    choice
}

/// What is covered, and the largest gains that are left.
fn bound(
    open: &[Weight],
    candidates: &[Vec<usize>],
    count: usize,
    covered: Weight,
    gain: &dyn Fn(&[Weight], usize) -> Weight,
) -> Weight {
    let mut gains: Vec<Weight> = (0..candidates.len()).map(|it| gain(open, it)).collect();
    gains.sort_unstable_by(|one, other| other.cmp(one));
    let left: Weight = open.iter().sum();
    covered + gains.iter().take(count).sum::<Weight>().min(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn covered(weights: &[Weight], candidates: &[Vec<usize>], chosen: &[usize]) -> Weight {
        let is_covered = |item: &usize| chosen.iter().any(|it| candidates[*it].contains(item));
        (0..weights.len())
            .filter(is_covered)
            .map(|item| weights[item])
            .sum()
    }

    /// Every choice of `count` candidates.
    fn best(weights: &[Weight], candidates: &[Vec<usize>], count: usize) -> Weight {
        (0_u32..1 << candidates.len())
            .filter(|set| set.count_ones() as usize <= count)
            .map(|set| {
                let chosen: Vec<usize> = (0..candidates.len())
                    .filter(|it| set >> it & 1 == 1)
                    .collect();
                covered(weights, candidates, &chosen)
            })
            .max()
            .unwrap()
    }

    #[test]
    fn greed_may_miss_the_best_and_the_bound_says_so() {
        // The best two are 1 and 2, the greediest first is 0.
        let weights = [10, 10, 10, 10, 10, 10];
        let candidates = [vec![0, 1, 3, 4], vec![0, 1, 2], vec![3, 4, 5]];
        let choice = choose(&weights, &candidates, 2);
        assert_eq!(choice.chosen.last().unwrap().covered, 50);
        assert_eq!(best(&weights, &candidates, 2), 60);
        assert_eq!(choice.upper_bound, 60);
        assert_eq!(choose(&weights, &[], 3), Choice::default());
        assert_eq!(choose(&[], &[vec![7]], 3), Choice::default());
    }

    proptest! {
        #[test]
        fn the_choice_is_plain_greed_and_the_best_lies_between_it_and_the_bound(
            weights in proptest::collection::vec(0_u64..50, 1..12),
            sets in proptest::collection::vec(proptest::collection::btree_set(0_usize..12, 0..6), 1..8),
            count in 1_usize..5,
        ) {
            let sets: Vec<Vec<usize>> = sets.into_iter()
                .map(|set| set.into_iter().filter(|item| *item < weights.len()).collect()).collect();
            let choice = choose(&weights, &sets, count);
            let reached = choice.chosen.last().map_or(0, |it| it.covered);
            let mut plain: Vec<usize> = Vec::new();
            for chosen in &choice.chosen {
                let with = |it: usize| covered(&weights, &sets, &[plain.clone(), vec![it]].concat());
                let most = (0..sets.len()).map(with).max().unwrap();
                prop_assert_eq!(with(chosen.candidate), most);
                plain.push(chosen.candidate);
                prop_assert_eq!(chosen.covered, most);
            }
            let best = best(&weights, &sets, count);
            prop_assert!(reached <= best && best <= choice.upper_bound);
            prop_assert!(reached * 1_000_000 >= best * 632_120);
        }
    }
}
