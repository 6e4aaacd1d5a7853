import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
const narrow: Look = { scheme: 'dark', width: 390 };

/** Forty people, who share four postal codes and two diagnoses. */
const patients = [
  'name,email,zip,diagnosis',
  ...Array.from({ length: 40 }, (_, row) => {
    const first = ['Anna', 'Robert', 'Maria', 'Peter', 'Laura', 'James', 'Susan', 'David'][row % 8];
    const last = ['Miller', 'Brown', 'Wilson', 'Taylor', 'Anderson'][row % 5];
    const zip = ['94110', '94112', '94114', '94117'][row % 4];
    return `${first} ${last},${first?.toLowerCase()}.${last?.toLowerCase()}${row}@example.org,${zip},${row % 3 === 0 ? 'asthma' : 'diabetes'}`;
  }),
].join('\n');

describe('the anonymise wizard', () => {
  it('finds who is pointed to, shows risk before and after, and makes the dataset without them', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/data');
    await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
    await dropFiles(page, [{ name: 'patients.csv', content: patients }]);
    await page.getByRole('link', { name: 'patients', exact: true }).waitFor();

    await page.goto('/admin/privacy/anonymise');
    expect(await faultsOf(page, 'anonymise-empty-light-wide')).toEqual([]);
    await page.getByLabel('Dataset').selectOption('patients');
    const column = (name: string) => page.locator(`[data-column="${name}"]`);
    await column('name').getByText('Name', { exact: true }).waitFor();
    await column('email').getByText('E-mail', { exact: true }).waitFor();
    await page.getByLabel('What becomes of name').selectOption('Remove');
    await page.getByLabel('What becomes of email').selectOption('Pseudonymise');
    await page.getByLabel('What becomes of zip').selectOption('Quasi-identifier');
    await page.getByLabel('What becomes of diagnosis').selectOption('Keep');
    await page.getByRole('button', { name: 'Try' }).click();
    const smallest = page
      .getByRole('row', { name: /Smallest group/ })
      .getByRole('cell')
      .last();
    await smallest.filter({ hasText: /\d/ }).waitFor();
    expect(Number(await smallest.textContent())).toBeGreaterThanOrEqual(5);
    expect(await faultsOf(page, 'anonymise-tried-light-wide')).toEqual([]);

    await page.getByRole('button', { name: 'Anonymise', exact: true }).click();
    await page.getByText('Done', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Open the result' }).click();
    await page.getByRole('heading', { name: 'patients, anonymised' }).waitFor();
    const id = new URL(page.url()).pathname.split('/').at(-1);
    const rows = await (await page.request.get(`/api/v1/data/datasets/${id}/download?format=csv`)).text();
    expect(rows.trim().split('\n')).toHaveLength(41);
    expect(rows).not.toMatch(/Anna|Miller|@example\.org/);
    expect(rows).toContain('asthma');
    expect(complaints).toEqual([]);
  });
});

describe('emergency access', () => {
  it('is opened with a reason, used, ended, and reviewed by somebody else', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    const reviewer = await colleague('admin');
    await page.goto('/emergency');
    await page.getByText('Nobody has needed it yet').waitFor();
    const open = page.getByRole('button', { name: 'Open emergency access' });
    await page.getByLabel('What happened').fill('too short');
    expect(await open.isDisabled()).toBe(true);
    await page.getByLabel('What happened').fill('Unconscious patient, the allergy list is needed at once.');
    await page.getByLabel('For how long').selectOption('15 minutes');
    await open.click();
    const own = (status: string) => page.locator(`[data-emergency="${status}"]`);
    await own('open').waitFor();
    expect(await faultsOf(page, 'emergency-open-light-wide')).toEqual([]);
    await own('open').getByRole('button', { name: 'End now' }).click();
    await own('to_review').waitFor();
    expect(await own('to_review').getByRole('button').count()).toBe(0);

    const other = await openPage(browser, stroma.url, narrow);
    await signIn(other.page, reviewer);
    await other.page.goto('/emergency');
    await other.page.getByRole('button', { name: 'Review' }).click();
    const dialog = other.page.getByRole('dialog');
    await dialog.getByLabel('What you found').fill('Asked the ward: it was so.');
    expect(await faultsOf(other.page, 'emergency-review-dark-narrow')).toEqual([]);
    await dialog.getByRole('button', { name: 'It was justified' }).click();
    await other.page.locator('[data-emergency="justified"]').getByText('Asked the ward').waitFor();
    expect([...complaints, ...other.complaints]).toEqual([]);
    await other.context.close();
  });
});

