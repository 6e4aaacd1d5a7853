/**
 * Asks the registry which of the packages that Stroma runs with have known weaknesses, and fails on those of high or
 * critical severity. Where the registry's advisory service cannot be asked (offline, a mirror without it), it says so
 * and fails nothing.
 *   node scripts/dependency-audit.ts
 */
import { spawnSync } from 'node:child_process';

export interface Verdict {
  asked: boolean;
  ok: boolean;
  lines: string[];
}

interface Finding {
  name: string;
  severity: string;
  range?: string;
  fixAvailable?: boolean | { name: string; version: string };
  via?: (string | { title?: string; url?: string })[];
}

const refused = new Set(['high', 'critical']);

/** What the answer of `npm audit --json` means; an answer that is no report means that nobody was asked. */
export function verdictOn(answer: string): Verdict {
  let report: { vulnerabilities?: Record<string, Finding>; message?: string; error?: { summary?: string } };
  try {
    report = JSON.parse(answer.slice(Math.max(0, answer.indexOf('{'))));
  } catch {
    return unasked('npm gave no answer that can be read');
  }
  if (report.vulnerabilities === undefined)
    return unasked(report.message || report.error?.summary || 'the registry gave no report');
  const findings = Object.values(report.vulnerabilities);
  const grave = findings.filter(({ severity }) => refused.has(severity));
  const others = findings.length - grave.length;
  if (grave.length === 0)
    return {
      asked: true,
      ok: true,
      lines: [`No known weakness of high or critical severity; ${others} of lesser severity.`],
    };
  return {
    asked: true,
    ok: false,
    lines: [
      ...grave.map(lineOf),
      `${grave.length} of high or critical severity. Update them before anything else.`,
    ],
  };
}

function lineOf({ name, severity, range, fixAvailable, via = [] }: Finding): string {
  const reasons = via.map((each) =>
    typeof each === 'string' ? `by ${each}` : `${each.title} ${each.url ?? ''}`.trim(),
  );
  const fix =
    typeof fixAvailable === 'object'
      ? `fixed by ${fixAvailable.name} ${fixAvailable.version}`
      : fixAvailable === true
        ? 'a fix is there'
        : 'no fix yet';
  return `${severity}: ${name} ${range ?? ''} (${reasons.join('; ')}), ${fix}`;
}

const unasked = (reason: string): Verdict => ({
  asked: false,
  ok: true,
  lines: [
    `Known weaknesses of dependencies could NOT be asked for: ${reason}. Run this where the registry answers.`,
  ],
});

if (import.meta.main) {
  const { stdout, error } = spawnSync(
    'npm',
    ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=15000'],
    { encoding: 'utf8', timeout: 40_000, shell: process.platform === 'win32', maxBuffer: 64 * 1024 * 1024 },
  );
  const { ok, lines } = error === undefined ? verdictOn(stdout) : unasked(error.message);
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exitCode = ok ? 0 : 1;
}
