import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IngestFixture, typesOf, warningsOf } from './ingest-fixture.ts';

const fixture = new IngestFixture();
beforeAll(() => fixture.open());
afterAll(() => fixture.close());

const body = 'id,name,score\n1,Ann,1.5\n2,Bo,2.5\n3,Cy,3.5\n';
const expected = [
  ['1', 'Ann', '1.5'],
  ['2', 'Bo', '2.5'],
  ['3', 'Cy', '3.5'],
];

describe('the same table, however it is written', () => {
  const latin = body.replace('Ann', 'Zoë').replace('Bo', 'Åsa');
  const names = [['1', 'Zoë', '1.5'], ['2', 'Åsa', '2.5'], expected[2]];
  it.each<[string, string | Buffer, string]>([
    ['UTF-8', Buffer.from(latin), 'utf-8'],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${latin}`), 'utf-8'],
    ['UTF-16 LE with a mark', Buffer.from(`\ufeff${latin}`, 'utf16le'), 'utf-16le'],
    ['UTF-16 LE without one', Buffer.from(latin, 'utf16le'), 'utf-16le'],
    ['UTF-16 BE with a mark', Buffer.from(`\ufeff${latin}`, 'utf16le').swap16(), 'utf-16be'],
    ['UTF-16 BE without one', Buffer.from(latin, 'utf16le').swap16(), 'utf-16be'],
    ['Latin-1', Buffer.from(latin, 'latin1'), 'latin-1'],
    [
      'Windows-1252',
      Buffer.from(latin.replace('Cy', 'C\u0080').replace('\u0080', '\x80'), 'latin1'),
      'windows-1252',
    ],
    ['UTF-8 saved twice', Buffer.from(Buffer.from(latin).toString('latin1')), 'double-utf-8'],
  ])('%s', async (_, bytes, encoding) => {
    const { report, rows } = await fixture.ingest(bytes);
    expect(report.decisions.encoding?.value).toBe(encoding);
    expect(rows.slice(0, 2)).toEqual(names.slice(0, 2));
  });

  it.each<[string, string]>([
    ['CRLF', body.replaceAll('\n', '\r\n')],
    ['CR', body.replaceAll('\n', '\r')],
    ['mixed line ends', body.replace('\n', '\r\n').replace('Bo,2.5\n', 'Bo,2.5\r')],
    ['no final line end', body.trimEnd()],
    ['blank lines inside', body.replace('2,Bo', '\n\n2,Bo')],
    ['a title', `Scores of 2024\n\n${body}`],
    ['comments', `# made by hand\n# in 2024\n${body}`],
    ['a title filled up with delimiters', `Scores of 2024,,\n,,\n${body}`],
    ['settings above', `Operator,Ann\nDate,2024-01-02\nRows,3\n\n${body}`],
    ['a note below', `${body}\nSource: the clinic\n`],
    ['notes right below', `${body}* preliminary\n`],
    ['a row of totals', `${body}Total,,7.5\n`],
    ['a second, smaller table', `${body}\ngroup,n\na,1\nb,2\n`],
    ['a repeat of the header', body.replace('2,Bo', 'id,name,score\n2,Bo')],
    ['trailing delimiters', body.replaceAll('\n', ',\n')],
    ['spaces after commas', body.replaceAll(',', ', ')],
    ['single quotes', body.replaceAll(/Ann|Bo|Cy/g, (name) => `'${name}'`)],
    ['all quoted', body.replaceAll(/[^,\n]+/g, (cell) => `"${cell}"`)],
    ['decimal commas', body.replaceAll(',', ';').replaceAll('.', ',')],
    ['NUL bytes', body.replace('Ann', 'A\0nn')],
    ['aligned with spaces', 'id   name  score\n1    Ann   1.5\n2    Bo    2.5\n3    Cy    3.5\n'],
  ])('%s', async (_, text) => {
    const { report, rows } = await fixture.ingest(text);
    expect(report.columns).toEqual([
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'text' },
      { name: 'score', type: 'number' },
    ]);
    expect(rows).toEqual(expected);
    expect(report.rejected_rows).toBe(0);
  });
});

