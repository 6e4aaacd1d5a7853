import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type OpenIdPeer,
  startOpenIdPeer,
} from '../../../server/access/single-sign-on/openid-provider.suite.ts';
import { accessibilityFaults, launchChromium, openPage, pageOf, picture, sidewaysScroll } from './browser.ts';
import { administrator, type RunningStroma, startStroma } from './stroma-server.ts';

let stroma: RunningStroma;
let browser: Browser;
let peer: OpenIdPeer;
beforeAll(async () => {
  [stroma, browser, peer] = await Promise.all([
    startStroma(administrator.password, { STROMA_OUTGOING_PRIVATE: '127.0.0.1' }),
    launchChromium(),
    startOpenIdPeer(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await stroma.stop();
  await peer.close();
});

async function signInAt(page: Page, to: string): Promise<void> {
  await page.goto(`/sign-in?to=${to}`);
  await page.getByLabel('E-mail address').fill(administrator.email);
  await page.getByLabel('Password').fill(administrator.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function checked(page: Page, name: string): Promise<void> {
  await picture(page, name);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
}

describe('single sign-on', () => {
  it('is connected by an administrator, tested, and used by somebody who was never here', async () => {
    const { page, complaints } = await pageOf(browser, stroma, { scheme: 'light', width: 1440 });
    await page.goto('/admin/single-sign-on');
    await page.getByText('No provider is connected').waitFor();
    await checked(page, 'single-sign-on-empty-light-wide');
    await page.getByRole('button', { name: 'Connect a provider' }).click();
    await page.getByRole('menuitem', { name: 'OpenID Connect' }).click();
    await page.getByLabel('Name', { exact: true }).fill('University');
    await page.getByLabel('E-mail domains').fill('university.example');
    await page.getByLabel('Issuer').fill(peer.issuer);
    await page.getByLabel('Client ID').fill(peer.clientId);
    await page.getByLabel('Client secret').fill(peer.clientSecret);
    await page.getByLabel('Scopes').fill('openid email profile groups');
    await page.getByRole('button', { name: 'Add a line' }).click();
    await page.getByLabel('Group', { exact: true }).fill('lab');
    await page.getByLabel('Role', { exact: true }).selectOption('scientist');
    await checked(page, 'single-sign-on-form-light-wide');
    const made = page.waitForResponse(
      (response) => response.request().method() === 'POST' && response.url().endsWith('/connections'),
    );
    peer.open(`${stroma.url}/api/v1/auth/single-sign-on/unknown/callback`);
    await page.getByRole('button', { name: 'Save' }).click();
    const { redirect_uri } = (await (await made).json()) as { redirect_uri: string };
    await page.getByText('Nothing stands in the way of signing in.').waitFor();
    await checked(page, 'single-sign-on-test-light-wide');
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('university.example').waitFor();

    peer.open(redirect_uri);
    peer.people['sub-1'] = {
      email: 'ada@university.example',
      email_verified: true,
      name: 'Ada Lovelace',
      groups: ['lab'],
    };
    const visitor = await openPage(browser, stroma.url, { scheme: 'dark', width: 390 });
    await visitor.page.goto('/sign-in?to=/account');
    await visitor.page.getByRole('link', { name: 'Continue with University' }).waitFor();
    await checked(visitor.page, 'single-sign-on-sign-in-dark-narrow');
    await visitor.page.getByRole('link', { name: 'Continue with University' }).click();
    await visitor.page.getByRole('heading', { name: 'API keys' }).waitFor();
    expect(new URL(visitor.page.url()).pathname).toBe('/account');
    await visitor.page.getByText('ada@university.example').first().waitFor();

    peer.next = null;
    const refused = await openPage(browser, stroma.url, { scheme: 'light', width: 390 });
    await refused.page.goto('/sign-in');
    await refused.page.getByRole('button', { name: 'Use single sign-on' }).click();
    await refused.page.getByLabel('E-mail address at work').fill('ada@university.example');
    await refused.page.getByRole('button', { name: 'Continue', exact: true }).click();
    await refused.page.getByText('Single sign-on did not succeed').waitFor();
    await checked(refused.page, 'single-sign-on-refused-light-narrow');
    expect(complaints).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await Promise.all([visitor.context.close(), refused.context.close()]);
  });

  it('lets a directory in, whose token is shown once', async () => {
    const { page, complaints } = await pageOf(browser, stroma, { scheme: 'dark', width: 390 });
    await page.goto('/admin/single-sign-on');
    await page.getByRole('button', { name: 'Let a directory in' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Entra');
    await page.getByLabel('E-mail domains').fill('university.example');
    await page.getByRole('button', { name: 'Save' }).click();
    const token = await page.getByText(/^scim_\w{8}_\w{49}$/).textContent();
    await checked(page, 'directory-token-dark-narrow');
    const pushed = await fetch(`${stroma.url}/scim/v2/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({ userName: 'grace@university.example' }),
    });
    expect(pushed.status).toBe(201);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.reload();
    await page.getByText('1 user · 0 groups').waitFor();
    await checked(page, 'single-sign-on-dark-narrow');
    expect(complaints).toEqual([]);
  });
});

describe('API keys', () => {
  it('are made on the account page, shown once, used, and revoked by an administrator', async () => {
    const { page, context, complaints } = await openPage(browser, stroma.url, {
      scheme: 'light',
      width: 1440,
    });
    await signInAt(page, '/account');
    // What is above the keys has come: a button that moves under the pointer is not clicked.
    await page.getByRole('heading', { name: 'API keys' }).waitFor();
    await expect.poll(() => page.locator('main .skeleton').count()).toBe(0);
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Nightly import');
    await page.getByLabel('datasets:read').check();
    await checked(page, 'api-key-form-light-wide');
    await page.getByRole('button', { name: 'Make a key' }).last().click();
    const secret = (await page.getByText(/^sk_\w{8}_\w{49}$/).textContent()) ?? '';
    const status = async () =>
      (await fetch(`${stroma.url}/api/v1/data/datasets`, { headers: { authorization: `Bearer ${secret}` } }))
        .status;
    expect(await status()).toBe(200);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByText('Nightly import').waitFor();
    expect(await page.content()).not.toContain(secret);
    await page.goto('/admin/api-keys');
    await page.getByText('Nightly import').waitFor();
    await checked(page, 'api-keys-light-wide');
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.locator('tbody').getByText('Revoked', { exact: true }).waitFor();
    expect(await status()).toBe(401);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
