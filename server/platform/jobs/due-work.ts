const batch = 20;

export interface DueWork<Row> {
  /** The first `limit` of what is due, those that are longest due first. */
  due(limit: number): Promise<Row[]>;
  /** False where there was nothing to send after all: another process was first, or nobody wants it any more. */
  send(row: Row): Promise<boolean>;
  failed(row: Row, error: unknown): void;
}

/** Sends off all that is due and answers how much it was; one that fails holds no other up, and is tried once. */
export async function sendDue<Row extends { id: string }>(work: DueWork<Row>): Promise<number> {
  const tried = new Set<string>();
  for (let sent = 0; ; ) {
    const due = await work.due(batch + tried.size);
    const rows = due.filter(({ id }) => !tried.has(id));
    if (rows.length === 0) return sent;
    for (const row of rows) {
      tried.add(row.id);
      try {
        if (await work.send(row)) sent += 1;
      } catch (error) {
        work.failed(row, error);
      }
    }
  }
}