describe('headers', () => {
  it.each<[string, string, string[]]>([
    ['duplicates are numbered, letter case ignored', 'a,b,A,a\n1,2,3,4\n', ['a', 'b', 'A_2', 'a_3']],
    ['empty names are numbered by place', 'a,,c\n1,2,3\n', ['a', 'column_2', 'c']],
    ['none', '1,2.5,x\n2,3.5,y\n', ['column_1', 'column_2', 'column_3']],
    [
      'names in two rows',
      'bill,,mass\nlength,depth,g\n1,2,3\n4,5,6\n',
      ['bill_length', 'bill_depth', 'mass_g'],
    ],
    ['row names without a name, as R writes them', 'a,b\nr1,1,2\nr2,3,4\nr3,5,6\n', ['column_1', 'a', 'b']],
    ['years as names', 'country,2019,2020\nA,1,2\nB,3,4\n', ['country', '2019', '2020']],
    ['a name over several lines', '"a\n b",c\n1,2\n', ['a b', 'c']],
    ['a commented header', '# t, v\n# n=2\n#time,value\n1,2\n3,4\n', ['time', 'value']],
  ])('%s', async (_, text, names) => {
    const { report } = await fixture.ingest(text);
    expect(report.columns.map((column) => column.name)).toEqual(names);
  });

  it('of a hostile kind are only names', async () => {
    const { report, rows } = await fixture.ingest('"a""; DROP TABLE x; --",\'b\',"c\'||1"\n1,2,3\n');
    expect(report.columns.map((column) => column.name)).toEqual(['a"; DROP TABLE x; --', "'b'", "c'||1"]);
    expect(rows).toEqual([['1', '2', '3']]);
  });
});

