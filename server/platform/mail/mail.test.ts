import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMailServer } from './mail-server.suite.ts';
import { openOutbox } from './outbox-mail.ts';
import { openSmtp } from './smtp-mail.ts';

const folder = mkdtempSync(join(tmpdir(), 'stroma-mail-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('mail by SMTP', () => {
  let server: Awaited<ReturnType<typeof openMailServer>>;
  beforeAll(async () => {
    server = await openMailServer();
  });
  afterAll(() => server.close());

  it('reaches the server with sender, receiver, subject and text', async () => {
    const mail = openSmtp(server.url, 'Stroma <stroma@lab.example>');
    await mail.send({ to: 'ada@lab.example', subject: 'Grüße', text: 'A link: https://lab.example/x' });
    const received = await server.next();
    expect(received).toMatchObject({ from: 'stroma@lab.example', to: ['ada@lab.example'] });
    expect(received.text).toContain('https://lab.example/x');
    expect(received.subject).toBe('Grüße');
    await mail.close();
  });

  it('tries again when the server is busy, and not when it refuses', async () => {
    const mail = openSmtp(server.url, 'stroma@lab.example');
    server.answerNext(451);
    await mail.send({ to: 'ada@lab.example', subject: 'again', text: 'x' });
    expect((await server.next()).subject).toBe('again');
    const before = server.deliveries();
    server.answerNext(550);
    await expect(mail.send({ to: 'nobody@lab.example', subject: 'no', text: 'x' })).rejects.toMatchObject({
      code: 'MAIL_UNAVAILABLE',
    });
    expect(server.deliveries()).toBe(before + 1);
    await mail.close();
  });

  it('takes an address for one address, not for a list or a header', async () => {
    const mail = openSmtp(server.url, 'stroma@lab.example');
    await mail.send({ to: 'a@lab.example', subject: 'x\r\nBcc: eve@evil.example', text: 'x' });
    const received = await server.next();
    expect(received.to).toEqual(['a@lab.example']);
    expect(received.head).not.toMatch(/^Bcc:/im);
    await mail.close();
  });
});

describe('mail without a server', () => {
  it('waits in the data folder for its tenant, the newest first, closed to other users of the machine', async () => {
    const mail = openOutbox(folder, pino({ level: 'silent' }));
    await mail.send({ to: 'a@x.example', subject: 'first', text: 'one', tenantId: 'tnt_1' });
    await mail.send({ to: 'b@x.example', subject: 'second', text: 'two', tenantId: 'tnt_1' });
    await mail.send({ to: 'c@x.example', subject: 'other', text: 'three', tenantId: 'tnt_2' });
    const all = await mail.outbox('tnt_1', 10, null);
    expect(all.map(({ subject }) => subject)).toEqual(['second', 'first']);
    const next = await mail.outbox('tnt_1', 10, all[0]?.id ?? null);
    expect(next.map(({ subject }) => subject)).toEqual(['first']);
    expect(await mail.outbox('tnt_3', 10, null)).toEqual([]);
    const place = join(folder, 'outbox', 'tnt_1');
    for (const name of readdirSync(place)) expect(statSync(join(place, name)).mode & 0o077).toBe(0);
  });
});
