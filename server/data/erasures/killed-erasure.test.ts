import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AuditEvent, ErasureCertificate, ProvenanceGraph } from '@stroma/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { startDataServer, startProcess } from '../data-server.suite.ts';
import { filesQuoting, her, Officer, tablesQuoting, visits } from './erasures.suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-killed-erasure-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = fileURLToPath(new URL('./erasing-process.suite.ts', import.meta.url));
const settings = { STROMA_ENCRYPT_OBJECTS: '0' };
/** As `main.ts` has it. */
const compiled = fileURLToPath(new URL('../../../.cache/compiled', import.meta.url));

/** Starts the server, which stands still at a moment; `end` waits for the moment and kills it there. */
async function startedUntil(moment: string) {
  const here = join(folder, 'here');
  const { process: child, person } = await startProcess(
    folder,
    { ...settings, STOPS_AT: moment, NODE_COMPILE_CACHE: compiled, UV_THREADPOOL_SIZE: '16' },
    program,
  );
  return {
    person,
    async end() {
      while (!existsSync(here)) {
        if (child.exitCode !== null) throw new Error('the server ended by itself');
        await new Promise((done) => setTimeout(done, 20));
      }
      child.kill('SIGKILL');
      await once(child, 'exit');
      rmSync(here);
    },
  };
}

/** Keys of all files of datasets. */
const stored = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes('/objects/data/'))
    .map((entry) => join(entry.parentPath, entry.name).replace(/.*\/objects\/data\//, ''))
    .map((path) => path.replaceAll('+/', '/'));

describe('an erasure whose process is killed', () => {
  it('is taken up, ends once, says everything that went, and loses nothing of others', async () => {
    const first = await startedUntil('an object is gone');
    const { person } = first;
    const mixed = await person.dataset('visits.csv', visits());
    const diary = await person.dataset('diary.csv', 'email,mood\nada@lovelace.example,1\n');
    const others = await person.dataset('others.csv', 'patient_id,steps\nP-1002,100\nP-1003,200\n');
    const question = "SELECT count(*) FROM dataset WHERE email = 'ada@lovelace.example'";
    const asked = (await person.sql(question, [mixed.dataset_id])).body;
    await person.call('POST', '/access/invitations', { email: 'ada@lovelace.example', role: 'viewer' });
    const consent = { subject: 'ada@lovelace.example', purposes: ['research'], wording: 'What was shown.' };
    await person.call('POST', '/privacy/consents', consent);
    const officer = new Officer(person);
    const request = await officer.request();
    await officer.search(request);
    const before = stored();
    const begun = await officer.erase(request, await officer.plan(request));
    expect(begun.status).toBe(202);
    await first.end();
    await (await startedUntil('the certificate is not committed')).end();

    const server = await startDataServer(settings, folder);
    try {
      const { admin, platform } = server;
      const job = await admin.jobEnd(begun.body.job_id);
      expect([job.status, job.error]).toEqual(['succeeded', null]);
      const path = `/privacy/erasures/${begun.body.erasure_id}/certificate`;
      const { certificate, signature_valid } = (await admin.call<ErasureCertificate>('GET', path)).body;
      expect(signature_valid).toBe(true);
      expect(certificate.verification).toMatchObject({ rows_found: 0, complete: true, remains: [] });
      expect(certificate).toMatchObject({ consents: 1, invitations: 1, mail: 1 });
      expect(certificate.versions.map(({ dataset_id }) => dataset_id).sort()).toEqual(
        [mixed.dataset_id, diary.dataset_id].sort(),
      );
      const after = new Set(stored());
      const gone = before.filter((key) => !after.has(key)).sort();
      expect(certificate.objects.map(({ key }) => key).sort()).toEqual(gone);

      const { rows } = await platform.db.execute('select certificate is not null as given from erasures');
      expect(rows).toEqual([{ given: true }]);
      for (const [action, times] of [
        ['person.erased', 1],
        ['erasure.started', 1],
        ['dataset.rows-erased', 1],
        ['dataset.purged', 1],
      ] as const) {
        const found = await admin.call<{ items: AuditEvent[] }>('GET', `/audit/events?action=${action}`);
        expect([action, found.body.items.length]).toEqual([action, times]);
      }

      expect(await filesQuoting(folder, her)).toEqual([]);
      expect(await tablesQuoting(server, her)).toEqual([]);
      const again = new Officer(admin);
      await again.search(request);
      expect(await again.plan(request)).toMatchObject({
        datasets: [],
        raw_files: 0,
        mail: 0,
        invitations: 0,
      });
      const left = await admin.sql('SELECT patient_id, glucose FROM dataset ORDER BY 1', [mixed.dataset_id]);
      expect(left.body.rows).toEqual([
        ['P-1002', 6.2],
        ['P-1003', 7.3],
        ['P-1004', 4.9],
      ]);
      const steps = await admin.sql('SELECT * FROM dataset ORDER BY 1', [others.dataset_id]);
      expect(steps.body.rows).toEqual([
        ['P-1002', 100],
        ['P-1003', 200],
      ]);
      expect((await admin.call('GET', `/data/datasets/${diary.dataset_id}`)).status).toBe(404);
      const { nodes } = (await admin.call<ProvenanceGraph>('GET', `/provenance/${asked.query_id}`)).body;
      expect(nodes.filter(({ type }) => type === 'activity').every((each) => each.signature_valid)).toBe(
        true,
      );
    } finally {
      await server.close();
    }
  }, 300_000);
});