describe('types', () => {
  const typeOf = async (values: string[], name = 'x') => {
    const { report, rows } = await fixture.ingest(
      ['k\tx'.replace('x', name), ...values.map((value, at) => `${at}\t${value}`)].join('\n'),
    );
    return { type: typesOf(report)[name], values: rows.map((row) => row[1]), report };
  };

  it.each<[string, string[], string, (string | null)[]]>([
    ['leading zeros stay text', ['007', '012', '100'], 'text', ['007', '012', '100']],
    ['0 and 1 are integers, not booleans', ['0', '1', '1'], 'integer', ['0', '1', '1']],
    ['true and false are booleans', ['TRUE', 'false', ''], 'boolean', ['true', 'false', null]],
    ['t and f are booleans together', ['t', 'f', 't'], 'boolean', ['true', 'false', 'true']],
    ['T alone may be a nucleotide', ['T', 'T', 'T'], 'text', ['T', 'T', 'T']],
    ['yes and no stay the words they are', ['yes', 'no', 'yes'], 'text', ['yes', 'no', 'yes']],
    [
      'integers past 64 bits keep all digits',
      ['12345678901234567890', '1', '2'],
      'integer',
      ['12345678901234567890', '1', '2'],
    ],
    ['integers past 38 digits are text', ['1'.repeat(40), '1', '2'], 'text', ['1'.repeat(40), '1', '2']],
    ['thousands', ['1,234', '12,345,678', '5'], 'integer', ['1234', '12345678', '5']],
    ['European numbers', ['1.234,5', '2,25', '3'], 'number', ['1234.5', '2.25', '3.0']],
    ['thousands with spaces', ['1 234', '12 345', '5'], 'integer', ['1234', '12345', '5']],
    ['a minus sign that is not a hyphen', ['\u22125', '6', '7'], 'integer', ['-5', '6', '7']],
    ['percentages', ['5%', '7.5%', '9%'], 'number', ['5.0', '7.5', '9.0']],
    ['exponents', ['1e3', '2.5E-2', '3'], 'number', ['1000.0', '0.025', '3.0']],
    ['1_000 and 0x10 are no numbers', ['1_000', '0x10', '5'], 'text', ['1_000', '0x10', '5']],
    ['ISO dates', ['2024-01-02', '2024-12-31', ''], 'date', ['2024-01-02', '2024-12-31', null]],
    [
      'day first, as one value shows',
      ['01/02/2024', '31/12/2023', '03/04/2024'],
      'date',
      ['2024-02-01', '2023-12-31', '2024-04-03'],
    ],
    [
      'month first, as one value shows',
      ['01/02/2024', '12/31/2023', '03/04/2024'],
      'date',
      ['2024-01-02', '2023-12-31', '2024-03-04'],
    ],
    [
      'names of months',
      ['5 Jan 2024', 'Feb 6, 2024', '07-March-2024'],
      'date',
      ['2024-01-05', '2024-02-06', '2024-03-07'],
    ],
    [
      'years of two digits',
      ['31.12.99', '01.01.24', '15.06.68'],
      'date',
      ['1999-12-31', '2024-01-01', '2068-06-15'],
    ],
    [
      'mixed spellings',
      ['2024-01-02', '13/02/2024', '3 Mar 2024'],
      'date',
      ['2024-01-02', '2024-02-13', '2024-03-03'],
    ],
    ['times', ['4:14', '14:57:13', '00:00:00'], 'time', ['04:14:00', '14:57:13', '00:00:00']],
    [
      'half-day times',
      ['1/2/2024 1:05 PM', '12/31/2023 11:00 AM', ''],
      'timestamp',
      ['2024-01-02 13:05:00', '2023-12-31 11:00:00', null],
    ],
    [
      'offsets become UTC',
      ['2024-01-02T03:04:05+02:00', '2024-01-02T03:04:05Z', ''],
      'timestamp',
      ['2024-01-02 01:04:05+00', '2024-01-02 03:04:05+00', null],
    ],
    ['eight digits are a number', ['20240102', '20231231', '5'], 'integer', ['20240102', '20231231', '5']],
    [
      'a day that no calendar has',
      ['2024-02-30', '2024-01-01', '2024-01-02'],
      'text',
      ['2024-02-30', '2024-01-01', '2024-01-02'],
    ],
  ])('%s', async (_, values, type, read) => {
    const result = await typeOf(values);
    expect(result.type).toBe(type);
    expect(result.values).toEqual(read);
  });

  it('eight digits in a column that speaks of dates are dates', async () => {
    expect(await typeOf(['20240102', '20231231', '20240229'], 'visit_date')).toMatchObject({ type: 'date' });
  });

  it('warns where day and month cannot be told apart', async () => {
    const { report } = await typeOf(['01/02/2024', '03/04/2024', '05/06/2024']);
    expect(warningsOf(report)).toHaveProperty('ambiguous-dates', 1);
    expect(report.decisions.date_order?.reason).toMatch(/tells day from month/);
  });

  it('a value that fits nothing sends its whole row to the rejects, where nineteen in twenty fit', async () => {
    const lines = Array.from({ length: 40 }, (_, at) => `${at},${at === 17 ? 'seventeen' : at * 2}`);
    const { report, rows } = await fixture.ingest(['id,v', ...lines].join('\n'));
    expect(typesOf(report)).toEqual({ id: 'integer', v: 'integer' });
    expect(rows).toHaveLength(39);
    expect(report.rejects).toEqual([
      { line: 19, reason: 'Column "v": expected integer, got "seventeen".', raw: '17,seventeen' },
    ]);
  });

  it('below twenty values all must fit', async () => {
    const { report } = await fixture.ingest('id,v\n1,2\n2,three\n3,4\n');
    expect(typesOf(report).v).toBe('text');
    expect(report.rejected_rows).toBe(0);
  });

  it('a type is chosen over the whole column, not its beginning', async () => {
    const lines = Array.from({ length: 9000 }, (_, at) => `${at},${at === 8000 ? '0042' : at}`);
    const { report } = await fixture.ingest(['id,code', ...lines].join('\n'));
    expect(typesOf(report)).toEqual({ id: 'integer', code: 'text' });
  });

  it('late decimals make a column of numbers, not rejects', async () => {
    const lines = Array.from({ length: 9000 }, (_, at) => `${at},${at > 8500 ? at / 2 : at}`);
    const { report } = await fixture.ingest(['id,v', ...lines].join('\n'));
    expect(typesOf(report).v).toBe('number');
    expect(report.rejected_rows).toBe(0);
  });
});

describe('missing values', () => {
  it('are spelled in many ways in a column of numbers', async () => {
    const spellings = ['NA', 'N/A', 'NULL', 'nan', '-', '.', '?', '#N/A', 'none', ''];
    const { report, rows } = await fixture.ingest(
      ['id,v', ...spellings.map((text, at) => `${at},${text}`), '10,4', '11,5'].join('\n'),
    );
    expect(typesOf(report).v).toBe('integer');
    expect(rows.filter((row) => row[1] === null)).toHaveLength(10);
    expect(report.decisions.null_values?.value).toContain('#N/A');
  });

  it('a strand of + and - is no missing value', async () => {
    const { rows } = await fixture.ingest('gene,strand\nA,+\nB,-\nC,+\nD,-\n');
    expect(rows.map((row) => row[1])).toEqual(['+', '-', '+', '-']);
  });

  it('NA among two-letter codes is Namibia', async () => {
    const { rows } = await fixture.ingest('country,n\nDE,1\nNA,2\nFR,3\nZA,4\n');
    expect(rows.map((row) => row[0])).toEqual(['DE', 'NA', 'FR', 'ZA']);
  });

  it('none is an answer in a column of words', async () => {
    const { rows } = await fixture.ingest('id,severity\n1,none\n2,mild\n3,severe\n');
    expect(rows.map((row) => row[1])).toEqual(['none', 'mild', 'severe']);
  });
});

