import { type Client, createClient } from '@stroma/sdk';
import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  accessibilityFaults,
  faultsInAllLooks,
  faultsOf,
  type Look,
  launchChromium,
  pageOf,
  picture,
  setLook,
} from './browser.ts';
import { controlsBoard, penguinsCsv } from './penguins.ts';
import { administrator, type RunningStroma, startStroma } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;
let client: Client;
let datasetId: string;
let page: Page;
let complaints: string[];

/** Adds the file, as a new version where a dataset is given; resolves when it is read. */
async function upload(rows: number, dataset_id?: string): Promise<string> {
  const { job_id } = await client.datasets.upload({
    query: { file_name: 'penguins.csv', ...(dataset_id !== undefined && { dataset_id }) },
    body: penguinsCsv(rows),
    headers: { 'content-type': 'application/octet-stream' },
  });
  const params = { id: job_id ?? '' };
  let job = await client.jobs.get({ params });
  while (job.status === 'queued' || job.status === 'running') {
    await new Promise((next) => setTimeout(next, 100));
    job = await client.jobs.get({ params });
  }
  return String(job.result?.dataset_id);
}

beforeAll(async () => {
  [stroma, browser] = await Promise.all([startStroma(), launchChromium()]);
  const session = await createClient({ baseUrl: stroma.url }).identity.login({ body: administrator });
  if (session.status !== 'signed_in' || session.token === null) throw new Error('expected to be signed in');
  client = createClient({ baseUrl: stroma.url, token: session.token });
  datasetId = await upload(90);
  ({ page, complaints } = await pageOf(browser, stroma, { scheme: 'light', width: 1440 }));
  await page.goto('/');
});
afterAll(async () => {
  await browser?.close();
  await stroma?.stop();
});

const tile = (name: string) => page.getByRole('region', { name, exact: true });
const number = (name: string) => tile(name).locator('[data-tile=number]');

async function addTile(
  kind: 'Chart' | 'Number',
  fill: (dialog: ReturnType<Page['getByRole']>) => Promise<void>,
) {
  await page.getByRole('button', { name: 'Add tile' }).click();
  await page.getByRole('menuitem', { name: kind }).click();
  const dialog = page.getByRole('dialog', { name: 'New tile' });
  await fill(dialog);
  await dialog.getByRole('button', { name: 'Add tile' }).click();
  await dialog.waitFor({ state: 'detached' });
}

