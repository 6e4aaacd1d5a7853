import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityFaults,
  faultsInAllLooks,
  type Look,
  launchChromium,
  pageOf,
  saved,
} from './browser.ts';
import { administrator, type RunningStroma, startStroma } from './stroma-server.ts';

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

/** As a program that tries a list of passwords. */
const stuff = (accounts: number, domain: string) =>
  Promise.all(
    Array.from({ length: accounts }, (_, n) =>
      fetch(`${stroma.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: `user${n}@${domain}`, password: 'a leaked password' }),
      }),
    ),
  );

describe('Admin > Security', () => {
  it('teaches while nothing has happened, shows a threat as it comes, and closes it', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/');
    await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Admin' }).click();
    await page
      .getByRole('navigation', { name: 'Admin pages' })
      .getByRole('link', { name: 'Security' })
      .click();
    await page.getByText('No threat was noticed').waitFor();
    await stuff(6, 'leaked.example');
    // Nobody reloads: the page hears of it.
    await page.getByText('6 accounts failed to sign in from one address within 15 min.').waitFor();
    const { text } = await saved(page, () => page.getByRole('button', { name: 'Export CSV' }).click());
    expect(text).toContain('accounts_from_one_address');
    await page.getByRole('button', { name: 'Credential stuffing' }).click();
    const panel = page.getByRole('dialog');
    await panel.getByText('Accounts tried').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await panel.getByRole('button', { name: 'I look into it' }).click();
    await panel.getByText('Being looked into').waitFor();
    await panel.getByText('A false alarm').click();
    await panel.getByLabel('Note').fill('Our own penetration test');
    await panel.getByRole('button', { name: 'Resolve' }).click();
    await panel.getByText('Our own penetration test').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('cell', { name: 'A false alarm' }).waitFor();
    await page.getByLabel('Status', { exact: true }).selectOption('Not resolved');
    await page.getByText('Nothing matches').waitFor();
    expect(complaints).toEqual([]);
  });

  it('changes the policy, which then blocks; the block is lifted by hand', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/admin/security?view=policy');
    await page.getByText('No file of places is set').waitFor();
    for (const severity of ['Medium', 'High', 'Critical'])
      await page.getByLabel(`Credential stuffing, ${severity}: what is done`).selectOption('Block');
    await page.getByLabel('Accounts from one address').fill('4');
    await page.getByRole('button', { name: 'Save policy' }).click();
    await page.getByText('The policy is in force.').waitFor();
    await page.reload();
    expect(await page.getByLabel('Accounts from one address').inputValue()).toBe('4');
    await stuff(5, 'blocked.example');
    await page.goto('/admin/security?view=blocks');
    await page.getByRole('button', { name: /^Unblock/ }).click();
    await page.getByText('Nobody is shut out').waitFor();
    await page.goto('/admin/security?view=policy');
    await page.getByRole('button', { name: 'Back to the default' }).click();
    await page.getByRole('button', { name: 'Save policy' }).click();
    await page.getByText('The policy is in force.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('lets a session that waits go on once its person has confirmed who they are', async () => {
    const { page } = await pageOf(browser, stroma, wide);
    await page.goto('/admin/security?view=policy');
    // How grave two exports are depends on how many of them the look that finds them meets.
    for (const severity of ['Medium', 'High', 'Critical'])
      await page.getByLabel(`Unusual export volume, ${severity}: what is done`).selectOption('Ask for proof');
    await page.getByLabel('Never below, files').fill('1');
    await page.getByRole('button', { name: 'Save policy' }).click();
    await page.getByText('The policy is in force.').waitFor();
    await page.evaluate(async () => {
      for (let n = 0; n < 2; n += 1)
        await fetch('/api/v1/audit/export?format=csv').then((each) => each.text());
    });
    const dialog = page.getByRole('dialog', { name: 'Is it you?' });
    const refused = () =>
      page.evaluate(() => fetch('/api/v1/audit/events?limit=1').then((answer) => answer.status >= 400));
    await expect.poll(refused, { interval: 200 }).toBe(true);
    await page.goto('/admin/members');
    await dialog.getByRole('textbox').fill(administrator.password);
    await dialog.getByRole('button').first().click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('cell', { name: 'admin@stroma.local' }).waitFor();
  });
});

describe('the page', () => {
  it('can be read by everybody and fits, narrow and wide, in light and dark', async () => {
    const { page } = await pageOf(browser, stroma, { scheme: 'dark', width: 390 });
    for (const view of ['threats', 'policy', 'blocks', 'rules']) {
      await page.goto(`/admin/security?view=${view}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status').first().waitFor({ state: 'detached' });
      expect(await faultsInAllLooks(page, `security-${view}`), view).toEqual([]);
    }
  });
});
