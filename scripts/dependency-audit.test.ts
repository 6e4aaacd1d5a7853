import { describe, expect, it } from 'vitest';
import { verdictOn } from './dependency-audit.ts';

const report = (...severities: string[]) =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(
      severities.map((severity, index) => [
        `package-${index}`,
        {
          name: `package-${index}`,
          severity,
          range: '<2.0.0',
          fixAvailable: { name: `package-${index}`, version: '2.0.0' },
          via: [{ title: 'Reads what it should not', url: 'https://example.org/advisory' }],
        },
      ]),
    ),
    metadata: {},
  });

describe('the audit of dependencies', () => {
  it('fails on high and critical, and says what and how', () => {
    for (const severity of ['high', 'critical']) {
      const verdict = verdictOn(report('low', severity));
      expect(verdict).toMatchObject({ asked: true, ok: false });
      expect(verdict.lines[0]).toContain(`${severity}: package-1 <2.0.0`);
      expect(verdict.lines[0]).toContain('fixed by package-1 2.0.0');
    }
  });

  it('passes with none, and with lesser ones, which it counts', () => {
    expect(verdictOn(report())).toMatchObject({ asked: true, ok: true });
    expect(verdictOn(report('low', 'moderate')).lines[0]).toContain('2 of lesser severity');
  });

  it('never fails where nobody could be asked, and says so', () => {
    const mirror =
      '{"message":"405 Method Not Allowed - POST https://mirror.example/advisories","error":{"summary":""}}';
    for (const answer of [mirror, '{"error":{"summary":"ENOTFOUND"}}', '', 'npm error', '{}', '[']) {
      const verdict = verdictOn(answer);
      expect(verdict).toMatchObject({ asked: false, ok: true });
      expect(verdict.lines[0]).toContain('could NOT be asked');
    }
    expect(verdictOn(mirror).lines[0]).toContain('405');
  });
});
