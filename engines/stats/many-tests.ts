/**
 * Adjusted p-values in the order given, so that calling all at or below q significant keeps the expected share of
 * false ones among them at q or below; for independent or positively dependent tests. Each in 0-1.
 * Benjamini & Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x. O(m log m).
 */
export function falseDiscovery(p: readonly number[]): number[] {
  const order = p.map((_, at) => at).sort((a, b) => (p[b] as number) - (p[a] as number));
  const adjusted = new Array<number>(p.length);
  let least = 1;
  for (const [index, at] of order.entries()) {
    least = Math.min(least, ((p[at] as number) * p.length) / (p.length - index));
    adjusted[at] = least;
  }
  return adjusted;
}
