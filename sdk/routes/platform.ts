export const platformRoutes = {
  backups: {
    list: 'GET /backups',
    plan: 'GET /backups/plan',
    make: 'POST /backups',
    verify: 'POST /backups/:id/verify',
  },
  encryption: { state: 'GET /encryption', rotate: 'POST /encryption/rotate' },
  jobs: {
    list: 'GET /data/jobs',
    get: 'GET /data/jobs/:id',
    cancel: 'POST /data/jobs/:id/cancel',
    retry: 'POST /data/jobs/:id/retry',
  },
  provenance: { get: 'GET /provenance/:id' },
  system: {
    information: 'GET /system',
    state: 'GET /system/state',
    history: 'GET /system/history',
    errors: 'GET /system/errors',
    error: 'GET /system/errors/:id',
    errorSeen: 'POST /system/errors/:id/seen',
  },
} as const;
