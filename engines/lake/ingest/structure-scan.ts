import type { CsvDialect } from './csv-dialect.ts';
import {
  type RecordRange,
  type RecordReaderOptions,
  readRecords,
  type ScannedRecord,
} from './record-reader.ts';
import { oddity } from './record-scanner.ts';

/**
 * `blank` a line of nothing, `empty` delimiters only, `sparse` one filled cell of three or more, `comment` a line
 * that starts with a comment mark, `full` all others.
 */
export type RunKind = 'blank' | 'empty' | 'sparse' | 'comment' | 'full';

/** Neighbouring records of one kind and one number of cells. */
export interface Run {
  kind: RunKind;
  cells: number;
  records: number;
  line: number;
  /** Line after the last one of the run. */
  endLine: number;
  offset: number;
  /** Where its last record starts. */
  lastLine: number;
  lastOffset: number;
  /** Byte after the last line end of the run. */
  end: number;
  /** Cells of its first records. */
  lead: string[][];
}

export interface SampleRow {
  line: number;
  cells: string[];
}

export interface Structure {
  runs: Run[];
  /** Records spread over the whole file. */
  sample: SampleRow[];
  lines: number;
  lineEnds: { lf: number; crlf: number; cr: number };
  /** How many records have each oddity, by its flag. */
  oddities: Map<number, number>;
  longestRecord: number;
  end: number;
}

const leadRecords = 12;
const maxLeadCells = 200;
/** Cells that leads may hold in full; past it they are cut. */
const maxLeadBudget = 2_000_000;
const maxSampleCells = 400_000;
const denseSample = 2000;
const sparseSample = 12;
/** Past it the content of old runs is forgotten, so that a file where every line differs stays within memory. */
const maxRunsWithLead = 3000;
const maxRuns = 500_000;

/** One pass over a text file: how its records run, with a sample of them. Memory is bounded by the runs. */
export async function scanStructure(
  path: string,
  range: RecordRange,
  dialect: CsvDialect,
  options: RecordReaderOptions,
): Promise<Structure> {
  const scan = new StructureScan(range, options.linesAreRecords === true);
  await readRecords(path, range, dialect, options, (record) => {
    scan.add(record);
    return true;
  });
  return scan.finish();
}

class StructureScan {
  private readonly structure: Structure;
  private readonly counts = new Int32Array(128);
  private run: Run | null = null;
  private sampleCells = 0;
  private leadCells = 0;
  private blockOffset = -1;
  private inBlock = 0;

  private readonly linesAreRecords: boolean;

  constructor(range: RecordRange, linesAreRecords: boolean) {
    this.linesAreRecords = linesAreRecords;
    this.structure = {
      runs: [],
      sample: [],
      lines: range.line - 1,
      lineEnds: { lf: 0, crlf: 0, cr: 0 },
      oddities: new Map(),
      longestRecord: 0,
      end: range.start,
    };
  }

  add(record: ScannedRecord): void {
    const { structure } = this;
    const { scanner } = record;
    const kind = kindOf(record);
    const end =
      record.offset +
      (scanner.recordEnd - record.from) +
      (scanner.lineEnd === 2 ? 2 : scanner.lineEnd === 0 ? 0 : 1);
    const length = end - record.offset;
    if (length > structure.longestRecord) structure.longestRecord = length;
    this.counts[scanner.oddities] = (this.counts[scanner.oddities] as number) + 1;
    if (scanner.lineEnd === 1) structure.lineEnds.lf++;
    else if (scanner.lineEnd === 2) structure.lineEnds.crlf++;
    else if (scanner.lineEnd === 3) structure.lineEnds.cr++;
    let run = this.run;
    if (run === null || run.kind !== kind || run.cells !== scanner.cells) {
      run = this.openRun(kind, record);
    }
    run.records++;
    run.endLine = record.line + (this.linesAreRecords ? 0 : scanner.innerLines) + 1;
    run.end = end;
    run.lastLine = record.line;
    run.lastOffset = record.offset;
    structure.end = end;
    structure.lines = run.endLine - 1;
    if (kind === 'blank' || kind === 'empty') return;
    let cells: string[] | null = null;
    if (run.records <= leadRecords) {
      cells = readCells(record);
      run.lead.push(this.leadCells < maxLeadBudget ? cells : cells.slice(0, maxLeadCells));
      this.leadCells += cells.length;
    }
    if (kind === 'full') this.sample(record, cells);
  }

  private openRun(kind: RunKind, record: ScannedRecord): Run {
    const { runs } = this.structure;
    const previous = this.run;
    if (previous && runs.length >= maxRuns) return previous;
    const run: Run = {
      kind,
      cells: record.scanner.cells,
      records: 0,
      line: record.line,
      endLine: record.line,
      offset: record.offset,
      lastLine: record.line,
      lastOffset: record.offset,
      end: record.offset,
      lead: [],
    };
    runs.push(run);
    const forgotten = runs[runs.length - 100];
    if (forgotten && runs.length > maxRunsWithLead) forgotten.lead = forgotten.lead.slice(0, 0);
    this.run = run;
    return run;
  }

  /** The first records, then a few of every block that is read, as long as the cells fit the budget. */
  private sample(record: ScannedRecord, cells: string[] | null): void {
    const { sample } = this.structure;
    const offset = Math.floor(record.offset / 2 ** 20);
    if (offset !== this.blockOffset) {
      this.blockOffset = offset;
      this.inBlock = 0;
    }
    if (this.sampleCells > maxSampleCells) return;
    if (sample.length >= denseSample && this.inBlock >= sparseSample) return;
    if (sample.length < denseSample && this.sampleCells > maxSampleCells / 2) return;
    this.inBlock++;
    const read = cells ?? readCells(record);
    this.sampleCells += read.length;
    sample.push({ line: record.line, cells: read });
  }

  finish(): Structure {
    const { structure, counts } = this;
    for (const flag of Object.values(oddity)) {
      let total = 0;
      counts.forEach((count, flags) => {
        if (flags & flag) total += count;
      });
      structure.oddities.set(flag, total);
    }
    return structure;
  }
}

export function readCells({ scanner, bytes }: ScannedRecord): string[] {
  const stored = Math.min(scanner.cells, scanner.starts.length);
  const cells = new Array<string>(stored);
  for (let i = 0; i < stored; i++) cells[i] = scanner.text(bytes, i);
  return cells;
}

const hash = 35;

function kindOf({ scanner, bytes, from }: ScannedRecord): RunKind {
  if (scanner.filled === 0) return scanner.cells <= 1 ? 'blank' : 'empty';
  if (bytes[from] === hash) return 'comment';
  return scanner.filled === 1 && scanner.cells >= 3 ? 'sparse' : 'full';
}
