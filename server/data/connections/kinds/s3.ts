import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SettingsOf, SourceSecrets } from '@stroma/contracts';
import { StromaError } from '@stroma/kernel';
import { folderSource, type RemoteFile } from './file-folder.ts';
import { type About, reachFailure, sourceError } from './source-failures.ts';
import { type Means, mostTables, type OpenSource } from './source-kind.ts';

type Settings = SettingsOf<'s3'>;

/** Files below a prefix of a bucket. Every request goes out by the guard, those the SDK makes too. */
export async function openS3(settings: Settings, secrets: SourceSecrets, means: Means): Promise<OpenSource> {
  const { GetObjectCommand, ListObjectsV2Command, paginateListObjectsV2 } = await import(
    '@aws-sdk/client-s3'
  );
  const { bucket, prefix, endpoint, region } = settings;
  const where = `${endpoint === undefined ? `AWS ${region}` : new URL(endpoint).host}`;
  const about: About = { where, user: settings.access_key ?? '', database: bucket };
  const client = await clientOf(settings, secrets, means);
  const reached = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      means.signal.throwIfAborted();
      throw failureOf(error, about);
    }
  };
  const keyOf = (name: string) => `${prefix}${name}`;
  await reached(() => client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 })));
  const source = folderSource(
    {
      server: `S3 ${where}`,
      encrypted: endpoint === undefined || endpoint.startsWith('https:'),
      about,
      list: () =>
        reached(async () => {
          const found: RemoteFile[] = [];
          for await (const { Contents = [] } of paginateListObjectsV2(
            { client },
            { Bucket: bucket, Prefix: prefix },
          )) {
            for (const { Key = '', Size = 0, ETag, LastModified } of Contents)
              if (!Key.endsWith('/'))
                found.push({
                  name: Key.slice(prefix.length),
                  bytes: Size,
                  tag: ETag === undefined ? null : `${ETag} ${Size} ${LastModified?.toISOString() ?? ''}`,
                });
            if (found.length >= mostTables) break;
          }
          return found.slice(0, mostTables);
        }),
      open: (name) =>
        reached(async () => {
          const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(name) }));
          return { content: Body as Readable, tag: null };
        }),
    },
    means,
  );
  return {
    ...source,
    close: async () => client.destroy(),
  };
}

async function clientOf(
  { region, endpoint, access_key }: Settings,
  { secret_key }: SourceSecrets,
  means: Means,
): Promise<S3Client> {
  if (access_key !== undefined && secret_key === undefined)
    throw new StromaError('INVALID_INPUT', 'Expected the secret key that goes with the access key.', {
      field: 'secrets.secret_key',
    });
  const { S3Client: Client } = await import('@aws-sdk/client-s3');
  return new Client({
    region,
    maxAttempts: 2,
    // Never the credentials of the machine Stroma runs on.
    credentials: { accessKeyId: access_key ?? '', secretAccessKey: secret_key ?? '' },
    ...(access_key === undefined ? { signer: { sign: async <T>(request: T) => request } } : {}),
    ...(endpoint === undefined
      ? {}
      : {
          endpoint,
          forcePathStyle: true,
          requestChecksumCalculation: 'WHEN_REQUIRED' as const,
          responseChecksumValidation: 'WHEN_REQUIRED' as const,
        }),
    requestHandler: { handle: (request: SdkRequest) => throughGuard(request, means) },
  });
}

interface SdkRequest {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  method: string;
  headers: Record<string, string>;
  query?: Record<string, string | string[] | null>;
}

async function throughGuard(request: SdkRequest, means: Means) {
  const { protocol, hostname, port, path, method, headers, query = {} } = request;
  const search = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) =>
      each === null ? encode(name) : `${encode(name)}=${encode(each)}`,
    ),
  );
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  const url = `${protocol}//${host}${path}${search.length === 0 ? '' : `?${search.join('&')}`}`;
  const answer = await means.outgoing.fetch(url, {
    method,
    headers,
    redirect: 'manual',
    streamed: true,
    timeoutMs: means.timeoutMs,
    maxBytes: means.config.STROMA_UPLOAD_LIMIT_BYTES,
    signal: means.signal,
  });
  const body = answer.body === null ? Readable.from([]) : Readable.fromWeb(answer.body as ReadableStream);
  return {
    response: { statusCode: answer.status, headers: Object.fromEntries(answer.headers), body },
  };
}

/** As Signature Version 4 writes it. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
function failureOf(error: unknown, about: About): Error {
  const { where, user = '', database = '' } = about;
  const {
    name = '',
    $metadata,
    message = '',
  } = error as {
    name?: string;
    message?: string;
    $metadata?: { httpStatusCode?: number };
  };
  if (name === 'NoSuchBucket')
    return sourceError('SOURCE_DATABASE_MISSING', `${where} has no bucket "${database}".`, error);
  if (name === 'NoSuchKey' || name === 'NotFound')
    return sourceError('SOURCE_TABLE_MISSING', `The bucket "${database}" has no such file.`, error);
  if (
    [
      'InvalidAccessKeyId',
      'SignatureDoesNotMatch',
      'InvalidToken',
      'ExpiredToken',
      'AuthorizationHeaderMalformed',
    ].includes(name)
  )
    return sourceError(
      'SOURCE_CREDENTIALS',
      `${where} does not take the access key "${user}" with this secret key and region.`,
      error,
    );
  if (name === 'AccessDenied' || $metadata?.httpStatusCode === 403)
    return sourceError(
      'SOURCE_PERMISSION',
      `"${user === '' ? 'anybody' : user}" may not list or read "${database}".`,
      error,
    );
  if (name === 'PermanentRedirect')
    return sourceError('SOURCE_DATABASE_MISSING', `The bucket "${database}" is in another region.`, error);
  return (
    reachFailure(error, about) ??
    sourceError('SOURCE_ANSWER', `${where} answered with an error: ${message.slice(0, 200)}.`, error)
  );
}
