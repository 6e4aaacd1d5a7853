import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataServer, startDataServer } from '../../data/data-server.suite.ts';
import { openAuditAnchors } from './audit-anchors.ts';
import { openAudit } from './open-audit.ts';
import { opensslVersion, startTimeStampServer, type TimeStampServer } from './time-stamp-server.suite.ts';

describe.skipIf(opensslVersion() === null)('checkpoints under a time-stamp (skipped without OpenSSL)', () => {
  let server: DataServer;
  let authority: TimeStampServer;
  const folder = mkdtempSync(join(tmpdir(), 'stroma-anchors-'));
  const anchorFile = join(folder, 'elsewhere', 'checkpoints.jsonl');
  beforeAll(async () => {
    authority = await startTimeStampServer();
    server = await startDataServer({
      STROMA_AUDIT_ANCHOR_FILE: anchorFile,
      STROMA_AUDIT_TSA_URL: authority.url,
      STROMA_AUDIT_TSA_CERTIFICATE: authority.root,
    });
  });
  afterAll(async () => {
    await server.close();
    await authority.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const anchor = () =>
    server.admin.call<{ kept_in: string[]; time_stamp: string }>('POST', '/audit/checkpoints');
  const verified = async () => {
    const { body } = await server.admin.call<{ job_id: string }>('POST', '/audit/verify');
    return (await server.admin.jobEnd(body.job_id)).result as {
      intact: boolean;
      checkpoints: number;
      findings: { kind: string; explanation: string }[];
    };
  };

  it('are kept in all three places, and the record verifies against them', async () => {
    const { status, body } = await anchor();
    expect(status).toBe(201);
    expect(body.kept_in).toEqual(['file', 'object_store', 'time_stamp']);
    expect(Number.isNaN(Date.parse(body.time_stamp))).toBe(false);
    expect(readFileSync(anchorFile, 'utf8').trim().split('\n')).toHaveLength(1);
    expect(await verified()).toMatchObject({ intact: true, checkpoints: 2 });
    const listed = await server.admin.call<{ items: { time_stamp: string }[] }>('GET', '/audit/checkpoints');
    expect(listed.body.items).toEqual([expect.objectContaining({ time_stamp: body.time_stamp })]);
  });

  it('are refused when the authority does not stamp, and nothing is kept', async () => {
    authority.behave('stamps-another-hash');
    expect((await anchor()).status).toBe(502);
    authority.behave('well');
    expect(readFileSync(anchorFile, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('are found out when somebody alters the file', async () => {
    const before = readFileSync(anchorFile, 'utf8');
    const kept = JSON.parse(before) as { sha256: string; time_stamp_token: string };
    const altered = { ...kept, sha256: 'a'.repeat(64) };
    writeFileSync(anchorFile, `${JSON.stringify(altered)}\n`);
    const { findings } = await verified();
    expect(findings.map(({ kind }) => kind)).toContain('checkpoint_differs');
    writeFileSync(anchorFile, before);
    expect((await verified()).intact).toBe(true);
  });

  it('are not begun with an authority whose certificate is not given', async () => {
    const { platform } = server;
    const audit = await openAudit(platform);
    const config = { ...platform.config, STROMA_AUDIT_TSA_CERTIFICATE: undefined };
    await expect(openAuditAnchors({ ...platform, config }, audit)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});
