import type { StreamTopic, UploadStatus } from '@stroma/contracts';
import type { Calls, RawInput } from './calls.ts';
import { routes } from './routes.ts';
import { type SubscribeOptions, type Subscription, subscribe } from './stream.ts';
import { type ClientOptions, createTransport, type Transport } from './transport.ts';
import { type UploadOptions, type UploadSource, uploadFile } from './upload.ts';

export interface Client extends Calls {
  /** Sends a file in chunks that survive a broken connection; resolves when the last byte is safe. */
  uploadFile(source: UploadSource, options?: UploadOptions): Promise<UploadStatus>;
  /** Listens to a topic until closed, coming back after every break with what was missed. */
  subscribe(topic: StreamTopic, options: SubscribeOptions): Subscription;
}

/**
 * The API as functions: `client.datasets.list({ query })`, `client.queries.natural({ body })`. Inputs and answers
 * are typed from the contract's schemas; failures throw `ApiError`; every call takes `signal`.
 */
export function createClient(options: ClientOptions = {}): Client {
  const transport = createTransport(options);
  const calls = Object.fromEntries(
    Object.entries(routes).map(([group, members]) => [
      group,
      Object.fromEntries(Object.entries(members).map(([name, route]) => [name, callOf(transport, route)])),
    ]),
  ) as unknown as Calls;
  return {
    ...calls,
    uploadFile: (source, uploadOptions) => uploadFile(calls.datasets, source, uploadOptions),
    subscribe: (topic, subscribeOptions) => subscribe(transport, topic, subscribeOptions),
  };
}

const fileRoutes: ReadonlySet<string> = new Set([
  routes.datasets.download,
  routes.datasets.downloadUpload,
  routes.dashboardExports.export,
  routes.experiments.artifact,
  routes.predictions.export,
  routes.streams.subscribe,
]);

function callOf(transport: Transport, route: string) {
  const call = async (input: RawInput = {}) => {
    const response = await transport.send(route, input);
    if (fileRoutes.has(route)) return response;
    return response.status === 204 ? undefined : ((await response.json()) as unknown);
  };
  return Object.assign(call, { url: (input: RawInput = {}) => transport.url(route, input) });
}
