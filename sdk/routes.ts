import type { api, Endpoint } from '@stroma/contracts';

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
  identity: {
    login: 'POST /auth/login',
    logout: 'POST /auth/logout',
    session: 'GET /auth/session',
    changePassword: 'POST /auth/change-password',
  },
  datasets: {
    upload: 'POST /data/upload',
    createUpload: 'POST /data/uploads',
    listUploads: 'GET /data/uploads',
    getUpload: 'GET /data/uploads/:id',
    downloadUpload: 'GET /data/uploads/:id/file',
    readUpload: 'POST /data/uploads/:id/read',
    removeUpload: 'DELETE /data/uploads/:id',
    list: 'GET /data/datasets',
    get: 'GET /data/datasets/:id',
    update: 'PATCH /data/datasets/:id',
    remove: 'DELETE /data/datasets/:id',
    restore: 'POST /data/datasets/:id/restore',
    versions: 'GET /data/datasets/:id/versions',
    decisions: 'GET /data/datasets/:id/decisions',
    preview: 'GET /data/datasets/:id/preview',
    rejects: 'GET /data/datasets/:id/rejects',
    reingest: 'POST /data/datasets/:id/reingest',
    download: 'GET /data/datasets/:id/download',
    profile: 'GET /data/profiles/:id',
    loadSamples: 'POST /data/samples',
  },
  jobs: {
    list: 'GET /data/jobs',
    get: 'GET /data/jobs/:id',
    cancel: 'POST /data/jobs/:id/cancel',
    retry: 'POST /data/jobs/:id/retry',
  },
  queries: {
    natural: 'POST /query/natural',
    sql: 'POST /query/sql',
    validate: 'POST /query/validate',
    suggestions: 'GET /query/suggestions',
    history: 'GET /query/history',
  },
  provenance: { get: 'GET /provenance/:id' },
  streams: { subscribe: 'GET /streams/:topic' },
  system: { information: 'GET /system' },
} as const satisfies Routes;
