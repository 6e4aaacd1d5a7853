import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { StromaError } from '@stroma/kernel';
import { fail } from '../failure.ts';
import { isMissing, knownContent, storage, writeDurably } from './durable-files.ts';
import { openLocalCopies } from './local-copies.ts';
import { checkPrefix, keySegments } from './object-keys.ts';
import type { ByteRange, Content, ObjectStore, StoredObject } from './object-store.ts';

const megabyte = 1024 * 1024;
/** S3 takes at most 10,000 parts. */
const mostParts = 9000;

export interface S3Settings {
  bucket: string;
  region: string;
  /** Absent means AWS. */
  endpoint: string | undefined;
  accessKey: string | undefined;
  secretKey: string | undefined;
  /** Folder for local copies. */
  cacheFolder: string;
  /** What the copies may take, those of the last hour aside. Default 20 GB. */
  cacheBytes?: number;
  /** Until a connection that sends nothing is given up. */
  idleTimeoutMs?: number;
  attempts?: number;
  /** Parts of large objects; larger where there would be too many. Default 16 MB. */
  partBytes?: number;
}

/**
 * Objects in one bucket of S3 or a server that speaks its protocol. An object carries its SHA-256 as metadata, so it
 * is spooled to local disk for its hash before it is sent; what is read for an engine is kept as a local copy. Parts
 * of uploads that a killed process left are for the bucket's own rule (AbortIncompleteMultipartUpload).
 */
export async function openS3Store(settings: S3Settings): Promise<ObjectStore> {
  const { bucket, cacheFolder, cacheBytes = 20 * 1024 * megabyte, partBytes = 16 * megabyte } = settings;
  const client = openClient(settings);
  const copies = await openLocalCopies(cacheFolder, cacheBytes);
  const missing = (key: string): never => fail('NOT_FOUND', `There is no object "${key}".`, { key });

  /** Null for what is not there; everything else that goes wrong is STORAGE_UNAVAILABLE. */
  async function reach<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (isAbsent(error)) return null;
      return unavailable(error, bucket);
    }
  }

  async function send(key: string, file: string, { bytes, sha256 }: Content): Promise<StoredObject> {
    const upload = new Upload({
      client,
      params: {
        Bucket: bucket,
        Key: key,
        Body: bytes === 0 ? Buffer.alloc(0) : createReadStream(file, { highWaterMark: megabyte }),
        ContentType: 'application/octet-stream',
        Metadata: { 'stroma-sha256': sha256 },
      },
      partSize: Math.max(partBytes, Math.ceil(bytes / mostParts)),
      queueSize: 3,
    });
    if ((await reach(() => upload.done())) === null) unavailable(new Error('NoSuchBucket'), bucket);
    return { key, bytes, sha256 };
  }

  async function find(key: string): Promise<StoredObject | null> {
    const head = await reach(() => client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })));
    if (head === null) return null;
    const sha256 = head.Metadata?.['stroma-sha256'];
    const bytes = head.ContentLength ?? 0;
    return sha256 === undefined ? { key, ...(await hashRemote(key)) } : { key, bytes, sha256 };
  }

  async function open(key: string, range?: ByteRange): Promise<Readable> {
    if (range !== undefined && range.to <= range.from) return Readable.from([]);
    const part = range === undefined ? {} : { Range: `bytes=${range.from}-${range.to - 1}` };
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...part });
    const answer = await reach(() => client.send(command));
    return answer?.Body instanceof Readable ? answer.Body : missing(key);
  }

  /** Of an object that another program put into the bucket. */
  async function hashRemote(key: string): Promise<Content> {
    const file = copies.temporaryPath();
    const content = await writeDurably(file, await open(key));
    await copies.adopt(content, file);
    return content;
  }

  return {
    kind: 's3',
    encrypted: false,

    async put(key, source) {
      keySegments(key);
      const file = copies.temporaryPath();
      const content = await writeDurably(file, source);
      try {
        const stored = await send(key, file, content);
        await copies.adopt(content, file);
        return stored;
      } finally {
        await rm(file, { force: true });
      }
    },

    async putFile(key, path, known) {
      keySegments(key);
      const content = await storage(async () => {
        try {
          return await knownContent(path, known);
        } catch (error) {
          if (!isMissing(error)) throw error;
          return fail('NOT_FOUND', `There is no file to store as "${key}"; it may have been stored before.`, {
            key,
          });
        }
      });
      const stored = await send(key, path, content);
      await storage(() => rm(path, { force: true }));
      return stored;
    },

    async get(key, range) {
      keySegments(key);
      return await open(key, range);
    },

    async localPath(key) {
      keySegments(key);
      const stored = (await find(key)) ?? missing(key);
      return await copies.path(stored, () => open(key));
    },

    async stat(key) {
      keySegments(key);
      return await find(key);
    },

    async delete(key) {
      keySegments(key);
      await reach(() => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })));
    },

    async *list(prefix) {
      checkPrefix(prefix);
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
      try {
        for await (const page of pages)
          for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
      } catch (error) {
        unavailable(error, bucket);
      }
    },

    async ping() {
      if ((await reach(() => client.send(new HeadBucketCommand({ Bucket: bucket })))) === null)
        unavailable(new Error('NoSuchBucket'), bucket);
    },
  };
}

function openClient({
  region,
  endpoint,
  accessKey,
  secretKey,
  idleTimeoutMs = 30_000,
  attempts = 4,
}: S3Settings) {
  return new S3Client({
    region,
    maxAttempts: attempts,
    requestHandler: {
      connectionTimeout: 5000,
      socketTimeout: idleTimeoutMs,
      requestTimeout: 20 * idleTimeoutMs,
      throwOnRequestTimeout: true,
    },
    ...(accessKey !== undefined && secretKey !== undefined
      ? { credentials: { accessKeyId: accessKey, secretAccessKey: secretKey } }
      : {}),
    // Other servers often know neither buckets as host names nor the newer checksums.
    ...(endpoint === undefined
      ? {}
      : {
          endpoint,
          forcePathStyle: true,
          requestChecksumCalculation: 'WHEN_REQUIRED' as const,
          responseChecksumValidation: 'WHEN_REQUIRED' as const,
        }),
  });
}

function isAbsent(error: unknown): boolean {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return name !== 'NoSuchBucket' && $metadata?.httpStatusCode === 404;
}

function unavailable(error: unknown, bucket: string): never {
  if (error instanceof StromaError) throw error;
  const { name = 'Error', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  const advice =
    status === 403 || status === 401
      ? 'It does not accept the key, or the key may not do this; check STROMA_S3_ACCESS_KEY and the rights on the bucket.'
      : 'Check that it runs, that STROMA_S3_ENDPOINT leads to it and that the bucket exists.';
  return fail(
    'STORAGE_UNAVAILABLE',
    `The object store did not do what it was asked for (${name}). ${advice}`,
    { bucket, reason: name, ...(status === undefined ? {} : { status }) },
    error,
  );
}
