import type {
  Dataset,
  ModelMonitor,
  MonitorCheck,
  MonitorFiring,
  MonitorRetrainingRun,
  Predictions,
  Promotion,
  RecordedOutcomes,
} from '@stroma/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DataServer, Person } from '../../data/data-server.suite.ts';
import { systemContext } from '../../platform/system-actor.ts';

let server: DataServer;
let scientist: Person;
let head: Person;
let learned: Dataset;
let model: string;

type Row = { length: number; width: number; site: string };
type Listed<T> = { items: T[] };
type Refusal = { error: { message: string; details: { refused: { reason: string }[] } } };

/** Two kinds that length tells apart, a tenth of them wrongly. */
const kindOf = (row: number): string => (row % 2 === 0 ? 'rare' : 'common');
function rowOf(row: number, longer = 0): Row {
  const turned = row % 10 === 3;
  const length = ((row % 2 === 0) !== turned ? 5 : 7) + ((row * 7) % 11) / 9 + longer + row / 1e5;
  return {
    length: Number(length.toFixed(5)),
    width: 3 + ((row * 5) % 7) / 10,
    site: ['north', 'south'][(row >> 1) % 2] ?? '',
  };
}
const ended = async (person: Person, path: string, body: object = {}) => {
  const asked = await person.call<{ job_id: string }>('POST', path, body);
  expect(asked.status).toBe(202);
  const job = await person.jobEnd(asked.body.job_id);
  expect(job.error).toBeNull();
  return job;
};

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Predicts rows and waits until they are kept. */
async function predict(rows: Row[], version = '1'): Promise<string[]> {
  const { body, status } = await scientist.call<Predictions>('POST', '/ml/predict', {
    model_id: model,
    version,
    rows,
  });
  expect(status).toBe(200);
  const ids = body.predictions.map(({ prediction_id }) => prediction_id as string);
  await until(async () => {
    const { rows: kept } = await server.platform.db.execute('select 1 from ml_predictions where id = $1', [
      ids.at(-1),
    ]);
    return kept.length > 0;
  });
  return ids;
}

async function monitorOf(settings: object): Promise<ModelMonitor> {
  const made = await scientist.call<ModelMonitor>('POST', '/ml/monitors', {
    model_id: model,
    name: 'Kinds as they come',
    version: '1',
    window: { kind: 'count', rows: 40 },
    windows: 3,
    ...settings,
  });
  expect([made.status, made.body]).toMatchObject([201, { revision: 1 }]);
  return made.body;
}

async function checked(monitor: ModelMonitor): Promise<MonitorCheck> {
  const { result } = await ended(scientist, `/ml/monitors/${monitor.monitor_id}/check`);
  const { body } = await scientist.call<MonitorCheck>(
    'GET',
    `/ml/monitors/${monitor.monitor_id}/checks/${result?.check_id}`,
  );
  return body;
}

const firingsOf = async ({ monitor_id }: ModelMonitor) =>
  (await scientist.call<Listed<MonitorFiring>>('GET', `/ml/monitors/${monitor_id}/firings`)).body.items;
const retrainingsOf = async ({ monitor_id }: ModelMonitor) =>
  (await scientist.call<Listed<MonitorRetrainingRun>>('GET', `/ml/monitors/${monitor_id}/retrainings`)).body
    .items;

interface Stage {
  server: DataServer;
  scientist: Person;
  /** What `model` learned `kind` from. */
  learned: Dataset;
  model: string;
}

