import { apiPrefix, type Dashboard, type Dataset, type ErrorAnswer } from '@stroma/contracts';
import { type DataServer, type Person, startDataServer } from '../data/data-server.suite.ts';
import { openMailServer } from '../platform/mail/mail-server.suite.ts';
import { systemContext } from '../platform/system-actor.ts';
import { dosesFile, makeDosesBoard, openReceiver } from './watch-rooms.suite.ts';

export let server: DataServer;
export let admin: Person;
export let scientist: Person;
export let doses: Dataset;
export let board: Dashboard;
export let mail: Awaited<ReturnType<typeof openMailServer>>;
export let receiver: Awaited<ReturnType<typeof openReceiver>>;

export async function begin(): Promise<void> {
  [mail, receiver] = await Promise.all([openMailServer(), openReceiver()]);
  server = await startDataServer({ STROMA_SMTP_URL: mail.url, STROMA_OUTGOING_PRIVATE: '127.0.0.1' });
  admin = server.admin;
  scientist = await server.colleague('senior_scientist');
  doses = await admin.dataset('doses.csv', dosesFile);
  board = await makeDosesBoard(admin, doses);
}
export async function end(): Promise<void> {
  await server.close();
  await Promise.all([mail.close(), receiver.close()]);
}

export const at = (path: string, id = board.dashboard_id) => `/dashboards/${id}${path}`;
export const errorOf = ({ body }: { body: unknown }) => (body as ErrorAnswer).error;

/** As anybody without an account. */
export async function anybody<T>(path: string, body: unknown): Promise<{ status: number; body: T }> {
  const answer = await fetch(`${server.url}${apiPrefix}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as T };
}

export async function file(person: Person, order: object, id = board.dashboard_id) {
  const answer = await person.fetch('POST', at('/export', id), JSON.stringify(order), {
    'content-type': 'application/json',
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 200) throw new Error(bytes.toString('utf8'));
  return { bytes, text: bytes.toString('utf8'), headers: answer.headers };
}

/** The newest events on record of an action. */
export async function recorded(
  action: string,
): Promise<
  { details: Record<string, unknown> | null; actor: { id: string }; object: { id: string } | null }[]
> {
  return (await admin.call<{ items: never[] }>('GET', `/audit/events?action=${action}`)).body.items;
}

export async function until<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    await new Promise((next) => setTimeout(next, 25));
  }
}

export const systemOf = () => systemContext(server.platform.log);
