import { StromaError } from '@stroma/kernel';
import { type DateStyle, dateStyle } from './xlsx-dates.ts';
import { attribute, readXml } from './xml-events.ts';
import type { ZipArchive } from './zip-archive.ts';

export interface Sheet {
  name: string;
  part: string;
  hidden: boolean;
}

/** What sheets share: their list, the texts cells point to, and which cell styles are dates. */
export interface Workbook {
  sheets: Sheet[];
  strings: string[];
  styles: (DateStyle | null)[];
  date1904: boolean;
}

const maxSheets = 1000;

export async function readWorkbook(archive: ZipArchive, maxBytes: number): Promise<Workbook> {
  const part = await findWorkbook(archive, maxBytes);
  const folder = part.slice(0, part.lastIndexOf('/') + 1);
  const targets = await readRelations(
    archive,
    `${folder}_rels/${part.slice(folder.length)}.rels`,
    folder,
    maxBytes,
  );
  const { sheets, date1904 } = await readSheets(archive, part, targets, maxBytes);
  const find = (kind: string) =>
    [...targets.values()].find((target) => target.kind === kind && archive.has(target.part))?.part;
  return {
    sheets,
    date1904,
    strings: await readStrings(archive, find('sharedStrings'), maxBytes),
    styles: await readStyles(archive, find('styles'), maxBytes),
  };
}

async function findWorkbook(archive: ZipArchive, maxBytes: number): Promise<string> {
  if (archive.has('xl/workbook.xml')) return 'xl/workbook.xml';
  if (archive.has('_rels/.rels')) {
    const targets = await readRelations(archive, '_rels/.rels', '', maxBytes);
    const found = [...targets.values()].find((target) => target.kind === 'officeDocument');
    if (found && archive.has(found.part) && !found.part.startsWith('word/') && !found.part.startsWith('ppt/'))
      return found.part;
  }
  throw refuseZip(archive);
}

function refuseZip(archive: ZipArchive): StromaError {
  const names = archive.names();
  const kind = names.some((name) => name.startsWith('word/'))
    ? 'a Word document'
    : names.some((name) => name.startsWith('ppt/'))
      ? 'a PowerPoint file'
      : names.includes('content.xml')
        ? 'an OpenDocument file: save it as .xlsx or CSV'
        : names.includes('xl/workbook.bin')
          ? 'a binary workbook (.xlsb): save it as .xlsx'
          : 'a zip archive: unpack it and give the file inside';
  return new StromaError('BINARY_FILE', `Expected an Excel workbook (.xlsx), got ${kind}.`, { found: kind });
}

interface Relation {
  kind: string;
  part: string;
}

async function readRelations(
  archive: ZipArchive,
  part: string,
  folder: string,
  maxBytes: number,
): Promise<Map<string, Relation>> {
  const relations = new Map<string, Relation>();
  if (!archive.has(part)) return relations;
  await readXml(
    archive.read(part),
    {
      open(name, attributes) {
        if (name !== 'Relationship' || attribute(attributes, 'TargetMode') === 'External') return;
        const target = attribute(attributes, 'Target') ?? '';
        const kind = (attribute(attributes, 'Type') ?? '').split('/').at(-1) ?? '';
        relations.set(attribute(attributes, 'Id') ?? '', { kind, part: resolvePart(folder, target) });
      },
    },
    maxBytes,
  );
  return relations;
}

function resolvePart(folder: string, target: string): string {
  const parts = target.startsWith('/') ? [] : folder.split('/').filter((part) => part !== '');
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}

async function readSheets(
  archive: ZipArchive,
  part: string,
  targets: Map<string, Relation>,
  maxBytes: number,
) {
  const sheets: Sheet[] = [];
  let date1904 = false;
  await readXml(
    archive.read(part),
    {
      open(name, attributes) {
        if (name === 'workbookPr') date1904 ||= /^(1|true)$/.test(attribute(attributes, 'date1904') ?? '');
        if (name !== 'sheet' || sheets.length >= maxSheets) return;
        const target = targets.get(attribute(attributes, 'id') ?? '');
        // Chart sheets hold no cells.
        if (target?.kind !== 'worksheet') return;
        sheets.push({
          name: attribute(attributes, 'name') ?? `Sheet ${sheets.length + 1}`,
          part: target.part,
          hidden: /hidden/i.test(attribute(attributes, 'state') ?? ''),
        });
      },
    },
    maxBytes,
  );
  return { sheets, date1904 };
}

async function readStrings(
  archive: ZipArchive,
  part: string | undefined,
  maxBytes: number,
): Promise<string[]> {
  const strings: string[] = [];
  if (part === undefined) return strings;
  let inText = false;
  let phonetic = false;
  let current = '';
  await readXml(
    archive.read(part),
    {
      open(name) {
        if (name === 'si') current = '';
        else if (name === 'rPh') phonetic = true;
        else if (name === 't') inText = !phonetic;
      },
      close(name) {
        if (name === 'si') strings.push(unescapeExcel(current));
        else if (name === 'rPh') phonetic = false;
        else if (name === 't') inText = false;
      },
      text(text) {
        if (inText) current += text;
      },
    },
    maxBytes,
  );
  return strings;
}

/** Characters that XML cannot hold are written `_x000D_` (ECMA-376 part 1, 22.9.2.19). */
export function unescapeExcel(text: string): string {
  return text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
    : text;
}

async function readStyles(
  archive: ZipArchive,
  part: string | undefined,
  maxBytes: number,
): Promise<(DateStyle | null)[]> {
  const styles: (DateStyle | null)[] = [];
  if (part === undefined) return styles;
  const codes = new Map<number, string>();
  let inCells = false;
  await readXml(
    archive.read(part),
    {
      open(name, attributes) {
        if (name === 'numFmt')
          codes.set(Number(attribute(attributes, 'numFmtId')), attribute(attributes, 'formatCode') ?? '');
        else if (name === 'cellXfs') inCells = true;
        else if (name === 'xf' && inCells) {
          const id = Number(attribute(attributes, 'numFmtId') ?? 0);
          styles.push(dateStyle(id, codes.get(id)));
        }
      },
      close(name) {
        if (name === 'cellXfs') inCells = false;
      },
    },
    maxBytes,
  );
  return styles;
}