describe('rows that are not like the others', () => {
  it('long rows are rejected, short rows filled up, and all are accounted for', async () => {
    const { report, rows } = await fixture.ingest('a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,\n');
    expect(rows).toEqual([
      ['1', '2', '3'],
      ['4', '5', null],
      ['10', '11', '12'],
    ]);
    expect(report.rejects).toEqual([
      { line: 4, reason: '4 cells where the table has 3 columns.', raw: '6,7,8,9' },
    ]);
    expect(warningsOf(report)).toMatchObject({ 'short-rows': 1, 'surplus-delimiters': 1 });
  });

  it('a quote that never closes damages one row only', async () => {
    const lines = Array.from({ length: 50 }, (_, at) => `${at},x${at},${at}`);
    lines[20] = '20,"oops,20';
    const { report, rows } = await fixture.ingest(['a,b,c', ...lines].join('\n'));
    expect(rows).toHaveLength(50);
    expect(rows[20]).toEqual(['20', '"oops', '20']);
    expect(warningsOf(report)).toHaveProperty('unterminated-quotes', 1);
  });

  it('quotes that are not escaped are text', async () => {
    const { rows } = await fixture.ingest('a,b\n1,"he said "yes" twice"\n2,"fine"\n3,"the "end""\n');
    expect(rows.map((row) => row[1])).toEqual(['he said "yes" twice', 'fine', 'the "end"']);
  });

  it('cells that start like formulas stay text', async () => {
    const { report, rows } = await fixture.ingest('a,b\n1,=1+1\n2,@SUM(A1)\n3,"=HYPERLINK(""http://x"")"\n');
    expect(rows.map((row) => row[1])).toEqual(['=1+1', '@SUM(A1)', '=HYPERLINK("http://x")']);
    expect(warningsOf(report)).toHaveProperty('formula-like-text', 3);
  });

  it('spaces around words are taken off and counted', async () => {
    const { report, rows } = await fixture.ingest('id,species\n1,Adelie\n2,Adelie \n3, Gentoo\n');
    expect(rows.map((row) => row[1])).toEqual(['Adelie', 'Adelie', 'Gentoo']);
    expect(warningsOf(report)).toHaveProperty('trimmed-spaces', 2);
  });

  it('a unit that the name of the column ends with is taken off', async () => {
    const { report, rows } = await fixture.ingest('id,body_mass_g\n1,3450\n2,3900 g\n3,3500 g\n');
    expect(rows.map((row) => row[1])).toEqual(['3450', '3900', '3500']);
    expect(warningsOf(report)).toHaveProperty('units-removed', 1);
  });

  it('all tables of a file are listed and each can be read', async () => {
    const text = 'id,v\n1,2\n3,4\n5,6\n\ngene,start,end\nA,1,9\nB,2,8\n';
    const first = await fixture.ingest(text);
    expect(
      first.report.decisions.tables.map((table) => [table.columns, table.rows, table.first_line]),
    ).toEqual([
      [['id', 'v'], 3, 1],
      [['gene', 'start', 'end'], 2, 6],
    ]);
    const second = await fixture.ingest(text, { table: 1 });
    expect(second.rows).toEqual([
      ['A', '1', '9'],
      ['B', '2', '8'],
    ]);
    expect(second.report.decisions.table.given).toBe(true);
  });

  it('a table of a thousand columns keeps all their names', async () => {
    const names = Array.from({ length: 1000 }, (_, at) => `gene ${at}`);
    const line = names.map((_, at) => at / 4).join(',');
    const { report, rows } = await fixture.ingest(`${names.join(',')}\n${line}\n${line}\n`);
    expect(report.columns.map((column) => column.name)).toEqual(names);
    expect(Number(rows[1]?.[999])).toBe(249.75);
  });

  it('a table of a header and no rows is a table', async () => {
    const { report, rows } = await fixture.ingest('a,b,c\n');
    expect(rows).toEqual([]);
    expect(report.columns).toHaveLength(3);
    expect(warningsOf(report)).toHaveProperty('no-rows');
  });

  it('a long cell is kept whole', async () => {
    const long = 'x'.repeat(3_000_000);
    const { rows } = await fixture.ingest(`a,b\n1,${long}\n2,y\n`);
    expect(rows[0]?.[1]).toHaveLength(3_000_000);
  });
});
