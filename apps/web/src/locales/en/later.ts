import access from './access.json';
import account from './account.json';
import admin from './admin.json';
import anonymise from './anonymise.json';
import api from './api.json';
import apiKeys from './api-keys.json';
import ask from './ask.json';
import audit from './audit.json';
import backups from './backups.json';
import challenges from './challenges.json';
import compliance from './compliance.json';
import connections from './connections.json';
import dashboards from './dashboards.json';
import dataset from './dataset.json';
import emergency from './emergency.json';
import features from './features.json';
import governance from './governance.json';
import insights from './insights.json';
import jobs from './jobs.json';
import leaving from './leaving.json';
import models from './models.json';
import monitoring from './monitoring.json';
import organisations from './organisations.json';
import privacy from './privacy.json';
import projects from './projects.json';
import retention from './retention.json';
import security from './security.json';
import settings from './settings.json';
import signatures from './signatures.json';
import singleSignOn from './single-sign-on.json';
import streams from './streams.json';
import system from './system.json';

export const laterEnglish = {
  leaving,
  connections,
  emergency,
  features,
  governance,
  insights,
  apiKeys,
  singleSignOn,
  access,
  account,
  anonymise,
  admin,
  dashboards,
  dataset,
  ask,
  backups,
  compliance,
  models,
  monitoring,
  challenges,
  organisations,
  privacy,
  projects,
  retention,
  jobs,
  api,
  settings,
  audit,
  signatures,
  security,
  streams,
  system,
};
