import type { SeededRandom } from '@stroma/kernel';

/** Sets of players that are asked for, each followed by its complement. */
export interface Coalitions {
  players: number;
  /** Sets x players: 1 where the player is in. */
  members: Uint8Array;
  /** Of each set; over all they sum to 1. */
  weights: Float64Array;
  /** Pairs that stand for all of their sizes; those after them were drawn, each as often as `drawn` says. */
  wholePairs: number;
  drawn: number[];
}

/**
 * Sizes that `most` sets have room for are taken whole, from single players (and all but one) inwards, as they weigh
 * most; of the other sizes pairs of complements are drawn. Lundberg & Lee 2017, arXiv:1705.07874, section 4.1; Covert &
 * Lee 2021, arXiv:2012.01536. Needs `most` of 4 · players or more.
 */
export function drawCoalitions(players: number, most: number, random: SeededRandom): Coalitions {
  // A size and its complement weigh together.
  const sizes = Math.floor(players / 2);
  const weightOf = (size: number) => (size * 2 === players ? 1 : 2) / (size * (players - size));
  const total = Array.from({ length: sizes }, (_, at) => weightOf(at + 1)).reduce((a, b) => a + b, 0);
  const chosen: Uint8Array[] = [];
  const weights: number[] = [];
  let size = 1;
  let left = 1;
  for (; size <= sizes; size++) {
    const share = weightOf(size) / total;
    const pairs = pairsOf(players, size);
    if (size > 1 && (pairs * left) / share > (most / 2 - chosen.length) * (1 + 1e-9)) break;
    for (const members of subsets(players, size)) {
      if (size * 2 === players && members[0] === 0) continue;
      chosen.push(members);
      weights.push(share / pairs);
    }
    left -= share;
  }
  const wholePairs = chosen.length;
  const drawn: number[] = [];
  if (size <= sizes) {
    const known = new Map<string, number>();
    const ends: number[] = [];
    for (let own = size; own <= sizes; own++) ends.push((ends.at(-1) ?? 0) + weightOf(own));
    const wanted = Math.floor(most / 2) - wholePairs;
    let draws = 0;
    for (; drawn.length < wanted && draws < 4 * wanted; draws++) {
      const at = random.next() * (ends.at(-1) as number);
      const members = drawSubset(players, size + ends.findIndex((end) => at < end), random);
      // One name for a set and its complement.
      const name = String.fromCharCode(...members.map((is) => is ^ (members[0] as number)));
      const before = known.get(name);
      if (before === undefined) {
        known.set(name, drawn.length);
        drawn.push(1);
        chosen.push(members);
      } else drawn[before] = (drawn[before] as number) + 1;
    }
    for (const times of drawn) weights.push((left * times) / draws);
  }
  const members = new Uint8Array(2 * chosen.length * players);
  chosen.forEach((own, at) => {
    members.set(own, 2 * at * players);
    members.set(
      own.map((is) => 1 - is),
      (2 * at + 1) * players,
    );
  });
  return {
    players,
    members,
    weights: Float64Array.from({ length: 2 * chosen.length }, (_, at) => (weights[at >> 1] as number) / 2),
    wholePairs,
    drawn,
  };
}

/** Every set of the players, the empty one first: bit by bit. */
export function allCoalitions(players: number): Uint8Array {
  const members = new Uint8Array(players * 2 ** players);
  for (let set = 0; set < 2 ** players; set++)
    for (let player = 0; player < players; player++) members[set * players + player] = (set >> player) & 1;
  return members;
}

function pairsOf(players: number, size: number): number {
  let count = 1;
  for (let at = 1; at <= size; at++) count = (count * (players - size + at)) / at;
  return size * 2 === players ? count / 2 : count;
}

function* subsets(players: number, size: number): Generator<Uint8Array> {
  const places = Array.from({ length: size }, (_, at) => at);
  for (;;) {
    const members = new Uint8Array(players);
    for (const place of places) members[place] = 1;
    yield members;
    let at = size - 1;
    while (at >= 0 && (places[at] as number) === players - size + at) at -= 1;
    if (at < 0) return;
    places[at] = (places[at] as number) + 1;
    for (let next = at + 1; next < size; next++) places[next] = (places[next - 1] as number) + 1;
  }
}

/** Floyd's method. */
function drawSubset(players: number, size: number, random: SeededRandom): Uint8Array {
  const members = new Uint8Array(players);
  for (let last = players - size; last < players; last++) {
    const at = random.whole(last + 1);
    members[members[at] === 1 ? last : at] = 1;
  }
  return members;
}
