import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { administrator, type RunningStroma } from './stroma-server.ts';

const places = [
  process.env.CHROMIUM_PATH,
  // A quarter less work than the whole browser.
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

let started: Promise<Browser> | null = null;

/** One for all files of a worker, with which it ends; closed, it lets go of the contexts that were opened through it. */
export async function launchChromium(): Promise<Browser> {
  started ??= startChromium();
  const browser = await started;
  const contexts: BrowserContext[] = [];
  const own: Pick<Browser, 'newContext' | 'close'> = {
    async newContext(options) {
      const context = await browser.newContext(options);
      contexts.push(context);
      return context;
    },
    async close() {
      await Promise.all(contexts.map((context) => context.close()));
    },
  };
  return own as Browser;
}

function startChromium(): Promise<Browser> {
  const executablePath = places.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined)
    throw new Error('Expected Chromium. Install it with: apt-get install chromium, or set CHROMIUM_PATH.');
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/**
 * Everything a page complains about: errors, and what the content security policy stopped. That nobody is signed
 * in yet is an answer, though the browser notes it as an error.
 */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const { url } = message.location();
    if (message.type() === 'error' && !url.endsWith('/auth/session'))
      complaints.push(`console: ${message.text()} ${url}`);
  });
  page.on('requestfailed', (request) => {
    const aborted = request.failure()?.errorText === 'net::ERR_ABORTED';
    if (!aborted) complaints.push(`request: ${request.url()} ${request.failure()?.errorText}`);
  });
  return complaints;
}

export interface Look {
  scheme: 'light' | 'dark';
  width: number;
}

interface Opened {
  page: Page;
  context: BrowserContext;
  complaints: string[];
}

const heightOf = (width: number): number => (width < 600 ? 844 : 900);

export async function openPage(browser: Browser, url: string, { scheme, width }: Look): Promise<Opened> {
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: scheme,
    viewport: { width, height: heightOf(width) },
    reducedMotion: 'reduce',
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  return { page, context, complaints: complaintsOf(page) };
}

export async function setLook(page: Page, { scheme, width }: Look): Promise<void> {
  await page.setViewportSize({ width, height: heightOf(width) });
  await page.emulateMedia({ colorScheme: scheme });
}

const pages = new WeakMap<RunningStroma, Map<string, Opened>>();

/**
 * The page of somebody who is signed in, as the test before left it: what costs most of a test is a new window and the
 * sign-in. So a test begins by going to an address. Complaints are those that come from here on.
 */
export async function pageOf(
  browser: Browser,
  stroma: RunningStroma,
  look: Look,
  person = administrator,
): Promise<Opened> {
  const known = pages.get(stroma) ?? new Map<string, Opened>();
  pages.set(stroma, known);
  const opened = known.get(person.email);
  if (opened === undefined) {
    const first = await openPage(browser, stroma.url, look);
    const answer = await first.page.request.post('/api/v1/auth/login', { data: person });
    if (!answer.ok()) throw new Error(`Expected to be signed in, got: ${await answer.text()}`);
    known.set(person.email, first);
    return first;
  }
  await setLook(opened.page, look);
  opened.complaints.length = 0;
  return opened;
}

/** Goes to an address as by a link within the app, which stays loaded; resolves when the page that was left is gone. */
export async function visit(page: Page, path: string): Promise<void> {
  const left = await page.locator('h1').first().elementHandle();
  await page.evaluate((to) => history.pushState(null, '', to), path);
  await left?.waitForElementState('hidden');
}

/** Signs in by the form, as a person does. */
export async function signIn(page: Page, { email, password } = administrator): Promise<void> {
  await page.goto('/');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('navigation', { name: 'Areas' }).waitFor();
}

/** Drops files on the page, as from a folder. */
export async function dropFiles(page: Page, files: { name: string; content: string }[]): Promise<void> {
  const transfer = await page.evaluateHandle((given) => {
    const data = new DataTransfer();
    for (const { name, content } of given) data.items.add(new File([content], name, { type: 'text/csv' }));
    return data;
  }, files);
  const zone = page.locator('main section').first();
  await zone.dispatchEvent('dragenter', { dataTransfer: transfer });
  await zone.dispatchEvent('drop', { dataTransfer: transfer });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Resolves when nothing fades or slides any more: half-way colours are nobody's choice. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
    const ending = document
      .getAnimations()
      .filter((each) => each.effect?.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(ending.map((each) => each.finished));
  });
}

/**
 * Serious and critical findings of axe on the page as it stands, in words. The colours of a page are the same at every
 * width, and to judge them is most of the work: a narrow page is held to them only where `rules` ask for it.
 */
export async function accessibilityFaults(page: Page, rules?: string[]): Promise<string[]> {
  await settled(page);
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  const results = await page.evaluate(async (only) => {
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<AxeResults> } };
    const narrow = window.innerWidth < 600 && { rules: { 'color-contrast': { enabled: false } } };
    return axe.run({ resultTypes: ['violations'], ...(only ? { runOnly: only } : narrow) });
  }, rules);
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    );
}

/** Pixels by which the page, or the part of it that scrolls, is wider than the window. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => {
    const scroller = document.querySelector('[data-scroller="page"]') ?? document.documentElement;
    return Math.max(
      document.documentElement.scrollWidth - window.innerWidth,
      scroller.scrollWidth - scroller.clientWidth,
    );
  });
}

/** What is wrong with how the page stands: faults of accessibility, or wider than its window. Takes its picture. */
export async function faultsOf(page: Page, name: string): Promise<string[]> {
  await picture(page, name);
  const wider = await sidewaysScroll(page);
  return [
    ...(await accessibilityFaults(page)),
    ...(wider > 0 ? [`${name} scrolls sideways by ${wider}`] : []),
  ];
}

/**
 * The faults of a page that came narrow, as on a telephone: as it is, drawn wide, and in the other colours, which are
 * the same at every width. It is left narrow and in those colours, for the next page to come in.
 */
export async function faultsInAllLooks(page: Page, name: string): Promise<string[]> {
  const isDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  const [came, other] = isDark ? (['dark', 'light'] as const) : (['light', 'dark'] as const);
  const faults: string[] = [];
  const add = (look: string, found: string[]) => faults.push(...found.map((each) => `${look}: ${each}`));
  for (const width of [390, 1440]) {
    const look = `${name}-${came}-${width}`;
    await setLook(page, { scheme: came, width });
    add(look, await faultsOf(page, look));
  }
  await setLook(page, { scheme: other, width: 1440 });
  await picture(page, `${name}-${other}-1440`);
  add(`${name}-${other}-1440`, await accessibilityFaults(page, ['color-contrast']));
  await setLook(page, { scheme: other, width: 390 });
  return faults;
}

/** Tells on the error stream where a page stands: of a long walk that stops, the step alone says little. */
export async function tellStanding(page: Page): Promise<void> {
  const said = await page
    .locator('body')
    .ariaSnapshot({ timeout: 2000 })
    .catch(() => 'nothing');
  process.stderr.write(`At ${page.url()} the page said:\n${said}\n`);
}

/** What the browser saves when `act` is done: the file's name and text. */
export async function saved(page: Page, act: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

/** Pictures for people, kept only where PICTURES=1 asks for them; the folder is ignored by git. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES !== '1') return;
  await settled(page);
  await page.screenshot({ path: resolve(import.meta.dirname, `../build/screenshots/${name}.png`) });
}
