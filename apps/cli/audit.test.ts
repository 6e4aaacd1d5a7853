import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkAuditExport } from './audit-export.ts';
import { Place } from './cli-process.suite.ts';

interface Verified {
  intact: boolean;
  organisations: {
    tenant_id: string;
    intact: boolean;
    events: number;
    findings: { kind: string; event_id: string | null; seal: number | null }[];
  }[];
}

describe('stroma audit', () => {
  let place: Place;
  beforeAll(() => {
    place = new Place();
  });
  afterAll(() => place.remove());
  const verify = () => place.json<Verified>(['audit', 'verify']);
  const store = async (statements: string) => {
    const database = await PGlite.create({ dataDir: join(place.folder, 'data', 'store') });
    const results = await database.exec(statements);
    await database.close();
    return results.at(-1)?.rows as Record<string, unknown>[];
  };

  it('verifies the record where no server runs, and names the row that somebody changed', async () => {
    expect(await verify()).toMatchObject({ status: 0, document: { intact: true } });
    const kept = await place.run(['audit', 'anchor']);
    expect(kept).toMatchObject({ status: 0 });
    const [event] = await store(`
      alter table audit_events disable trigger all;
      update audit_events set outcome = 'failure' where id = (select min(id) from audit_events);
      alter table audit_events enable trigger all;
      select min(id) as id from audit_events`);
    const found = await verify();
    expect(found.status).toBe(1);
    expect(found.document.organisations[0]?.findings).toEqual([
      expect.objectContaining({ kind: 'event_altered', event_id: event?.id }),
    ]);
  }, 200_000);

  it('says by the checkpoint outside that everything was thrown away', async () => {
    await store(`
      ${['audit_events', 'audit_links', 'audit_seals'].map((table) => `alter table ${table} disable trigger all; delete from ${table};`).join('\n')}
      delete from audit_pending`);
    const { status, document } = await verify();
    expect(status).toBe(1);
    expect(document.organisations[0]?.findings.map(({ kind }) => kind)).toContain('tail_removed');
  }, 200_000);

  it('refuses words it does not know', async () => {
    expect((await place.run(['audit', 'forget'])).status).toBe(2);
    expect((await place.run(['audit', 'verify', 'no-such-file.json'])).status).toBe(1);
  });
});

describe('an export of the audit record', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  const keyId = (key: KeyObject) =>
    createHash('sha256')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest('hex')
      .slice(0, 16);
  const signed = (text: string) => {
    const sha256 = createHash('sha256').update(text).digest('hex');
    const message = Buffer.from(`stroma audit 1\nexport ${sha256}`);
    return { sha256, signature: sign(null, message, privateKey).toString('base64') };
  };
  const json = (() => {
    const head = `{"format":"stroma audit export 1","public_keys":${JSON.stringify([{ key_id: keyId(publicKey), public_key: pem }])},\n"events":[\n{"event_id":"aud_1"}]`;
    const { sha256, signature } = signed(head);
    return `${head},\n"sha256":"${sha256}","key_id":"${keyId(publicKey)}","signature":"${signature}"}\n`;
  })();
  const csv = (() => {
    const head = 'event_id,time\r\naud_1,2026\r\naud_2,2026\r\n';
    const { sha256, signature } = signed(head);
    return `${head}# sha256=${sha256} key_id=${keyId(publicKey)} signature=${signature}\r\n`;
  })();

  it('is intact as it was written, and tells whose key it was held against', () => {
    expect(checkAuditExport(Buffer.from(json), null)).toMatchObject({
      intact: true,
      events: 1,
      trusted_key: false,
    });
    expect(checkAuditExport(Buffer.from(json), pem)).toMatchObject({ intact: true, trusted_key: true });
    expect(checkAuditExport(Buffer.from(csv), pem)).toMatchObject({ intact: true, events: 2 });
  });

  it('is not intact with any byte changed, or under another key', () => {
    expect(checkAuditExport(Buffer.from(json.replace('aud_1', 'aud_2')), pem).intact).toBe(false);
    expect(checkAuditExport(Buffer.from(csv.replace('2026', '2025')), pem).intact).toBe(false);
    const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }) as string;
    expect(checkAuditExport(Buffer.from(json), other).intact).toBe(false);
    expect(checkAuditExport(Buffer.from(csv), null).intact).toBe(false);
  });

  it('is told from any other file', () => {
    for (const text of ['', '{}', 'a,b\r\n1,2\r\n', '[1]'])
      expect(() => checkAuditExport(Buffer.from(text), pem)).toThrow(/export of the audit record/);
  });
});
