import type { api, Endpoint } from '@stroma/contracts';
import { accessRoutes } from './routes/access.ts';
import { dataRoutes } from './routes/data.ts';
import { modelsRoutes } from './routes/models.ts';
import { platformRoutes } from './routes/platform.ts';
import { privacyRoutes } from './routes/privacy.ts';
import { workspacesRoutes } from './routes/workspaces.ts';

type Api = typeof api;

/** Every call as `METHOD /path`. Literal types of the contract: a missing, extra or wrong line does not compile. */
type Routes = {
  [Group in keyof Api]: {
    [Name in keyof Api[Group]]: Api[Group][Name] extends Endpoint
      ? `${Api[Group][Name]['method']} ${Api[Group][Name]['path']}`
      : never;
  };
};

/**
 * Where each call goes. Kept apart from the contract's schemas, so that a browser bundle carries these few lines
 * and not the schema library.
 */
export const routes = {
  ...platformRoutes,
  ...accessRoutes,
  ...privacyRoutes,
  ...dataRoutes,
  ...modelsRoutes,
  ...workspacesRoutes,
} as const satisfies Routes;
