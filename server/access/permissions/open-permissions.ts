import type { Database } from '../../platform/db/database.ts';
import type { Audit } from '../audit/audit.ts';
import { Members } from '../members/members.service.ts';
import { type AccessChange, listenForAccessChanges } from './access-changes.ts';
import { Entitlements } from './entitlements.ts';
import { Explanations } from './explanations.service.ts';
import { Projects } from './projects.service.ts';
import { Purposes } from './purposes.service.ts';
import { Resources } from './resources.service.ts';
import { Roles } from './roles.service.ts';

export interface Permissions {
  readonly entitlements: Entitlements;
  readonly roles: Roles;
  readonly members: Members;
  readonly projects: Projects;
  readonly purposes: Purposes;
  readonly resources: Resources;
  readonly explanations: Explanations;
  close(): Promise<void>;
}

/** Who may do what: see `docs/permissions.md`. */
export async function openPermissions(
  db: Database,
  audit: Audit,
  onChange: (change: AccessChange | null) => void,
): Promise<Permissions> {
  const entitlements = new Entitlements(db);
  const parts = { db, audit, entitlements };
  const resources = new Resources(parts);
  const stop = await listenForAccessChanges(db, (change) => {
    entitlements.forget(change);
    resources.forget(change);
    onChange(change);
  });
  return {
    entitlements,
    resources,
    roles: new Roles(parts),
    members: new Members(parts),
    projects: new Projects({ ...parts, resources }),
    purposes: new Purposes(parts),
    explanations: new Explanations({ ...parts, resources }),
    close: stop,
  };
}
