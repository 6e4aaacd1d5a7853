import type { english } from '../en/index.ts';
import type { laterEnglish } from '../en/later.ts';
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
import common from './common.json';
import compliance from './compliance.json';
import connections from './connections.json';
import dashboards from './dashboards.json';
import data from './data.json';
import dataset from './dataset.json';
import emergency from './emergency.json';
import features from './features.json';
import governance from './governance.json';
import home from './home.json';
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
import signIn from './sign-in.json';
import signatures from './signatures.json';
import singleSignOn from './single-sign-on.json';
import streams from './streams.json';
import system from './system.json';

type English = typeof english & typeof laterEnglish;
type Texts = { [Namespace in keyof English]: { [Key in keyof English[Namespace]]: string } };

export const german: Texts = {
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
  models,
  monitoring,
  challenges,
  organisations,
  privacy,
  admin,
  common,
  home,
  data,
  dashboards,
  dataset,
  ask,
  backups,
  compliance,
  projects,
  retention,
  jobs,
  leaving,
  api,
  settings,
  signIn,
  audit,
  signatures,
  security,
  streams,
  system,
};
