import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultsInAllLooks, type Look, launchChromium, pageOf } from './browser.ts';
import { type RunningStroma, startStroma } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;

beforeAll(async () => {
  [stroma, browser] = await Promise.all([startStroma(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await stroma?.stop();
});

const wide: Look = { scheme: 'light', width: 1440 };

describe('an administrator', () => {
  it('invites somebody and takes the invitation back', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Admin' }).click();
    await page
      .getByRole('navigation', { name: 'Admin pages' })
      .getByRole('link', { name: 'Members' })
      .click();
    await page.getByRole('cell', { name: 'admin@stroma.local' }).waitFor();
    await page.getByRole('button', { name: 'Invite' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('E-mail address').fill('ada@example.org');
    await dialog.getByLabel('Role').selectOption('Scientist');
    await dialog.getByRole('button', { name: 'Send invitation' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Invitations' }).waitFor();
    await page.getByRole('button', { name: 'Take back the invitation of ada@example.org' }).click();
    await page.getByRole('heading', { name: 'Invitations' }).waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('makes a role, changes it, deletes it, and asks why', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/admin/roles');
    await page.getByRole('button', { name: 'New role' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Data steward');
    await dialog.getByRole('checkbox', { name: /datasets:read/ }).check();
    await dialog.getByRole('checkbox', { name: /datasets:delete/ }).check();
    await dialog.getByRole('checkbox', { name: 'only their own' }).last().check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const matrix = page.getByRole('region', { name: 'Permission matrix' });
    await matrix.getByRole('button', { name: 'Data steward' }).waitFor();
    await page.getByLabel('Roles shown').selectOption('Custom roles');
    const row = matrix.getByRole('row', { name: /datasets:delete/ });
    expect(await row.getByRole('cell').allInnerTexts()).toEqual(['may, for their own']);

    await page.getByLabel('Permission', { exact: true }).selectOption('tenants:write');
    await page.getByText('Administrator can.').waitFor();
    await page.reload();
    await page.getByText('Administrator can.').waitFor();

    await page.getByLabel('Roles shown').selectOption('Custom roles');
    await matrix.getByRole('button', { name: 'Data steward' }).click();
    await dialog.getByRole('button', { name: 'Delete role' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('There is no custom role yet.').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('the Admin area', () => {
  it('can be read by everybody and fits, narrow and wide, in light and dark', async () => {
    const { page } = await pageOf(browser, stroma, { scheme: 'dark', width: 390 });
    for (const path of ['/admin', '/admin/members', '/admin/roles']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status').first().waitFor({ state: 'detached' });
      expect(await faultsInAllLooks(page, path.slice(1).replace('/', '-')), path).toEqual([]);
    }
  });
});
