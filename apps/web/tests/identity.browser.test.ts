import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeNow } from './authenticator-app.ts';
import { accessibilityFaults, launchChromium, openPage, picture, sidewaysScroll } from './browser.ts';
import { administrator, type RunningStroma, startStroma } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;
beforeAll(async () => {
  [stroma, browser] = await Promise.all([startStroma(), launchChromium()]);
  // A passkey belongs to a name, not to a number.
  stroma = { ...stroma, url: stroma.url.replace('127.0.0.1', 'localhost') };
});
afterAll(async () => {
  await browser.close();
  await stroma.stop();
});

const areas = (page: Page) => page.getByRole('navigation', { name: 'Areas' });

async function enterPassword(page: Page): Promise<void> {
  await page.goto('/sign-in?to=/account');
  await page.getByLabel('E-mail address').fill(administrator.email);
  await page.getByLabel('Password').fill(administrator.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Account of|Account:/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

async function virtualAuthenticator(context: BrowserContext, page: Page): Promise<void> {
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

describe('where a second factor is required', () => {
  it('the first sign-in sets one up and goes on', async () => {
    const own = await startStroma(administrator.password, { STROMA_REQUIRE_MFA: 'administrators' });
    const { page, context, complaints } = await openPage(browser, own.url, { scheme: 'light', width: 390 });
    await enterPassword(page);
    await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    await page.getByAltText('QR code for the authenticator app').waitFor();
    await picture(page, 'required-second-factor-light-narrow');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goto('/data');
    await page.getByAltText('QR code for the authenticator app').waitFor();
    const secret = ((await page.locator('code').first().textContent()) ?? '').replace(/\s/g, '');
    await page.getByLabel('Code the app shows').fill(codeNow(secret));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByLabel('I have kept them safe').check();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'Data', exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
    await own.stop();
  });
});

describe('a person in the browser', () => {
  it('is invited by an administrator, whose outbox holds the link, and comes in with a password of their own', async () => {
    const { page, context, complaints } = await openPage(browser, stroma.url, {
      scheme: 'light',
      width: 1280,
    });
    const made = await page.request.post('/api/v1/auth/login', { data: administrator });
    const { token } = (await made.json()) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    const data = { email: 'grace@lab.example', role: 'scientist' };
    expect((await page.request.post('/api/v1/access/invitations', { data, headers })).status()).toBe(201);
    const outbox = (await (await page.request.get('/api/v1/mail/outbox', { headers })).json()) as {
      items: { text: string }[];
    };
    await context.clearCookies();
    const link = /https?:\S+#\S+/.exec(outbox.items[0]?.text ?? '')?.[0] ?? '';
    await page.goto(link);
    await page.getByText('invites grace@lab.example').waitFor();
    expect(page.url()).not.toContain('#');
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'invitation-light-wide');
    await page.getByLabel('Name').fill('Grace');
    await page.getByLabel('New password', { exact: true }).fill('password123456');
    await page.getByLabel('New password again').fill('password123456');
    await page.getByRole('button', { name: 'Accept and sign in' }).click();
    await page.getByText('common or easily guessed').waitFor();
    await page.getByLabel('New password', { exact: true }).fill('nine lanterns over harbour');
    await page.getByLabel('New password again').fill('nine lanterns over harbour');
    await page.getByRole('button', { name: 'Accept and sign in' }).click();
    await areas(page).waitFor();
    await page.goto('/account');
    await page.getByText(/^Scientist: may/).waitFor();
    expect(complaints.filter((each) => !each.includes('400'))).toEqual([]);
    await context.close();
  });

  it('adds an authenticator app, then a passkey, and signs in with each, and with a recovery code', async () => {
    const { page, context, complaints } = await openPage(browser, stroma.url, {
      scheme: 'light',
      width: 1280,
    });
    await virtualAuthenticator(context, page);
    await enterPassword(page);
    await page.getByRole('heading', { name: 'Account', exact: true }).waitFor();
    await page.getByText('No second factor yet').waitFor();
    await picture(page, 'account-empty-light-wide');

    await page.getByRole('button', { name: 'Add an authenticator app' }).click();
    await page.getByAltText('QR code for the authenticator app').waitFor();
    const secret = ((await page.locator('code').first().textContent()) ?? '').replace(/\s/g, '');
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    await picture(page, 'account-totp-light-wide');
    await page.getByLabel('Code the app shows').fill(codeNow(secret, -1));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('Keep these where you find them').waitFor();
    const codes = await page.getByRole('dialog').locator('ol li').allTextContents();
    expect(codes).toHaveLength(10);
    await picture(page, 'account-recovery-codes-light-wide');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    expect((await download).suggestedFilename()).toBe('stroma-recovery-codes.txt');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('10 recovery codes are left.').waitFor();

    await signOut(page);
    await enterPassword(page);
    await page.getByRole('heading', { name: 'Second factor' }).waitFor();
    await picture(page, 'sign-in-second-factor-light-wide');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel('Code', { exact: true }).fill(codeNow(secret));
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await areas(page).waitFor();

    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('Name of the passkey').fill('Laptop');
    await page.getByRole('dialog').getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('The passkey is added').waitFor();
    await page.getByText('Laptop').waitFor();
    await picture(page, 'account-full-light-wide');
    expect(await accessibilityFaults(page)).toEqual([]);

    await signOut(page);
    await page.goto('/sign-in?to=/account');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await areas(page).waitFor();
    await page.getByText('Second factor', { exact: true }).first().waitFor();

    await signOut(page);
    await enterPassword(page);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('9 recovery codes are left.').waitFor();

    const narrow = { width: 390, height: 844 };
    await page.setViewportSize(narrow);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
    await picture(page, 'account-full-dark-narrow');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('is told the same of a forgotten password for any address', async () => {
    const { page, context, complaints } = await openPage(browser, stroma.url, { scheme: 'dark', width: 390 });
    await page.goto('/sign-in');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await picture(page, 'sign-in-dark-narrow');
    await page.getByRole('link', { name: 'Forgotten your password?' }).click();
    await page.getByRole('heading', { name: 'Forgotten password' }).waitFor();
    await page.getByLabel('E-mail address').fill('nobody@example.org');
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByText('Look into your mail').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, 'forgot-password-dark-narrow');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
