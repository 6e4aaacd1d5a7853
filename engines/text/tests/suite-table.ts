/**
 * Questions over real tables with reference SQL written by hand from what the question means (`t` is the
 * table). `null`: the tables cannot answer it, so it must be refused. Several questions in a row are ways to ask
 * for the same thing.
 */
export interface SuiteTable {
  /** In the shared data pool. */
  file: string;
  asks: [reference: string | null, ...questions: string[]][];
}
