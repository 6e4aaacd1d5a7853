const compressions = /\.(gz|gzip|zst|zstd)$/i;

/** `iris.csv.gz` -> `iris`. */
export function fileStem(name: string): string {
  const plain = name.replace(compressions, '');
  return plain.replace(/\.[A-Za-z0-9]{1,8}$/, '') || plain || 'file';
}

/** Words that cannot stand alone as a table's name in SQL, and `dataset`, which means the only one. */
const taken = new Set(
  (
    'all analyse analyze and any array as asc between both by case cast check collate column constraint create ' +
    'cross current_date dataset default deferrable desc describe distinct do else end except exists false fetch ' +
    'filter for foreign from full glob grant group having ilike in initially inner intersect into is join lambda ' +
    'lateral leading left like limit map natural not notnull null offset on only or order outer over partition ' +
    'pivot placing positional primary qualify references returning right row rows sample select semi show similar ' +
    'some struct summarize table tablesample then to trailing true union unique unpivot using values variadic ' +
    'when where window with'
  ).split(' '),
);

/** `Côte d'Azur (2).csv` -> `cote_d_azur_2`: a name that needs no quotes. */
export function tableNameOf(fileName: string): string {
  const words = fileStem(fileName)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60)
    .replace(/_+$/, '');
  if (words === '') return 'table_1';
  return /^[0-9]/.test(words) || taken.has(words) ? `t_${words}` : words;
}

/** `name`, or `name_2`, `name_3` and so on when it is in use. */
export function freeTableName(name: string, used: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}_${number}`;
    if (!used.has(candidate)) return candidate;
  }
}
