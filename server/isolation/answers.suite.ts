import { type ErrorCode, errorAnswer, errorCatalogue } from '@stroma/contracts';
import { expect } from 'vitest';
import { z } from 'zod';
import { canary, password, type Told, type World } from './world.suite.ts';

/** Said when something that is not part of Stroma is missing or fails, as it is in these tests. */
const outside = new Set([
  'OUTGOING_FAILED',
  'SMS_UNAVAILABLE',
  'MAIL_UNAVAILABLE',
  'LLM_UNAVAILABLE',
  'SOURCE_REFUSED',
  'SOURCE_TIMEOUT',
  'SOURCE_ANSWER',
]);

/** Words of the inner works, which no refusal may hold. */
const inner: readonly RegExp[] = [
  /\bat (?:async )?[\w.<>[\] ]+ \(?(?:file|node|\/)/,
  /node_modules|node:internal|\.ts:\d|\.js:\d/,
  /Failed query|violates (?:unique|foreign|check|not-null|row-level)|duplicate key value|invalid input syntax for/,
  /relation "|column "[^"]+" (?:of|does)|SQLSTATE|pg_catalog|stroma_tenant|drizzle|PGlite/i,
  /\b(?:insert into|delete from|update "?\w+"? set|from "?(?:users|sessions|accounts|tenants)"?)\b/i,
  /\$argon2|BEGIN [A-Z ]*PRIVATE KEY|ENOENT|EACCES|ECONNREFUSED/,
  /Cannot (?:read|set) propert|is not a function|is not iterable|undefined is not/,
];

/** A refusal or failure is of the one form, in the catalogue, and tells nothing of how Stroma is built or kept. */
export function expectFitAnswer(world: World, told: Told, place: string, sent = ''): void {
  expectNothingOfTheirs(told, place);
  expectNoSecret(world, told, place);
  if (told.status < 400) return;
  const error = refusalIn(told);
  const { status } = errorCatalogue[error.code as ErrorCode] ?? { status: 0 };
  if (error.code !== foreign) expect(told.status, `${place}: ${error.code}`).toBe(status);
  const logged = told.status >= 500 ? (world.failures.at(-1) ?? '').slice(0, 2500) : '';
  if (!outside.has(error.code))
    expect(told.status, `${place} ${told.text.slice(0, 300)} ${logged}`).toBeLessThan(500);
  // What was sent may come back in a message; the rest is ours.
  const ours = sent === '' ? error.message : error.message.replaceAll(sent, '');
  for (const word of inner) expect(ours, `${place} tells of the inside`).not.toMatch(word);
  expect(told.text.length, `${place} answers a refusal at length`).toBeLessThan(20_000);
}

const foreign = 'FOREIGN';
const mlflowError = z.strictObject({ error_code: z.string().regex(/^[A-Z_]+$/), message: z.string() });
const scimError = z.object({
  schemas: z.tuple([z.literal('urn:ietf:params:scim:api:messages:2.0:Error')]),
  status: z.string(),
  detail: z.string(),
});

/** As the Open Inference Protocol has it. */
const inferenceError = z.strictObject({ error: z.string().min(1) });

/** In our form, in that of RFC 7644, section 3.12, in MLflow's or in that of models. */
function refusalIn(told: Told): { code: string; message: string } {
  const body: unknown = JSON.parse(told.text);
  const asScim = scimError.safeParse(body);
  const asMlflow = mlflowError.safeParse(body);
  if (asMlflow.success) return { code: foreign, message: asMlflow.data.message };
  const asInference = inferenceError.safeParse(body);
  if (asInference.success) return { code: foreign, message: asInference.data.error };
  if (!asScim.success) return errorAnswer.parse(body).error;
  expect(asScim.data.status).toBe(String(told.status));
  return { code: foreign, message: asScim.data.detail };
}

export function expectNothingOfTheirs(told: Told, place: string): void {
  const all = `${JSON.stringify([...told.headers])} ${told.text}`;
  expect(all.includes(canary), `${place} tells of another tenant: ${told.text.slice(0, 300)}`).toBe(false);
}

function expectNoSecret(world: World, told: Told, place: string): void {
  // Settings in force, with their folders, are what that page is for.
  const settings = place.includes('GET /system');
  const folders = settings ? [] : [world.folder, process.cwd()];
  for (const secret of [password, world.other.token ?? canary, ...folders])
    expect(told.text.includes(secret), `${place} tells "${secret}": ${told.text.slice(0, 500)}`).toBe(false);
}
