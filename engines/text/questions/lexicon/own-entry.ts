/** An entry of a word list; words such as `constructor`, which every object inherits, find nothing. */
export function ownEntry<T>(list: Record<string, T>, word: string): T | undefined {
  return Object.hasOwn(list, word) ? list[word] : undefined;
}
