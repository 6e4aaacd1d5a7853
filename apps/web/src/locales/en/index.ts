import api from './api.json';
import ask from './ask.json';
import common from './common.json';
import data from './data.json';
import dataset from './dataset.json';
import home from './home.json';
import jobs from './jobs.json';
import settings from './settings.json';
import signIn from './sign-in.json';

export const english = { common, home, data, dataset, ask, jobs, api, settings, signIn };
