import { crc32, deflateRawSync } from 'node:zlib';

/** Writes a zip file from names and contents: what tests need of the format, no more. */
export function zipFile(parts: Record<string, string | Buffer>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const data = Buffer.from(content as string);
    const packed = deflateRawSync(data, { level: 9 });
    const header = Buffer.alloc(26);
    header.writeUInt16LE(20, 0);
    header.writeUInt16LE(8, 4);
    header.writeUInt32LE(crc32(data), 10);
    header.writeUInt32LE(packed.length, 14);
    header.writeUInt32LE(data.length, 18);
    header.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), header, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), header, tail, Buffer.from(name)]),
    );
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06'), end]);
}

const relation = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A workbook from sheet names and the XML inside their `worksheet` element. */
export function workbookFile(sheets: Record<string, string>, extra: Record<string, string> = {}): Buffer {
  const names = Object.keys(sheets);
  const list = names
    .map((name, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="r${at + 1}"/>`)
    .join('');
  const targets = names.map(
    (_, at) =>
      `<Relationship Id="r${at + 1}" Type="${relation}/worksheet" Target="worksheets/s${at + 1}.xml"/>`,
  );
  targets.push(`<Relationship Id="rs" Type="${relation}/styles" Target="styles.xml"/>`);
  const parts: Record<string, string> = {
    'xl/workbook.xml': `<workbook xmlns:r="${relation}"><sheets>${list}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${targets.join('')}</Relationships>`,
    'xl/styles.xml':
      '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/></cellXfs></styleSheet>',
  };
  names.forEach((name, at) => {
    parts[`xl/worksheets/s${at + 1}.xml`] = `<?xml version="1.0"?><worksheet>${sheets[name]}</worksheet>`;
  });
  return zipFile({ ...parts, ...extra });
}

/** Rows of a sheet: texts and numbers as they are, `[serial, style]` for a styled number, null for no cell. */
export function sheetRows(rows: (string | number | [number, number] | null)[][]): string {
  const cell = (value: string | number | [number, number] | null, reference: string): string => {
    if (value === null) return '';
    if (typeof value === 'string') return `<c r="${reference}" t="inlineStr"><is><t>${value}</t></is></c>`;
    if (typeof value === 'number') return `<c r="${reference}"><v>${value}</v></c>`;
    return `<c r="${reference}" s="${value[1]}"><v>${value[0]}</v></c>`;
  };
  const text = rows.map((row, at) => {
    const cells = row
      .map((value, column) => cell(value, `${String.fromCharCode(65 + column)}${at + 1}`))
      .join('');
    return cells === '' ? '' : `<row r="${at + 1}">${cells}</row>`;
  });
  return `<sheetData>${text.join('')}</sheetData>`;
}