describe('retention', () => {
  it('changes a period, holds everything and lifts it, and disposes of what is due', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/admin/retention');
    const dialog = page.getByRole('dialog');
    const chat = page.getByRole('row', { name: /Questions in plain language/ });
    await chat.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('Days').fill('400');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await chat.getByText('400 days').waitFor();

    await page.getByText('Nothing is on hold').waitFor();
    await page.getByRole('button', { name: 'Place a hold' }).click();
    await dialog.getByLabel('What is kept').selectOption('Everything');
    await dialog.getByLabel('Reason').fill('Inspection announced for December.');
    expect(await faultsOf(page, 'retention-hold-light-wide')).toEqual([]);
    await dialog.getByRole('button', { name: 'Place a hold' }).click();
    const hold = page.getByRole('listitem').filter({ hasText: 'Inspection announced' });
    await hold.getByText('In force').waitFor();
    await hold.getByRole('button', { name: 'Lift' }).click();
    await dialog.getByLabel('Reason').fill('The inspection is over.');
    await dialog.getByRole('button', { name: 'Lift' }).click();
    await hold.getByText('Lifted', { exact: true }).waitFor();

    await page.getByText('Nothing was disposed of yet.').waitFor();
    await page.getByRole('button', { name: 'Apply now' }).click();
    await dialog.getByRole('button', { name: 'Apply now' }).click();
    await page.getByText('nothing was due').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('compliance', () => {
  it('measures against a standard, shows each control with its evidence, signed, and saves it', async () => {
    const { page, complaints } = await pageOf(browser, stroma, wide);
    await page.goto('/admin/compliance');
    await page.getByText('No report yet').waitFor();
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Confirm access review' }).click();
    await dialog
      .getByLabel('What was reviewed, and with whom')
      .fill('All accounts, with the head of the lab.');
    await dialog.getByRole('button', { name: 'Put on record' }).click();
    await page
      .getByText('account is on record')
      .or(page.getByText('accounts is on record'))
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Make a report' }).first().click();
    await dialog.getByLabel('Standard').selectOption('21 CFR Part 11');
    await dialog.getByRole('button', { name: 'Make a report' }).click();
    await page.getByRole('link', { name: '21 CFR Part 11' }).click();
    await page.getByText('Valid: it is what was signed').waitFor();
    await page.getByRole('button', { name: 'Sign', exact: true }).click();
    await dialog.getByLabel('What you say by signing').selectOption('I approve this');
    await dialog.getByLabel('Your password or authenticator code').fill(administrator.password);
    await dialog.getByRole('button', { name: 'Sign', exact: true }).click();
    await page
      .getByRole('list', { name: 'Signatures' })
      .getByText(/Approved by/)
      .waitFor();
    expect(await faultsOf(page, 'compliance-report-light-wide')).toEqual([]);
    const met = page.getByRole('radio', { name: /^\d+ ?Met$/ });
    await met.click();
    const controls = page
      .getByRole('main')
      .getByRole('listitem')
      .filter({ has: page.getByRole('heading', { level: 3 }) });
    await page.getByText('Organisational', { exact: true }).nth(1).waitFor({ state: 'detached' });
    expect(await controls.count()).toBe(Number.parseInt((await met.textContent()) ?? '', 10));
    await page.getByRole('radio', { name: /^All/ }).click();
    await page.getByText('Events on record').first().click();
    const json = await saved(page, () => page.getByRole('button', { name: 'JSON' }).click());
    expect(JSON.parse(json.text)).toMatchObject({ standard: 'part11', signature_valid: true });
    const pdf = await saved(page, () => page.getByRole('button', { name: 'PDF' }).click());
    expect(pdf.text).toMatch(/^%PDF-/);
    expect(complaints).toEqual([]);
  });
});

it('can be read by everybody and fits, narrow and wide, in light and dark', async () => {
  const { page } = await pageOf(browser, stroma, narrow);
  for (const [name, path, heading] of [
    ['anonymise', '/admin/privacy/anonymise', 'Anonymise'],
    ['emergency', '/emergency', 'Emergency access'],
    ['retention', '/admin/retention', 'Periods'],
    ['compliance', '/admin/compliance', 'Reports'],
    ['api-keys', '/admin/api-keys', 'API keys'],
  ] as const) {
    await page.goto(path);
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    expect(await faultsInAllLooks(page, name)).toEqual([]);
  }
});

/** Somebody else of the organisation, by invitation. */
async function colleague(role: string): Promise<typeof administrator> {
  const ask = async (path: string, data?: object, token?: string) => {
    const headers = {
      ...(data && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const request = { headers, ...(data && { method: 'POST', body: JSON.stringify(data) }) };
    const answer = await fetch(`${stroma.url}/api/v1${path}`, request);
    const text = await answer.text();
    expect(answer.ok, `${path}: ${text}`).toBe(true);
    return text === '' ? null : JSON.parse(text);
  };
  const { token } = await ask('/auth/login', administrator);
  const person = { email: 'berta@lab.example', password: 'nine lanterns over harbour' };
  await ask('/access/invitations', { email: person.email, role }, token);
  const [mail] = (await ask('/mail/outbox', undefined, token)).items;
  const invitation = /#(?:token=)?(\S+)/.exec(mail.text)?.[1];
  await ask('/auth/invitations/accept', { token: invitation, name: 'Berta', password: person.password });
  return person;
}
