import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropFiles, faultsInAllLooks, launchChromium, openPage, pageOf, picture, signIn } from './browser.ts';
import { sleepstudy } from './sleepstudy.ts';
import { type RunningStroma, startStromaProcess } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;
const study = sleepstudy();
const fileName = 'sleepstudy.csv';

beforeAll(async () => {
  [stroma, browser] = await Promise.all([startStromaProcess(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await stroma?.stop();
});

describe('the first minute', () => {
  it('goes from a dropped file to an answered question', async () => {
    const { page, context, complaints } = await openPage(browser, stroma.url, {
      scheme: 'light',
      width: 1440,
    });
    await signIn(page);
    await page.getByRole('heading', { name: 'Nothing is here yet' }).waitFor();

    await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Data' }).click();
    await page.getByRole('heading', { name: 'No data yet' }).waitFor();
    await dropFiles(page, [{ name: fileName, content: study.content }]);
    await page.locator(`[data-upload="${fileName}"][data-status="succeeded"]`).waitFor({ timeout: 60_000 });
    await picture(page, 'uploaded');

    await page.getByRole('link', { name: 'Open', exact: true }).click();
    await page.getByRole('tab', { name: 'Profile' }).click();
    await page.locator('[data-column="Reaction"]').getByRole('button').click();
    await page.locator('[data-column="Reaction"]').getByText('Standard deviation').waitFor();
    await picture(page, 'profile');

    await page.getByRole('link', { name: 'Ask a question' }).click();
    await page.getByRole('textbox', { name: 'Question', exact: true }).fill('average reaction by days');
    await page.keyboard.press('Enter');
    const line = page.locator('figure svg .mark-line path').first();
    await line.waitFor();
    expect((await line.getAttribute('d'))?.split('L').length).toBe(10);

    const grid = page.getByRole('grid').first();
    const cells = await grid.getByRole('gridcell').allTextContents();
    const shown = new Map<number, number>();
    for (let at = 0; at < cells.length; at += 2) shown.set(Number(cells[at]), Number(cells[at + 1]));
    for (const [day, mean] of study.meanByDay) expect(shown.get(day)).toBeCloseTo(mean, 2);

    await page.locator('.cm-content').waitFor();
    expect(await page.locator('.cm-content').textContent()).toMatch(/avg\(/i);
    await picture(page, 'answer');

    await page.getByRole('button', { name: 'Provenance' }).click();
    const dialog = page.getByRole('dialog', { name: 'Provenance' });
    await dialog.getByRole('button', { name: /sleepstudy\.csv\s*raw file/ }).waitFor();
    await picture(page, 'provenance');
    await dialog.getByRole('button', { name: 'Run again' }).click();
    await page.getByText('the answer is the same').first().waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    for (const [format, ending] of [
      ['PNG', '.png'],
      ['SVG', '.svg'],
      ['CSV', '.csv'],
    ] as const) {
      const download = page.waitForEvent('download');
      await page.locator('figure').getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: format }).click();
      expect((await download).suggestedFilename()).toBe(`average-of-reaction-by-days${ending}`);
    }

    await page.reload();
    await line.waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('runs changed SQL, and says in place what is wrong with it', async () => {
    const { page } = await pageOf(browser, stroma, { scheme: 'light', width: 1440 });
    await page.goto('/ask?q=average%20reaction%20by%20days');
    const editor = page.locator('.cm-content');
    await editor.click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('SELECT max(Reaction) AS slowest FROM nowhere');
    await page
      .getByText(/nowhere/)
      .nth(1)
      .waitFor();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('SELECT count(*) AS n FROM dataset');
    await page.keyboard.press('ControlOrMeta+Enter');
    await page.getByText('This is the answer to your SQL.').waitFor();
    await page.getByRole('gridcell', { name: '180' }).waitFor();
    await page.getByRole('button', { name: 'Back to the question' }).click();
    await page.locator('figure svg .mark-line path').first().waitFor();
  });

  it('takes a word for what it is told to', async () => {
    const { page } = await pageOf(browser, stroma, { scheme: 'light', width: 1440 });
    await page.goto('/ask?q=average%20reaction%20by%20days');
    await page.locator('[data-word="days"]').click();
    await page.getByRole('menuitem', { name: 'Subject' }).first().click();
    await page.getByText('1 correction of yours is in this answer.').waitFor();
    await page.getByRole('columnheader', { name: 'Subject' }).first().waitFor();
    await page.reload();
    await page.getByRole('columnheader', { name: 'Subject' }).first().waitFor();
    await page.getByRole('button', { name: 'Take back' }).click();
    await page.getByRole('columnheader', { name: 'Days' }).first().waitFor();
  });

  it('says which words it did not understand, and what it could answer', async () => {
    const { page } = await pageOf(browser, stroma, { scheme: 'light', width: 1440 });
    await page.goto('/ask?q=average%20flurbleness%20by%20days');
    await page.locator('mark', { hasText: 'flurbleness' }).waitFor();
    await page.getByRole('region', { name: 'These can be answered' }).getByRole('button').first().click();
    await page.getByRole('heading', { name: 'Result' }).waitFor();
  });
});

describe('every page', () => {
  it('is accessible in light and dark, narrow and wide, keeps to its policy and does not scroll sideways', {
    timeout: 300_000,
  }, async () => {
    const look = { scheme: 'light', width: 390 } as const;
    const { page, context, complaints } = await openPage(browser, stroma.url, look);
    const faults: string[] = [];
    const check = async (name: string) => faults.push(...(await faultsInAllLooks(page, name)));
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await check('sign-in');
    await signIn(page);
    const id = await newestDataset(page);
    const pages: [name: string, address: string, shown: string][] = [
      ['home', '/', 'main ul a'],
      ['data', '/data', 'main table'],
      ['preview', `/data/${id}`, '[role=gridcell]'],
      ['profile', `/data/${id}?tab=profile&column=Reaction`, '[data-column] dl'],
      ['issues', `/data/${id}?tab=issues`, '[role=tabpanel] li, [role=tabpanel] h2'],
      ['rejects', `/data/${id}?tab=rejects`, '[role=tabpanel] h2'],
      ['decisions', `/data/${id}?tab=decisions`, '[data-decision]'],
      ['access', `/data/${id}?tab=access`, '[role=tabpanel] h2'],
      ['versions', `/data/${id}?tab=versions`, '[role=tabpanel] li'],
      ['lineage', `/data/${id}?tab=lineage`, '[role=tabpanel] svg g'],
      ['ask', '/ask', 'form input'],
      ['answer', '/ask?q=average%20reaction%20by%20days', 'figure svg .mark-line'],
      ['jobs', '/jobs', '[data-job]'],
      ['playground', '/playground', 'form'],
      ['settings', '/settings', 'main dl'],
      ['emergency access', '/emergency', 'main form'],
      ['not-found', '/nowhere', 'h1'],
    ];
    for (const [name, address, shown] of pages) {
      await page.goto(address);
      const arrived = page.locator(shown).first().waitFor();
      await arrived.catch(() => faults.push(`${name} never showed ${shown}`));
      await check(name);
    }
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('dialog').waitFor();
    await check('palette');
    expect(faults).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

/** The newest dataset; adds the study when this test runs alone. */
async function newestDataset(page: Page): Promise<string> {
  const newest = async () => {
    const answer = await page.request.get('/api/v1/data/datasets?limit=1');
    return ((await answer.json()) as { items: { dataset_id: string }[] }).items[0]?.dataset_id;
  };
  const found = await newest();
  if (found !== undefined) return found;
  await page.goto('/data');
  await page.getByRole('heading', { name: 'No data yet' }).waitFor();
  await dropFiles(page, [{ name: fileName, content: study.content }]);
  await page.locator(`[data-upload="${fileName}"][data-status="succeeded"]`).waitFor({ timeout: 60_000 });
  return (await newest()) ?? '';
}
