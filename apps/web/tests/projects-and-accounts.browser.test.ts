import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeNow } from './authenticator-app.ts';
import {
  dropFiles,
  faultsInAllLooks,
  faultsOf,
  type Look,
  launchChromium,
  openPage,
  pageOf,
  saved,
  signIn,
  visit,
} from './browser.ts';
import { administrator, type RunningStroma, startStroma } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;
const ada = { email: 'ada@lab.example', password: 'nine lanterns over harbour' };

beforeAll(async () => {
  [stroma, browser] = await Promise.all([startStroma(), launchChromium()]);
  const { token } = await ask<{ token: string }>('POST', '/auth/login', administrator);
  await ask('POST', '/access/invitations', { email: ada.email, role: 'scientist' }, token);
  const invitation = (await newestMail(ada.email)).text;
  await ask('POST', '/auth/invitations/accept', {
    token: /#(\S+)/.exec(invitation)?.[1],
    name: 'Ada',
    password: ada.password,
  });
});
afterAll(async () => {
  await browser?.close();
  await stroma?.stop();
});

async function ask<T>(method: string, path: string, body?: object, token?: string): Promise<T> {
  const answer = await fetch(`${stroma.url}/api/v1${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
  return (answer.status === 204 ? null : await answer.json()) as T;
}

async function newestMail(to: string): Promise<{ text: string; subject: string }> {
  const { token } = await ask<{ token: string }>('POST', '/auth/login', administrator);
  for (;;) {
    const { items } = await ask<{ items: { to: string; text: string; subject: string }[] }>(
      'GET',
      '/mail/outbox',
      undefined,
      token,
    );
    const found = items.find((mail) => mail.to === to);
    if (found !== undefined) return found;
    await new Promise((later) => setTimeout(later, 50));
  }
}

/** Types into a field that searches, and takes what it finds. */
async function pick(page: Page, field: Locator, typed: string, found: string): Promise<void> {
  await field.fill(typed);
  await page.getByRole('option', { name: found, exact: true }).click();
  expect(await field.inputValue()).toBe(found);
}

const linkIn = (text: string): string => new URL(/https?:\S+/.exec(text)?.[0] ?? '').href;
const wide: Look = { scheme: 'light', width: 1440 };
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

describe('a lab manager', () => {
  it('makes a project, puts people and a dataset into it, archives and reopens it', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/data');
    await dropFiles(page, [{ name: 'plates.csv', content: 'plate,signal\n1,2.5\n2,3.5\n3,4.5\n' }]);
    await page.getByRole('link', { name: 'plates', exact: true }).first().waitFor();

    await page.goto('/admin/projects');
    await page.getByText('No project yet').waitFor();
    await page.getByRole('button', { name: 'New project' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Plate study');
    await dialog.getByRole('button', { name: 'Make the project' }).click();
    await heading(page, 'Plate study').waitFor();

    await page.getByRole('button', { name: 'Add a member' }).click();
    await pick(page, dialog.getByLabel('Person'), 'ada', `Ada, ${ada.email}`);
    await dialog.getByLabel('Role in the project').selectOption('Reader');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByLabel('Role of Ada').selectOption('Lead');
    await page.getByText('Ada is Lead now.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Taken back.').waitFor();
    expect(await page.getByLabel('Role of Ada').inputValue()).toBe('reader');

    await page.getByRole('button', { name: 'Add a dataset' }).click();
    await pick(page, dialog.getByLabel('Dataset'), 'plat', 'plates');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'plates', exact: true }).waitFor();
    expect(await faultsOf(page, 'project-light-wide')).toEqual([]);

    await page.getByRole('button', { name: 'Archive' }).click();
    await page.getByText(/Archived since/).waitFor();
    expect(await page.getByLabel('Role of Ada').count()).toBe(0);
    await page.getByRole('button', { name: 'Reopen' }).click();
    await page.getByText(/Archived since/).waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('shares a dataset with one person, saves the list, ends the share and takes that back', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/admin/shares');
    await page.getByText('Nothing is shared').waitFor();
    await page.getByRole('button', { name: 'Share a dataset' }).click();
    const dialog = page.getByRole('dialog');
    await pick(page, dialog.getByLabel('Dataset', { exact: true }), 'plates', 'plates');
    await pick(page, dialog.getByLabel('Shared with'), ada.email, `Ada, ${ada.email}`);
    await dialog.getByRole('button', { name: 'Share a dataset' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('cell', { name: 'Ada', exact: true }).waitFor();
    const { name, text } = await saved(page, () => page.getByRole('button', { name: 'CSV' }).click());
    expect([name, text]).toEqual(['shares.csv', expect.stringContaining('plates')]);
    expect(await faultsOf(page, 'shares-light-wide')).toEqual([]);
    await page.getByRole('button', { name: 'End the share of plates with Ada' }).click();
    await page.getByText('Nothing is shared').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('cell', { name: 'Ada', exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('lists a purpose, retires it and brings it back', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/admin/purposes');
    await page.getByText('No purpose is listed').waitFor();
    await page.getByRole('button', { name: 'Add a purpose' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Purpose').fill('Clinical research');
    expect(await dialog.getByRole('button', { name: 'Add', exact: true }).isDisabled()).toBe(true);
    await dialog.getByLabel('Purpose').fill('clinical-research');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Retire' }).click();
    await page.getByText('retired', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Bring back' }).click();
    await page.getByText('retired', { exact: true }).waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });
});

describe('an account', () => {
  it('gets another address when the new one confirms it, and the former one takes it back', async () => {
    const { page, context, complaints } = await openPage(browser, stroma.url, wide);
    await signIn(page, ada);
    await page.goto('/account');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('E-mail address').fill('countess@lab.example');
    await dialog.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText('countess@lab.example waits to be confirmed').waitFor();
    expect(await faultsOf(page, 'email-change-light-wide')).toEqual([]);

    await page.goto(linkIn((await newestMail('countess@lab.example')).text));
    await page.getByRole('button', { name: 'Use this address' }).click();
    await page.getByText('Your address is changed.').waitFor();
    await page.goto('/account');
    await page.getByText('countess@lab.example', { exact: true }).waitFor();

    await page.goto(linkIn((await newestMail(ada.email)).text));
    await heading(page, 'Keep the former e-mail address').waitFor();
    await page.getByRole('button', { name: 'Stop or undo the change' }).click();
    await page.getByText('Your former address holds.').waitFor();
    await context.clearCookies();
    await signIn(page, ada);
    expect(complaints.filter((each) => !each.includes('401'))).toEqual([]);
    await context.close();
  });

  it('is moved to another address, asked for a second factor, and gets that reset when it is lost', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/admin/roles');
    const asked = page.getByRole('checkbox', { name: /^Scientist/ });
    await asked.check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved. Whoever it is asked of').waitFor();
    await page.reload();
    await page.getByRole('checkbox', { name: /^Scientist/, checked: true }).waitFor();

    await page.goto('/admin/members');
    await page.getByRole('button', { name: 'Actions for Ada' }).click();
    const item = page.getByRole('menuitem', { name: 'Reset second factor' });
    expect(await item.getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('menuitem', { name: 'Change e-mail address' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('New e-mail address').fill('ada.byron@lab.example');
    await dialog.getByLabel('Reason').fill('Asked for it at the desk');
    expect(await faultsOf(page, 'member-email-light-wide')).toEqual([]);
    await dialog.getByRole('button', { name: 'Change e-mail address' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('ada.byron@lab.example').waitFor();

    const own = await openPage(browser, stroma.url, wide);
    await own.page.goto('/sign-in');
    await own.page.getByLabel('E-mail address').fill('ada.byron@lab.example');
    await own.page.getByLabel('Password').fill(ada.password);
    await own.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await own.page.getByAltText('QR code for the authenticator app').waitFor();
    const secret = ((await own.page.locator('code').first().textContent()) ?? '').replace(/\s/g, '');
    await own.page.getByLabel('Code the app shows').fill(codeNow(secret));
    await own.page.getByRole('button', { name: 'Confirm' }).click();
    await own.page.getByLabel('I have kept them safe').check();
    await own.page.getByRole('button', { name: 'Done' }).click();
    await own.page.getByRole('navigation', { name: 'Areas' }).waitFor();

    await page.reload();
    await page.getByRole('button', { name: 'Actions for Ada' }).click();
    await page.getByRole('menuitem', { name: 'Reset second factor' }).click();
    await dialog.getByLabel('Reason').fill('Lost the phone in the cold room');
    await dialog.getByRole('button', { name: 'Reset second factor' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await newestMail('ada.byron@lab.example')).text).toContain('Lost the phone in the cold room');
    await own.page.goto('/data');
    await own.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(complaints).toEqual([]);
    await own.context.close();
  });
});

describe('projects, shares and purposes', () => {
  it('can be read by everybody and fit, narrow and wide, in light and dark', async () => {
    const narrow: Look = { scheme: 'light', width: 390 };
    const { page } = await pageOf(browser, stroma, narrow);
    await page.goto('/jobs');
    for (const path of ['projects', 'shares', 'purposes', 'members']) {
      await visit(page, `/admin/${path}`);
      await page.getByRole('table').waitFor();
      expect(await faultsInAllLooks(page, path), path).toEqual([]);
    }
    await visit(page, '/admin/projects');
    await page.getByRole('link', { name: 'Plate study' }).click();
    await heading(page, 'Plate study').waitFor();
    expect(await faultsInAllLooks(page, 'project')).toEqual([]);
  });
});
