const compressions = /\.(gz|gzip|zst|zstd)$/i;

/** `iris.csv.gz` -> `iris`. */
export function stemOf(fileName: string): string {
  const plain = fileName.replace(compressions, '');
  return plain.replace(/\.[A-Za-z0-9]{1,8}$/, '') || plain || 'file';
}

/** `Côte d'Azur (2)` -> `cote_d_azur_2`: letters, digits and underscores, never starting with a digit. */
export function snakeCase(stem: string): string {
  const words = stem
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  if (words === '') return 'table_1';
  return /^[0-9]/.test(words) ? `t_${words}` : words;
}

export interface NamedTable {
  /** The one name in questions and their SQL. */
  name: string;
  /** All names it has in SQL. */
  names: string[];
}

/**
 * The names of tables in SQL: `dataset` for the only one, and for each its stem in snake case and as it
 * is. A name two tables could have belongs to the first, and the other gets `_2`, `_3` and so on.
 */
export function nameTables(stems: readonly string[]): NamedTable[] {
  const taken = new Set<string>();
  const mainNames = stems.map((stem) => {
    const wanted = snakeCase(stem);
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
    taken.add(name);
    return name;
  });
  return stems.map((stem, index) => {
    const name = mainNames[index] as string;
    const others = [...(stems.length === 1 ? ['dataset'] : []), stem];
    const names = [name];
    for (const other of others) {
      // DuckDB compares names without regard to case.
      const key = other.toLowerCase();
      if (taken.has(key)) continue;
      taken.add(key);
      names.push(other);
    }
    return { name, names };
  });
}
