import { StromaError } from '@stroma/kernel';
import type { SqlJsonResult, SqlOptions } from '@stroma/lake';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { openInProcessCache } from '../../platform/cache/in-process-cache.ts';
import type { Context } from '../../platform/context.ts';
import { anonymous } from '../../platform/http/request-context.ts';
import { type QueryPlan, QueryRunner, type RunnerTimes } from './query-runner.ts';

const log = pino({ level: 'silent' });
const plan = (sql: string, versionId = 'ver_1'): QueryPlan => ({
  sql,
  tables: [{ name: 'dataset', versionId, view: '' }],
  sources: async () => [{ name: 'dataset', path: '/nowhere' }],
  limits: {},
});
const context = (tenantId = 'tnt_1', signal = new AbortController().signal): Context => ({
  actor: { ...anonymous, tenantId },
  requestId: 'req_1',
  log,
  signal,
});
const answer = (value: number): SqlJsonResult => ({
  columns: [{ name: 'n', type: 'integer' }],
  rowsJson: Buffer.from(`[[${value}]]`),
  rowCount: 1,
  truncated: false,
  execution_ms: 1,
});

/** An engine whose every run ends when the test says so. */
function engine() {
  const runs: { sql: string; signal: AbortSignal | undefined; end: PromiseWithResolvers<SqlJsonResult> }[] =
    [];
  return {
    runs,
    queryJson(sql: string, _sources: unknown, options: SqlOptions = {}) {
      const end = Promise.withResolvers<SqlJsonResult>();
      runs.push({ sql, signal: options.signal, end });
      options.signal?.addEventListener('abort', () => end.reject(new StromaError('CANCELLED', 'stopped')));
      return end.promise;
    },
  };
}

function runnerWith(times?: Partial<RunnerTimes>) {
  const sandbox = engine();
  const cache = openInProcessCache();
  const defaults = { freshMs: 60_000, keptMs: 3_600_000, slowMs: 5 };
  const runner = new QueryRunner({ cache, log }, sandbox, { ...defaults, ...times });
  const begun = async (count: number) => {
    while (sandbox.runs.length < count) await new Promise(setImmediate);
    return sandbox.runs[count - 1] ?? expect.unreachable();
  };
  return { runner, sandbox, begun };
}

describe('the query runner', () => {
  it('runs equal queries that come at once as one, and gives the kept answer afterwards', async () => {
    const { runner, sandbox, begun } = runnerWith();
    const all = Promise.all(Array.from({ length: 16 }, () => runner.run(context(), plan('select 1'))));
    (await begun(1)).end.resolve(answer(1));
    expect((await all).map((ran) => ran.cached)).toEqual(Array(16).fill(false));
    const again = await runner.run(context(), plan('select 1'));
    expect(again).toMatchObject({ cached: true, stale: false, result: { rowsJson: '[[1]]' } });
    expect(sandbox.runs).toHaveLength(1);
  });

  it('never gives one tenant, one version or one statement the answer of another', async () => {
    const { runner, sandbox, begun } = runnerWith();
    const asked: [Context, QueryPlan][] = [
      [context('tnt_1'), plan('select 1')],
      [context('tnt_2'), plan('select 1')],
      [context('tnt_1'), plan('select 1', 'ver_2')],
      [context('tnt_1'), plan('select 2')],
      [context('tnt_1'), { ...plan('select 1'), limits: { maxRows: 5 } }],
    ];
    for (const [index, [ctx, wanted]] of asked.entries()) {
      const pending = runner.run(ctx, wanted);
      (await begun(index + 1)).end.resolve(answer(index));
      expect((await pending).result.rowsJson).toBe(`[[${index}]]`);
    }
    expect(sandbox.runs).toHaveLength(asked.length);
  });

  it('stops the run when the last one who waits has gone, not before', async () => {
    const { runner, begun } = runnerWith();
    const one = new AbortController();
    const two = new AbortController();
    const first = runner.run(context('tnt_1', one.signal), plan('select 1')).catch((error) => error.code);
    const second = runner.run(context('tnt_1', two.signal), plan('select 1')).catch((error) => error.code);
    const run = await begun(1);
    one.abort();
    expect(await first).toBe('CANCELLED');
    expect(run.signal?.aborted).toBe(false);
    two.abort();
    expect(await second).toBe('CANCELLED');
    expect(run.signal?.aborted).toBe(true);
  });

  it('gives the older answer marked stale while a slow run renews it', async () => {
    const { runner, begun } = runnerWith({ freshMs: 0 });
    const first = runner.run(context(), plan('select 1'));
    (await begun(1)).end.resolve(answer(1));
    await first;
    const slow = await runner.run(context(), plan('select 1'));
    expect(slow).toMatchObject({ cached: true, stale: true, result: { rowsJson: '[[1]]' } });
    const renewing = await begun(2);
    expect(renewing.signal?.aborted).toBe(false);
    const waiting = runner.run(context(), plan('select 1'));
    renewing.end.resolve(answer(2));
    expect((await waiting).result.rowsJson).toBe('[[2]]');
  });

  it('gives the older answer marked stale when the engine is overloaded, and its error when there is none', async () => {
    const { runner, begun } = runnerWith({ freshMs: 0, slowMs: 60_000 });
    const none = runner.run(context(), plan('select 1'));
    (await begun(1)).end.reject(new StromaError('OVERLOADED', 'full'));
    await expect(none).rejects.toMatchObject({ code: 'OVERLOADED' });
    const first = runner.run(context(), plan('select 1'));
    (await begun(2)).end.resolve(answer(1));
    await first;
    const second = runner.run(context(), plan('select 1'));
    (await begun(3)).end.reject(new StromaError('OVERLOADED', 'full'));
    expect(await second).toMatchObject({ stale: true, result: { rowsJson: '[[1]]' } });
  });

  it('does not hide an error of the statement behind an older answer, and keeps no failure', async () => {
    const { runner, begun } = runnerWith({ freshMs: 0, slowMs: 60_000 });
    const first = runner.run(context(), plan('select 1'));
    (await begun(1)).end.resolve(answer(1));
    await first;
    const second = runner.run(context(), plan('select 1'));
    (await begun(2)).end.reject(new StromaError('QUERY_FAILED', 'no'));
    await expect(second).rejects.toMatchObject({ code: 'QUERY_FAILED' });
  });
});
