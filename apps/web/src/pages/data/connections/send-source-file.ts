import { client } from '../../../lib/client.ts';

/** Sends an SQLite file; answers its id. */
export async function sendSourceFile(file: File): Promise<string> {
  const headers = { 'content-type': 'application/octet-stream' };
  const { file_id } = await client.connections.sendFile({ body: file, headers });
  return file_id;
}
