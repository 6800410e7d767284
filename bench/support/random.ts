/** Random 32-bit integers (Mulberry32), the same ones for the same seed. */
export function randomWords(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (word ^ (word >>> 14)) >>> 0;
  };
}

/** A random IPv4 address below 255.0.0.0, as a word. */
export function randomAddress4(random: () => number): number {
  // iprange 1.0.4 takes 0.0.0.0 for the neighbour of 255.255.255.255: its answers there can't be compared.
  return Math.floor((random() / 2 ** 32) * 0xff000000);
}