/** Tried on a server and of a model that are there already: they cost more than all of this. */
export function watchedModels(stage: () => Stage): void {
  describe('outcomes and monitors', () => {
    beforeAll(async () => {
      ({ server, scientist, learned, model } = stage());
      head = await server.colleague('lab_director');
      await head.call('PUT', `/ml/models/${model}/prediction-log`, { enabled: true, share: 1 });
      await server.admin.call('PUT', `/data/datasets/${learned.dataset_id}/access`, {
        sensitivity: 'internal',
        rules: [],
      });
    });

    let monitor: ModelMonitor;
    let first: string[];
    const drift = {
      rule_id: 'drift',
      name: 'Length drifts',
      when: { kind: 'drift', of: 'columns', column: 'length' },
    };

    it('find no drift in rows like those that were learned from, and know how good the version is on them', async () => {
      first = await predict(Array.from({ length: 80 }, (_, row) => rowOf(row + 1000)));
      const outcomes = first.map((prediction_id, row) => ({ prediction_id, observed: kindOf(row + 1000) }));
      const { body } = await scientist.call<RecordedOutcomes>('POST', '/ml/outcomes', { outcomes });
      expect(body).toEqual({ recorded: 80, unchanged: 0, corrected: 0, refused: [] });
      const odd = await scientist.call<Refusal>('POST', '/ml/monitors', {
        ...{
          model_id: model,
          name: 'Odd',
          window: { kind: 'count', rows: 40 },
          thresholds: { severe_psi: 0.05 },
        },
      });
      expect([odd.status, odd.body.error.message]).toEqual([
        400,
        expect.stringContaining('moderate_psi is 0.1'),
      ]);
      monitor = await monitorOf({
        rules: [drift, { rule_id: 'worse', name: 'Worse', when: { kind: 'worse' } }],
      });
      const check = await checked(monitor);
      expect(check).toMatchObject({ rows: 80, labelled_rows: 80, severity: 'none' });
      expect(check.findings?.windows.map(({ whole, rows, severity }) => [whole, rows, severity])).toEqual([
        [true, 40, 'none'],
        [true, 40, 'none'],
      ]);
      const [quality] = check.findings?.windows[0]?.quality ?? [];
      expect(quality).toMatchObject({ metric: 'roc_auc', worse: false });
      expect(quality?.low).toBeLessThanOrEqual(quality?.value ?? 0);
      expect(check.rules.map(({ state }) => state)).toEqual(['ok', 'ok']);
      expect(check.findings?.windows[0]?.latency).toMatchObject({ rows: 40 });
      expect(await firingsOf(monitor)).toEqual([]);
      const { body: graph } = await scientist.call('GET', `/provenance/${check.provenance_id}`);
      expect(JSON.stringify(graph)).toContain(check.check_id);
    });

    it('are told once: again it changes nothing, another value takes saying so, what does not fit refuses all of it', async () => {
      const send = <T>(outcomes: object[], more: object = {}) =>
        scientist.call<T>('POST', '/ml/outcomes', { outcomes, ...more });
      const [one = '', two = ''] = first;
      const again = await send<RecordedOutcomes>([{ prediction_id: one, observed: kindOf(1000) }]);
      expect(again.body).toMatchObject({ recorded: 0, unchanged: 1 });
      const unknown = `prd_${crypto.randomUUID()}`;
      const refused = await send<Refusal>([
        { prediction_id: one, observed: 'common' },
        { prediction_id: two, observed: 'other' },
        { prediction_id: unknown, observed: 'rare' },
        { prediction_id: two, observed: 'rare' },
      ]);
      expect(refused.status).toBe(422);
      expect(refused.body.error.details.refused.map(({ reason }) => reason).sort()).toEqual([
        'differs',
        'twice',
        'unfit',
        'unknown',
      ]);
      expect(refused.body.error.message).toContain('so none was');
      const corrected = await send<RecordedOutcomes>([{ prediction_id: one, observed: 'common' }], {
        correct: true,
      });
      expect(corrected.body).toMatchObject({ corrected: 1 });
      const stranger = await server.stranger();
      const theirs = await stranger.call<Refusal>('POST', '/ml/outcomes', {
        outcomes: [{ prediction_id: one, observed: 'rare' }],
      });
      expect([theirs.status, theirs.body.error.details.refused[0]?.reason]).toEqual([422, 'unknown']);
    });

    it('come from a dataset too, by a key that the rows were sent with', async () => {
      const sent = [5001, 5002, 5003].map((row) => ({ ...rowOf(row), sample: row }));
      await predict(sent);
      const known = await scientist.dataset(
        'known.csv',
        'sample,found\n5001,common\n5002,rare\n5002,common\n5003,odd\n',
      );
      const path = `/ml/models/${model}/outcomes/from-dataset`;
      const body = { dataset_id: known.dataset_id, key: 'sample', observed: 'found' };
      const typo = await scientist.call<Refusal>('POST', path, { ...body, observed: 'fond' });
      expect([typo.status, typo.body.error.message]).toEqual([
        400,
        expect.stringContaining('Did you mean "found"'),
      ]);
      const { result } = await ended(scientist, path, body);
      expect(result).toEqual({
        ...{ matched: 2, ambiguous_keys: 1, recorded: 1, corrected: 0, unchanged: 0 },
        refused: { unfit: 1 },
      });
    });

    it('fire once when the stream drifts, however often it is looked at, and are over when it comes back', async () => {
      await predict(Array.from({ length: 37 }, (_, row) => rowOf(row + 2000, 1.5)));
      const [check] = await Promise.all([checked(monitor), checked(monitor)]);
      expect(check.findings?.windows.at(-1)).toMatchObject({
        severity: 'severe',
        worst: [{ column: 'length' }],
      });
      const [length] = check.findings?.columns ?? [];
      expect(length).toMatchObject({
        column: 'length',
        points: [{ severity: 'none' }, { severity: 'none' }, { severity: 'severe' }],
      });
      expect((await firingsOf(monitor)).map(({ rule_id, to_state }) => [rule_id, to_state])).toEqual([
        ['drift', 'firing'],
      ]);
      let subject: string | undefined;
      await until(async () => {
        const { body } = await server.admin.call<Listed<{ subject: string }>>('GET', '/mail/outbox');
        subject = body.items.map((mail) => mail.subject).find((each) => each.startsWith('Monitor'));
        return subject !== undefined;
      });
      expect(subject).toBe('Monitor Kinds as they come: "Length drifts" fires (version 1 of Kinds)');
      await predict(Array.from({ length: 40 }, (_, row) => rowOf(row + 3000)));
      await checked(monitor);
      expect((await firingsOf(monitor)).map(({ to_state }) => to_state)).toEqual(['ok', 'firing']);
    });

    it('retrain once when a rule says so, and what comes of it waits for somebody to agree', async () => {
      const retraining = { floor_hours: 24, promote_to: 'production' };
      const own = await monitorOf({ name: 'Retrained', retraining, rules: [{ ...drift, retrain: true }] });
      await predict(Array.from({ length: 40 }, (_, row) => rowOf(row + 4000, 1.5)));
      // The first look is cut off at the end of its transaction, where all it did was written: nothing of it is left.
      const { platform } = server;
      await platform.db.execute('create sequence looks');
      await platform.db.execute(
        "create function cut_off() returns trigger language plpgsql security definer as $$ begin if nextval('looks') = 1 then raise exception 'cut off'; end if; return new; end $$",
      );
      await platform.db.execute(
        'create trigger cut_off before update of standing on ml_monitors for each row execute function cut_off()',
      );
      await Promise.all([checked(own), checked(own)]);
      await platform.db.execute('drop trigger cut_off on ml_monitors');
      expect((await firingsOf(own)).map(({ to_state }) => to_state)).toEqual(['firing']);
      const [begun, ...more] = await retrainingsOf(own);
      expect(more).toEqual([]);
      expect(begun).toMatchObject({ cause: 'rule', rule_id: 'drift', from_number: 1 });
      const early = await scientist.call<Refusal>('POST', `/ml/monitors/${own.monitor_id}/retrain`, {});
      expect(early.status).toBe(409);
      await scientist.jobEnd(begun?.training_id ?? '');
      await platform.jobs.send(systemContext(platform.log), 'ml.monitoring-clock', {});
      let run = begun;
      await until(async () => {
        [run] = await retrainingsOf(own);
        return run?.ended_at !== null;
      });
      expect(run).toMatchObject({
        state: 'promotion_asked',
        to_number: 2,
        comparison: { metric: 'roc_auc', basis: 'outcomes' },
      });
      const { body } = await scientist.call<Listed<Promotion>>('GET', `/ml/models/${model}/promotions`);
      const [promotion] = body.items;
      expect(promotion).toMatchObject({ promotion_id: run?.promotion_id, number: 2, state: 'waiting' });
      const audit = await server.admin.call<Listed<{ action: string }>>('GET', '/audit/events?limit=200');
      const actions = audit.body.items.map(({ action }) => action);
      for (const action of [
        'outcomes.recorded',
        'model-monitor.fired',
        'model-retraining.started',
        'model-retraining.ended',
      ])
        expect(actions).toContain(action);
    });

    it('look and retrain by the clock, once however often it strikes; a retraining that is due too soon is put off', async () => {
      const { platform } = server;
      const schedule = { cron: '0 6 * * *', time_zone: 'Europe/Berlin' };
      const made = await monitorOf({
        name: 'By the clock',
        windows: 1,
        schedule,
        retraining: { schedule, promote_to: null },
      });
      const due = () =>
        platform.db.execute(
          'update ml_monitors set next_at = now(), next_retraining_at = now() where id = $1',
          [made.monitor_id],
        );
      const strike = async () => {
        const id = await platform.jobs.send(systemContext(platform.log), 'ml.monitoring-clock', {});
        await until(async () => {
          const { rows } = await platform.db.execute('select status from jobs where id = $1', [id]);
          return rows[0]?.status === 'succeeded';
        });
      };
      await due();
      await Promise.all([strike(), strike()]);
      const path = `/ml/monitors/${made.monitor_id}`;
      const look = async () =>
        (await scientist.call<Listed<{ scheduled: boolean }>>('GET', `${path}/checks`)).body.items;
      await until(async () => (await look()).length === 1);
      await due();
      await strike();
      await until(async () => (await look()).length === 2);
      expect((await look()).map(({ scheduled }) => scheduled)).toEqual([true, true]);
      expect((await scientist.call<ModelMonitor>('GET', path)).body.next_at).not.toBeNull();
      const [run, ...more] = await retrainingsOf(made);
      expect([run?.cause, more]).toEqual(['schedule', []]);
      await scientist.call('POST', `/data/jobs/${run?.training_id}/cancel`);
    });

    it('show no window to who is not shown a column the version learned from', async () => {
      const path = `/ml/monitors/${monitor.monitor_id}`;
      const technician = await server.colleague('technician');
      expect((await technician.call('GET', path)).status).toBe(200);
      await server.admin.call('PUT', `/data/datasets/${learned.dataset_id}/access`, {
        sensitivity: 'internal',
        rules: [
          {
            kind: 'mask',
            readers: { which: 'only', roles: ['technician'] },
            column: 'length',
            mask: { kind: 'hide' },
          },
        ],
      });
      const { newest } = (await scientist.call<ModelMonitor>('GET', path)).body;
      for (const below of ['', '/checks', `/checks/${newest?.check_id}`, '/firings', '/retrainings'])
        expect((await technician.call('GET', `${path}${below}`)).status).toBe(403);
      const listed = await technician.call<Listed<ModelMonitor>>('GET', '/ml/monitors');
      expect(listed.body.items).toEqual([]);
    });
  });
}
