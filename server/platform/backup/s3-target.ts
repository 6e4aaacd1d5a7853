import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { StromaError } from '@stroma/kernel';
import type { Config } from '../config/config.ts';
import { fail } from '../failure.ts';
import { type BackupTarget, isBackupName, type StoredBackup } from './backup-target.ts';

type S3Config = Pick<
  Config,
  'STROMA_S3_ENDPOINT' | 'STROMA_S3_REGION' | 'STROMA_S3_ACCESS_KEY' | 'STROMA_S3_SECRET_KEY'
>;

/** Parts of 64 MB: at most 10,000 of them hold 640 GB. */
const partBytes = 64 * 1024 * 1024;

export function s3Target(bucket: string, prefix: string, config: S3Config): BackupTarget {
  const address = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
  const client = new S3Client({
    region: config.STROMA_S3_REGION,
    ...(config.STROMA_S3_ACCESS_KEY !== undefined && config.STROMA_S3_SECRET_KEY !== undefined
      ? {
          credentials: {
            accessKeyId: config.STROMA_S3_ACCESS_KEY,
            secretAccessKey: config.STROMA_S3_SECRET_KEY,
          },
        }
      : {}),
    ...(config.STROMA_S3_ENDPOINT === undefined
      ? {}
      : {
          endpoint: config.STROMA_S3_ENDPOINT,
          forcePathStyle: true,
          requestChecksumCalculation: 'WHEN_REQUIRED' as const,
          responseChecksumValidation: 'WHEN_REQUIRED' as const,
        }),
  });
  const keyOf = (name: string) => (prefix === '' ? name : `${prefix}/${name}`);
  const reach = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      return unavailable(error, address);
    }
  };

  return {
    address,

    async write(name, content, signal) {
      let bytes = 0;
      async function* counted(): AsyncGenerator<Uint8Array> {
        for await (const piece of content as AsyncIterable<Uint8Array>) {
          signal?.throwIfAborted();
          bytes += piece.byteLength;
          yield piece;
        }
      }
      const upload = new Upload({
        client,
        params: { Bucket: bucket, Key: keyOf(name), Body: Readable.from(counted(), { objectMode: false }) },
        partSize: partBytes,
        queueSize: 1,
      });
      return await reach(async () => {
        await upload.done();
        return { name, bytes };
      });
    },

    async list() {
      return await reach(async () => {
        const found: StoredBackup[] = [];
        const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: keyOf('') });
        for await (const { Contents = [] } of pages)
          for (const { Key = '', Size = 0 } of Contents) {
            const name = Key.slice(keyOf('').length);
            if (isBackupName(name)) found.push({ name, bytes: Size });
          }
        return found.sort((a, b) => (a.name < b.name ? -1 : 1));
      });
    },

    async open(name) {
      const Key = keyOf(name);
      const { ContentLength = 0 } = await client
        .send(new HeadObjectCommand({ Bucket: bucket, Key }))
        .catch((error) =>
          error?.$metadata?.httpStatusCode === 404
            ? fail('NOT_FOUND', `There is no backup ${address}/${name}.`, { name }, error)
            : unavailable(error, address),
        );
      return {
        bytes: ContentLength,
        read: (from, to) =>
          reach(async () => {
            const Range = `bytes=${from}-${Math.max(from, to - 1)}`;
            const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key, Range }));
            return Body as Readable;
          }),
      };
    },

    async remove(name) {
      await reach(() => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(name) })));
    },
  };
}

function unavailable(error: unknown, address: string): never {
  if (error instanceof StromaError) throw error;
  const { name = 'Error', $metadata } = error as { name?: string; $metadata?: unknown };
  if ($metadata === undefined && !/Time|Network|ECONN|ENOTFOUND/i.test(`${name}${(error as Error).message}`))
    throw error;
  return fail(
    'STORAGE_UNAVAILABLE',
    `${address} did not do what it was asked for (${name}). Check that the bucket exists, and STROMA_S3_ENDPOINT and the keys.`,
    { reason: name },
    error,
  );
}
