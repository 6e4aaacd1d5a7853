import { fileStem, freeTableName, tableNameOf } from '@stroma/kernel';

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
export function nameTables(fileNames: readonly string[]): NamedTable[] {
  const taken = new Set<string>();
  const mainNames = fileNames.map((fileName) => {
    const name = freeTableName(tableNameOf(fileName), taken);
    taken.add(name);
    return name;
  });
  return fileNames.map((fileName, index) => {
    const name = mainNames[index] as string;
    const others = [...(fileNames.length === 1 ? ['dataset'] : []), fileStem(fileName)];
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
