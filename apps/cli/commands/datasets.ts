import type { CommandRun } from '../commands.ts';
import { requireServer } from '../connection.ts';
import { exitStatus } from '../failure.ts';
import { countText, tableView } from '../views/table-view.ts';

/** `{ items, next_cursor }`, as the API. */
export const datasets: CommandRun = async (running) => {
  const { invocation, output, signal } = running;
  const limit = invocation.number('limit', { least: 1 }) ?? undefined;
  const { client } = await requireServer(running);
  const page = await client.datasets.list({
    query: {
      limit,
      search: invocation.text('search') ?? undefined,
      cursor: invocation.text('cursor') ?? undefined,
    },
    signal,
  });
  await output.result(page, () => {
    if (page.items.length === 0) return 'No datasets yet. "stroma ingest <file>" makes one.';
    const columns = [
      { title: 'name' },
      { title: 'table' },
      { title: 'rows', right: true },
      { title: 'columns', right: true },
      { title: 'quality', right: true },
      { title: 'changed' },
      { title: 'id' },
    ];
    const rows = page.items.map((each) => [
      each.name,
      each.table_name,
      countText(each.rows),
      countText(each.column_count),
      each.quality_score.toFixed(2),
      each.updated_at.slice(0, 16).replace('T', ' '),
      each.dataset_id,
    ]);
    const more = page.next_cursor === null ? '' : `\n\nMore: --cursor ${page.next_cursor}`;
    return tableView(columns, rows, (text) => output.tint('bold', text)) + more;
  });
  return exitStatus.ok;
};
