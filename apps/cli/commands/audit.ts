import { readFile } from 'node:fs/promises';
import type { AuditVerification } from '@stroma/contracts';
import { checkAuditExport, type ExportCheck } from '../audit-export.ts';
import type { CommandRun, RunningCommand } from '../commands.ts';
import { requireServer } from '../connection.ts';
import { exitStatus, UsageError } from '../failure.ts';
import { operate } from '../operate.ts';
import { type Output, printable } from '../output.ts';
import { untilDone } from '../remote/remote-jobs.ts';

type Verified = AuditVerification & { tenant_id?: string };

/** `{ intact, organisations: [...] }`, or what an export says of itself. Exit status 1 when it is not intact. */
export const audit: CommandRun = async (running) => {
  const { invocation, output } = running;
  const [verb, file] = invocation.words;
  if (verb === 'anchor' && file === undefined) {
    const kept = await operate('anchor-audit', {}, running);
    await output.result(kept, () => `Checkpoint of seal ${kept.number}, ${kept.sha256}, kept outside.`);
    return exitStatus.ok;
  }
  if (verb !== 'verify')
    throw new UsageError(
      `Expected "stroma audit verify" or "stroma audit anchor", given "${verb}".`,
      'audit',
    );
  if (file !== undefined) return verifyExport(running, file);
  const organisations =
    invocation.text('server') === null
      ? ((await operate('verify-audit', {}, running)).organisations as Verified[])
      : [await verifyOnServer(running)];
  const intact = organisations.every((each) => each.intact);
  await output.result(
    { intact, organisations },
    () => organisations.map((each) => view(each, output)).join('\n\n') || 'Nothing is on record yet.',
  );
  return intact ? exitStatus.ok : exitStatus.failed;
};

async function verifyOnServer(running: RunningCommand): Promise<Verified> {
  const { client } = await requireServer(running);
  const { job_id } = await client.audit.verify({ signal: running.signal });
  return (await untilDone({ client }, job_id, running)).result as unknown as Verified;
}

async function verifyExport({ invocation, output }: RunningCommand, file: string): Promise<number> {
  const keyFile = invocation.text('key');
  const key = keyFile === null ? null : await readFile(keyFile, 'utf8');
  const checked = checkAuditExport(await readFile(file), key);
  await output.result(checked, () => exportView(checked, output));
  return checked.intact ? exitStatus.ok : exitStatus.failed;
}

function view(result: Verified, { tint }: Output): string {
  const name = result.tenant_id === undefined ? '' : `${printable(result.tenant_id)}: `;
  const seal =
    result.last_seal === null
      ? ''
      : `, sealed last ${result.last_seal.time} (seal ${result.last_seal.number})`;
  const facts = `${result.events} events${seal}, held against ${result.checkpoints} checkpoints, ${(result.duration_ms / 1000).toFixed(1)} s`;
  if (result.intact) return `${name}${tint('green', 'intact')}. ${facts}.`;
  const listed = result.findings.map(({ explanation }) => `  ${tint('red', '✗')} ${printable(explanation)}`);
  const more = result.finding_count - result.findings.length;
  return [
    `${name}${tint('red', `${result.finding_count} findings`)}. ${facts}.`,
    ...listed,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

function exportView(checked: ExportCheck, { tint }: Output): string {
  const { intact, problems, events, key_id, trusted_key } = checked;
  const warning = trusted_key
    ? ''
    : '\nThe key came with the export itself: give --key with the one you trust to know who signed it.';
  return intact
    ? `${tint('green', 'Intact')}: ${events} events, signed with key ${key_id}.${warning}`
    : [tint('red', 'Altered'), ...problems.map((each) => `  ${tint('red', '✗')} ${printable(each)}`)].join(
        '\n',
      );
}
