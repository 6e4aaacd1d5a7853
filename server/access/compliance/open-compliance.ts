import { readFileSync } from 'node:fs';
import type { Platform } from '../../platform/platform.ts';
import type { OpenAudit } from '../audit/open-audit.ts';
import type { Retention } from '../retention/retention.service.ts';
import type { Signatures } from '../signatures/signatures.service.ts';
import { reportJob } from './compliance.jobs.ts';
import { Compliance, reportObject } from './compliance.service.ts';

const manifest = new URL('../../package.json', import.meta.url);

export function openCompliance(
  platform: Platform,
  audit: OpenAudit,
  signatures: Signatures,
  retention: Pick<Retention, 'facts'>,
): Compliance {
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const compliance = new Compliance({
    platform,
    audit,
    signatures,
    version,
    retention: (tenantId) => retention.facts(tenantId),
  });
  platform.jobs.register(reportJob(compliance));
  signatures.register({ kind: reportObject('').kind, find: (ctx, id) => compliance.signable(ctx, id) });
  return compliance;
}
