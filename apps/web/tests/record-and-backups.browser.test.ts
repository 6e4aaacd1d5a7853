import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsInAllLooks, faultsOf, type Look, launchChromium, pageOf, saved, visit } from './browser.ts';
import { administrator, type RunningStroma, startStroma } from './stroma-server.ts';

const target = mkdtempSync(join(tmpdir(), 'stroma-backups-'));
let stroma: RunningStroma;
let browser: Browser;
beforeAll(async () => {
  const settings = { STROMA_BACKUP_TARGET: target, STROMA_BACKUP_PASSPHRASE: 'sixteen grey geese go north' };
  [stroma, browser] = await Promise.all([startStroma(administrator.password, settings), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await stroma?.stop();
  rmSync(target, { recursive: true, force: true });
});

const wide: Look = { scheme: 'light', width: 1440 };
const narrow: Look = { scheme: 'dark', width: 390 };

describe('the audit record', () => {
  it('is searched, and an event is seen as it was written, with its place in the chain', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    const refused = await fetch(`${stroma.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: administrator.email, password: 'not this one' }),
    });
    expect(refused.status).toBe(401);
    await page.goto('/admin/audit');
    const rows = page.getByRole('table').locator('tbody').getByRole('row');
    await rows.filter({ hasText: 'session.started' }).first().waitFor();
    // Who tried is not known, so it is in the record of the installation.
    await page.getByLabel('Whose').selectOption('The installation’s');
    await rows.filter({ hasText: 'system.started' }).waitFor();
    await page.getByLabel('Outcome').selectOption('Refused');
    await rows.filter({ hasText: 'system.started' }).waitFor({ state: 'detached' });
    expect(await rows.count()).toBe(1);
    await page.getByLabel('What').selectOption('session');
    await rows.filter({ hasText: 'session.refused' }).getByRole('button').click();
    const event = page.getByRole('dialog');
    await event.getByText('This event is as it was written.').waitFor();
    await event.getByText('signature fits').waitFor();
    expect(await faultsOf(page, 'audit-event-light-wide')).toEqual([]);
    const address = page.url();
    await page.reload();
    await event.getByText('This event is as it was written.').waitFor();
    expect(page.url()).toBe(address);
    await event.getByRole('button', { name: 'Close' }).click();
    await page.getByLabel('Find a name, id, address or word').fill('no such word anywhere');
    await page.getByText('No event matches').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await rows.filter({ hasText: 'session.started' }).first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('says whether an event is about a text, which it does not hold', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/');
    const text = 'Ada unconscious in the emergency room, allergies unknown';
    const status = await page.evaluate(async (reason) => {
      const post = (path: string, body: object) =>
        fetch(`/api/v1/security/emergencies${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      const opened = await (await post('', { reason, minutes: 5 })).json();
      return (await post(`/${opened.emergency_id}/end`, {})).status;
    }, text);
    expect(status).toBe(200);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('who did what');
    await page.getByRole('option', { name: 'Audit' }).click();
    await page.getByLabel('What').selectOption('break-glass');
    const rows = page.getByRole('table').locator('tbody').getByRole('row');
    await rows.filter({ hasText: 'break-glass.opened' }).first().getByRole('button').click();
    const event = page.getByRole('dialog');
    await event.getByText('reason_hmac').waitFor();
    expect(await event.textContent()).not.toContain('unconscious');
    await event.getByLabel('Text', { exact: true }).fill(`${text} `);
    await event.getByRole('button', { name: 'Compare' }).click();
    await event.getByText('The event is about another text.').waitFor();
    await event.getByLabel('Text', { exact: true }).fill(text);
    await event.getByRole('button', { name: 'Compare' }).click();
    await event.getByText('It is this text (reason).').waitFor();
    expect(await faultsOf(page, 'audit-compare-light-wide')).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('is verified, and says so, and is exported with its signature', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/admin/audit');
    const verdict = page.getByRole('status').filter({ has: page.getByRole('heading') });
    await verdict.getByRole('heading', { name: 'Not verified yet' }).waitFor();
    await page.getByRole('button', { name: 'Verify the record' }).click();
    await verdict.getByRole('heading', { name: 'Intact' }).waitFor();
    expect(await verdict.textContent()).toMatch(/\d+ events verified/);
    const exported = async (format: string) => {
      await page.getByRole('button', { name: 'Export' }).click();
      return saved(page, () => page.getByRole('menuitem', { name: format }).click());
    };
    const csv = await exported('Signed CSV');
    expect(csv.name).toMatch(/\.csv$/);
    expect(csv.text).toMatch(/,audit\.verified,[\s\S]*\n# sha256=[0-9a-f]{64} key_id=\w+ signature=\S+/);
    const json = await exported('Signed JSON');
    expect(json.text).toContain('"signature"');
    expect(json.text).toContain('audit.verified');
    expect(complaints).toEqual([]);
  });
});

describe('backups', () => {
  it('are made, restored aside to check them, and listed; the key is changed', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/admin/backups');
    await page.getByText('No backup yet').waitFor();
    await page.getByText('Backups are made by hand alone').waitFor();
    expect(await faultsOf(page, 'backups-empty-light-wide')).toEqual([]);
    await page.getByRole('button', { name: 'Back up now' }).first().click();
    const row = page.getByRole('table').locator('tbody').getByRole('row');
    await row.getByText('Kept').waitFor();
    await row.getByText('from this page').waitFor();
    expect(readdirSync(target)).toHaveLength(1);
    await row.getByText('never').waitFor();
    await row.getByRole('button', { name: 'Check' }).click();
    await row.getByText('restores', { exact: true }).waitFor();
    const list = await saved(page, () => page.getByRole('button', { name: 'Export CSV' }).click());
    expect(list.text).toContain(readdirSync(target)[0]);

    const keys = page.locator('section', { has: page.getByRole('heading', { name: 'Encryption keys' }) });
    const before = (await keys.locator('code').textContent()) ?? '';
    await keys.getByRole('button', { name: 'New key' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'New key' }).click();
    await keys.locator('code').filter({ hasNotText: before }).waitFor();
    expect(complaints).toEqual([]);
  });
});

it('can be read by everybody and fits, narrow and wide, in light and dark', async () => {
  const { page } = await pageOf(browser, stroma, narrow);
  await page.goto('/jobs');
  for (const name of ['audit', 'backups']) {
    await visit(page, `/admin/${name}`);
    await page.getByRole('table').waitFor();
    expect(await faultsInAllLooks(page, name)).toEqual([]);
  }
});