describe('a dashboard', () => {
  let address = '';

  it('is built by hand: tiles chosen, moved by the keyboard, undone, saved', async () => {
    await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Dashboards' }).click();
    await page.getByRole('heading', { name: 'No dashboard yet' }).waitFor();
    expect(await faultsOf(page, 'dashboards-empty')).toEqual([]);
    await page.getByRole('button', { name: 'New dashboard' }).first().click();
    await page.getByLabel('Name').fill('Penguins');
    await page.getByRole('button', { name: 'Make dashboard' }).click();
    await page.getByRole('heading', { name: 'Nothing stands here yet' }).waitFor();

    await addTile('Chart', async (dialog) => {
      await dialog.getByRole('textbox', { name: 'Title' }).fill('By species');
      await dialog.getByRole('combobox', { name: 'By 1' }).selectOption('species');
      await dialog.locator('svg .mark-rect path').first().waitFor();
      expect(await faultsOf(page, 'tile-editor')).toEqual([]);
    });
    await tile('By species').locator('svg .mark-rect path').nth(2).waitFor();
    await addTile('Number', async (dialog) => {
      await dialog.getByRole('textbox', { name: 'Title' }).fill('Birds');
      await dialog.locator('[data-tile=number]', { hasText: '90' }).waitFor();
    });
    await addTile('Chart', async (dialog) => {
      await dialog.getByRole('textbox', { name: 'Title' }).fill('Mass by flipper');
      await dialog.getByRole('combobox', { name: 'Shown as' }).selectOption('scatter');
      await dialog.locator('svg .mark-symbol path').first().waitFor();
    });

    const place = () =>
      page
        .locator('[data-tile-id]', { has: tile('Birds') })
        .evaluate((each) => getComputedStyle(each).gridArea);
    const before = await place();
    await page.getByRole('button', { name: /^Move Birds/ }).press('ArrowRight');
    await expect.poll(place).not.toBe(before);
    await page.getByRole('button', { name: /^Move Birds/ }).press('Shift+ArrowRight');
    const moved = await place();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(place).toBe(before);
    await page.getByRole('button', { name: 'Redo' }).click();
    await expect.poll(place).toBe(moved);
    expect(await faultsOf(page, 'dashboard-editing')).toEqual([]);

    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
    address = new URL(page.url()).pathname;
    await page.reload();
    await number('Birds').waitFor();
    expect(await place()).toBe(moved);
  });

  it('is dragged and resized with the pointer', async () => {
    await page.goto(`${address}?edit=true`);
    await tile('By species').locator('svg .mark-rect path').first().waitFor();
    const handle = page.getByRole('button', { name: /^Move By species/ });
    const from = await handle.boundingBox();
    const column = (await tile('By species').boundingBox())?.width ?? 0;
    if (from === null) throw new Error('expected a handle');
    await page.mouse.move(from.x + 8, from.y + 8);
    await page.mouse.down();
    await page.mouse.move(from.x + 8 + column, from.y + 8, { steps: 4 });
    await page.mouse.up();
    const x = () =>
      page
        .locator('[data-tile-id]', { has: tile('By species') })
        .evaluate((each) => getComputedStyle(each).gridColumnStart);
    await expect.poll(x).toBe('7');
    await page.keyboard.press('ControlOrMeta+z');
    await expect.poll(x).toBe('1');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
  });

  it('filters the other tiles by a click, in its address; Escape takes it back', async () => {
    await page.goto(address);
    await expect.poll(() => number('Birds').textContent()).toBe('90');
    await tile('By species').locator('svg .mark-rect path').first().click();
    await page.locator('[data-cross]').waitFor();
    await expect.poll(() => number('Birds').textContent()).toBe('30');
    await page.reload();
    await expect.poll(() => number('Birds').textContent()).toBe('30');
    await picture(page, 'dashboard-crossed');
    await page.locator('h1').click();
    await page.keyboard.press('Escape');
    await expect.poll(() => number('Birds').textContent()).toBe('90');

    await page.getByRole('button', { name: 'More for By species' }).click();
    await page.getByRole('menuitem', { name: 'Choose a mark' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Gentoo/ })
      .click();
    await expect.poll(() => number('Birds').textContent()).toBe('30');
    await page.getByRole('button', { name: 'More for By species' }).click();
    await page.getByRole('menuitem', { name: 'Rows behind' }).click();
    const rows = page.getByRole('dialog', { name: 'Rows behind By species' });
    await rows.getByText('1 to 30 of 30').waitFor();
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('dialog', { name: 'Filter' }).getByRole('button', { name: 'island' }).click();
    await page.getByRole('button', { name: 'island: all' }).click();
    await page.getByRole('dialog', { name: 'island' }).getByRole('checkbox', { name: /Dream/ }).click();
    await expect.poll(() => number('Birds').textContent()).toBe('30');
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('filters by any of several marks, which go one by one or all with Escape', async () => {
    await page.goto(address);
    const birds = (count: number) => expect.poll(() => number('Birds').textContent()).toBe(String(count));
    await birds(90);
    const marks = tile('By species').locator('svg .mark-rect path');
    const chips = page.locator('[data-cross]');
    await marks.nth(0).click();
    await birds(30);
    await marks.nth(1).click({ modifiers: ['Shift'] });
    await birds(60);
    expect(await chips.count()).toBe(2);
    expect(await faultsOf(page, 'dashboard-several-marks')).toEqual([]);
    await chips.first().getByRole('button').click();
    await birds(30);
    await page.getByRole('button', { name: 'More for By species' }).click();
    await page.getByRole('menuitem', { name: 'Choose a mark' }).click();
    const boxes = page.getByRole('dialog').getByRole('checkbox');
    await boxes
      .and(page.getByRole('checkbox', { checked: false }))
      .first()
      .click();
    await expect.poll(() => boxes.and(page.getByRole('checkbox', { checked: true })).count()).toBe(2);
    await page.keyboard.press('Escape');
    await birds(60);
    await page.locator('h1').click();
    await page.keyboard.press('Escape');
    await birds(90);
    expect(await chips.count()).toBe(0);
  });

  it('moves when rows arrive: its socket names the tiles, and these are asked for', async () => {
    const heard: string[] = [];
    const opening = page.waitForEvent('websocket', (each) => {
      if (!each.url().includes('/ws/v1/analytics/')) return false;
      // From its first word on, which may come before the page is loaded.
      each.on('framereceived', ({ payload }) => heard.push(String(payload)));
      return true;
    });
    await page.goto(address);
    const socket = await opening;
    const told = (type: string) => heard.some((each) => each.includes(`"type":"${type}"`));
    await expect.poll(() => number('Birds').textContent()).toBe('90');
    await expect.poll(() => told('subscribed')).toBe(true);
    const asked = page.waitForRequest(
      (each) => each.url().endsWith('/data') && each.postDataJSON().tiles?.length > 0,
    );
    await upload(120, datasetId);
    await asked;
    await expect.poll(() => number('Birds').textContent()).toBe('120');
    expect(told('update')).toBe(true);
    const closing = socket.waitForEvent('close');
    await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Data' }).click();
    await closing;
  });

  it('follows its data without a socket too, comes back to it, and asks for everything after falling behind', async () => {
    const other = await page.context().newPage();
    let isUp = false;
    const ways: WebSocketRoute[] = [];
    await other.routeWebSocket(/\/ws\/v1\/analytics\//, async (way) => {
      if (!isUp) return way.close({ code: 1013 });
      way.connectToServer();
      ways.push(way);
    });
    await other.goto(address);
    const birds = other.getByRole('region', { name: 'Birds', exact: true }).locator('[data-tile=number]');
    await expect.poll(() => birds.textContent()).toBe('120');
    await upload(60, datasetId);
    await expect.poll(() => birds.textContent()).toBe('60');
    isUp = true;
    await expect
      .poll(async () => {
        await other.evaluate(() => dispatchEvent(new Event('online')));
        return ways.length;
      })
      .toBe(1);
    const everything = () =>
      other.waitForRequest((each) => each.url().endsWith('/data') && each.postDataJSON().tiles === undefined);
    const again = everything();
    ways[0]?.send(JSON.stringify({ type: 'resync' }));
    await again;
    await other.close();
  });

  it('loses nothing when somebody else saved it meanwhile', async () => {
    await page.goto(`${address}?edit=true`);
    await page.getByRole('button', { name: /^Move Birds/ }).press('ArrowLeft');
    const params = { id: address.split('/').at(-1) ?? '' };
    const { name, tiles, revision } = await client.dashboards.get({ params });
    await client.dashboards.update({ params, body: { name: `${name} of theirs`, tiles, revision } });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Somebody saved this dashboard meanwhile').waitFor();
    await page.getByRole('button', { name: 'Save over it' }).click();
    await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
    expect((await client.dashboards.get({ params })).name).toBe('Penguins');
    await page.getByRole('button', { name: 'Versions' }).click();
    const versions = page.getByRole('dialog', { name: 'Versions' });
    await versions.getByRole('button', { name: 'Restore' }).first().click();
    await page.getByRole('heading', { name: 'Penguins of theirs' }).waitFor();
  });

  it('takes an answer from the Ask page with one click', async () => {
    await page.goto('/ask?q=average%20mass%20by%20species');
    await page.getByRole('button', { name: 'Add to dashboard' }).click();
    await page.getByRole('menuitem', { name: /^Penguins/ }).click();
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.locator('[data-board=grid] section').nth(3).locator('svg .mark-rect path').first().waitFor();
  });

  it('is commented on, and shows a governed number with its definition', async () => {
    await page.goto('/data/metrics');
    await page.getByRole('button', { name: 'Define a metric' }).first().click();
    const form = page.getByRole('dialog', { name: 'Define a metric' });
    await form.getByLabel('Name', { exact: true }).fill('Mean mass');
    await form.getByLabel('Definition').fill('avg(mass)');
    await form.getByLabel('Unit', { exact: true }).fill('g');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('dialog').getByLabel('Note').fill('as the protocol says');
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('cell', { name: /Governed/ }).waitFor();
    expect(await faultsOf(page, 'metrics')).toEqual([]);

    await page.goto(`${address}?edit=true`);
    await addTile('Number', async (dialog) => {
      await dialog.getByRole('textbox', { name: 'Title' }).fill('Mass');
      await dialog.getByRole('combobox', { name: 'Measure 1' }).selectOption({ label: '✓ Mean mass' });
      await dialog.locator('[data-tile=number]').waitFor();
    });
    await tile('Mass').getByText('Governed').waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
    await page.getByRole('button', { name: 'More for Mass', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Comments' }).click();
    const comments = page.getByRole('dialog', { name: 'Comments: Mass' });
    await comments.getByRole('textbox', { name: 'Comment' }).fill('Is this before moulting?');
    await comments.getByRole('button', { name: 'Comment', exact: true }).click();
    await comments.getByText('Is this before moulting?').waitFor();
    await page.keyboard.press('Escape');
    await tile('Mass').getByRole('button', { name: '1 open comment' }).waitFor();
  });

  it('stands narrow and wide, in light and dark, for everybody', async () => {
    const narrow: Look = { scheme: 'light', width: 390 };
    await setLook(page, narrow);
    await page.goto('/dashboards');
    await page.getByRole('heading', { name: /^Penguins/ }).waitFor();
    expect(await faultsInAllLooks(page, 'dashboards')).toEqual([]);
    await page.goto(address);
    const bar = tile('By species').locator('svg .mark-rect path').first();
    await bar.waitFor();
    expect(await faultsInAllLooks(page, 'dashboard')).toEqual([]);
    await bar.waitFor();
  });

  it('puts all tiles in time, goes down, fills variables, looks again by itself, and fills the screen', async () => {
    const board = await controlsBoard(client, datasetId);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`/dashboards/${board}`);
    const shows = (name: string, count: number) =>
      expect.poll(() => number(name).textContent()).toBe(String(count));
    await shows('All birds', 60);
    await shows('Heavy birds', 20);
    await page.getByLabel('Least mass').fill('3000');
    await page.getByLabel('Least mass').press('Enter');
    await shows('Heavy birds', 60);

    await page.getByRole('button', { name: 'Time range: All time' }).click();
    const range = page.getByRole('dialog', { name: 'Time range' });
    await range.getByLabel('From').fill('2024-01-01');
    await range.getByLabel('To').fill('2024-03-31');
    await shows('All birds', 15);
    await shows('Heavy birds', 15);
    await page.keyboard.press('Escape');

    const down = tile('Down').locator('svg .mark-rect path');
    await down.first().click();
    const way = tile('Down').getByRole('navigation');
    await way.getByRole('button', { name: /Adelie|Gentoo|Chinstrap/ }).waitFor();
    await tile('Down').getByText('Biscoe').waitFor();
    expect(await faultsOf(page, 'dashboard-controls')).toEqual([]);
    await way.getByRole('button', { name: 'All' }).click();
    await tile('Down').getByText('Gentoo').waitFor();

    const areas = page.getByRole('navigation', { name: 'Areas' });
    await page.getByRole('button', { name: 'Full screen' }).click();
    await areas.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: /^Time range/ }).click();
    await range.waitFor();
    await picture(page, 'dashboard-full-screen');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Leave full screen' }).click();
    await areas.waitFor();

    const watching = await page.context().newPage();
    await watching.clock.install();
    await watching.goto(`/dashboards/${board}`);
    await watching.locator('[data-tile=number]', { hasText: '60' }).first().waitFor();
    const again = watching.waitForRequest((each) => each.url().endsWith(`${board}/data`));
    await watching.clock.fastForward(5000);
    await again;
    await watching.close();
  });

  it('breaks no policy of the page', () => {
    // That somebody else saved a board first is an answer, though the browser notes it as an error.
    expect(complaints.filter((each) => !each.includes('409 (Conflict)'))).toEqual([]);
  });
});
