import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { collectProcessMetrics, registry } from './platform/metrics/metrics.ts';

const deploy = resolve(import.meta.dirname, '../deploy');
const dashboards = readdirSync(join(deploy, 'grafana')).filter((name) => name.endsWith('.json'));
const read = (path: string) => readFileSync(join(deploy, path), 'utf8');

/** Named by this variable, or on the path: Debian's package `prometheus` brings it. */
const promtool = [process.env.STROMA_TEST_PROMTOOL, 'promtool'].find((program) => {
  try {
    if (program === undefined) return false;
    execFileSync(program, ['--version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
});

/** Every expression below a value, wherever it stands. */
function expressions(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, below]) =>
    typeof below === 'string' && ['expr', 'query', 'definition'].includes(name)
      ? [below]
      : expressions(below),
  );
}

/** Figures of ours and of the process. What Prometheus itself makes, such as `up`, is not among them. */
const named = (expression: string): string[] =>
  expression.match(/\b(?:stroma|process|nodejs)_[a-z0-9_]+/g) ?? [];

const known = new Set<string>();
beforeAll(async () => {
  // Whatever counts does so from where it happens: loading the server is what makes the figures known.
  await import('./app.ts');
  collectProcessMetrics();
  for (const metric of registry.getMetricsAsArray()) {
    known.add(metric.name);
    const { type } = await (metric as unknown as { get(): Promise<{ type: string }> }).get();
    if (type === 'histogram')
      for (const part of ['bucket', 'sum', 'count']) known.add(`${metric.name}_${part}`);
  }
});

describe('what stands in deploy/', () => {
  it.each(dashboards)('%s draws figures that are there', (file) => {
    const dashboard = JSON.parse(read(`grafana/${file}`)) as {
      uid: string;
      panels: { id: number; title: string }[];
    };
    expect(dashboard.uid).toBe(file.replace('.json', ''));
    const all = expressions(dashboard);
    expect(all.length).toBeGreaterThanOrEqual(dashboard.panels.length);
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(all.flatMap(named).filter((name) => !known.has(name))).toEqual([]);
  });

  it('alerts on figures that are there, each with what it means and what to do', () => {
    const { groups } = parse(read('prometheus/alerts.yml')) as {
      groups: { rules: { alert: string; expr: string; labels: object; annotations: object }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.flatMap(({ expr }) => named(expr)).filter((name) => !known.has(name))).toEqual([]);
    for (const { labels, annotations } of rules) {
      expect(labels).toHaveProperty('severity');
      expect(annotations).toMatchObject({ summary: expect.any(String), description: expect.any(String) });
    }
  });

  it.skipIf(promtool === undefined)(
    'is found right by promtool, and fires when it should (skipped without promtool: apt-get install prometheus)',
    () => {
      const run = (...words: string[]) =>
        execFileSync(promtool ?? '', words, {
          cwd: join(deploy, 'prometheus'),
          encoding: 'utf8',
          stdio: 'pipe',
        });
      expect(run('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
      expect(run('check', 'rules', 'alerts.yml')).toContain('SUCCESS');
      expect(run('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
    },
  );

  it.skipIf(promtool === undefined)(
    'draws by expressions that Prometheus reads, of figures named as it wants',
    async () => {
      const drawn = dashboards
        .flatMap((file) => expressions((JSON.parse(read(`grafana/${file}`)) as { panels: unknown }).panels))
        .map((expr) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'));
      const rules = drawn.map((expr, at) => ({ record: `drawn:expression:${at}`, expr }));
      const folder = mkdtempSync(join(tmpdir(), 'stroma-rules-'));
      try {
        const file = join(folder, 'drawn.json');
        writeFileSync(file, JSON.stringify({ groups: [{ name: 'drawn', rules }] }));
        expect(spawnSync(promtool ?? '', ['check', 'rules', file], { encoding: 'utf8' }).stderr).toBe('');
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
      const given = { input: await registry.metrics(), encoding: 'utf8' } as const;
      const { stdout, stderr } = spawnSync(promtool ?? '', ['check', 'metrics'], given);
      expect(`${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('stroma_'))).toEqual([]);
    },
  );
});
