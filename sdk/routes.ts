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
  audit: {
    report: 'POST /audit',
    events: 'GET /audit/events',
    event: 'GET /audit/events/:id',
    export: 'GET /audit/export',
    state: 'GET /audit/state',
    verify: 'POST /audit/verify',
    checkpoints: 'GET /audit/checkpoints',
    anchor: 'POST /audit/checkpoints',
  },
  identity: {
    signInOptions: 'GET /auth/options',
    login: 'POST /auth/login',
    logout: 'POST /auth/logout',
    refresh: 'POST /auth/refresh',
    session: 'GET /auth/session',
    reauthenticate: 'POST /auth/reauthenticate',
    updateProfile: 'PATCH /auth/profile',
    changePassword: 'POST /auth/change-password',
    forgotPassword: 'POST /auth/forgot-password',
    resetPassword: 'POST /auth/reset-password',
    signUp: 'POST /auth/sign-up',
    verifyEmail: 'POST /auth/verify-email',
    readInvitation: 'POST /auth/invitations/read',
    acceptInvitation: 'POST /auth/invitations/accept',
    jwks: 'GET /auth/jwks',
  },
  secondFactors: {
    list: 'GET /auth/mfa',
    setUp: 'POST /auth/mfa/setup',
    confirm: 'POST /auth/mfa/confirm',
    remove: 'DELETE /auth/mfa/:id',
    renewRecoveryCodes: 'POST /auth/mfa/recovery-codes',
    sendCode: 'POST /auth/mfa/send',
    verify: 'POST /auth/mfa/verify',
    recover: 'POST /auth/mfa/recovery',
  },
  passkeys: {
    list: 'GET /auth/passkeys',
    registrationOptions: 'POST /auth/passkeys/registration-options',
    register: 'POST /auth/passkeys',
    rename: 'PATCH /auth/passkeys/:id',
    remove: 'DELETE /auth/passkeys/:id',
    signInOptions: 'POST /auth/passkeys/sign-in-options',
    signIn: 'POST /auth/passkeys/sign-in',
  },
  sessions: {
    list: 'GET /auth/sessions',
    end: 'DELETE /auth/sessions/:id',
    endOthers: 'DELETE /auth/sessions',
  },
  mail: { outbox: 'GET /mail/outbox' },
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
  datasetAccess: {
    get: 'GET /data/datasets/:id/access',
    set: 'PUT /data/datasets/:id/access',
    try: 'POST /data/datasets/:id/access/try',
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
  apiKeys: {
    list: 'GET /auth/api-keys',
    create: 'POST /auth/api-keys',
    get: 'GET /auth/api-keys/:id',
    update: 'PATCH /auth/api-keys/:id',
    rotate: 'POST /auth/api-keys/:id/rotate',
    revoke: 'DELETE /auth/api-keys/:id',
    listAll: 'GET /admin/api-keys',
    revokeAny: 'DELETE /admin/api-keys/:id',
  },
  singleSignOn: {
    methods: 'GET /auth/single-sign-on',
    start: 'GET /auth/single-sign-on/:id/start',
    callback: 'GET /auth/single-sign-on/:id/callback',
    assertion: 'POST /auth/single-sign-on/:id/assertion',
    finish: 'GET /auth/single-sign-on/:id/finish',
    metadata: 'GET /auth/single-sign-on/:id/metadata',
    listConnections: 'GET /admin/single-sign-on/connections',
    createConnection: 'POST /admin/single-sign-on/connections',
    getConnection: 'GET /admin/single-sign-on/connections/:id',
    updateConnection: 'PATCH /admin/single-sign-on/connections/:id',
    removeConnection: 'DELETE /admin/single-sign-on/connections/:id',
    testConnection: 'POST /admin/single-sign-on/connections/:id/test',
    listDirectories: 'GET /admin/single-sign-on/directories',
    createDirectory: 'POST /admin/single-sign-on/directories',
    updateDirectory: 'PATCH /admin/single-sign-on/directories/:id',
    renewDirectoryToken: 'POST /admin/single-sign-on/directories/:id/token',
    removeDirectory: 'DELETE /admin/single-sign-on/directories/:id',
  },
} as const satisfies Routes;
