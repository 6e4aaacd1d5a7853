import 'i18next';
import type { english } from './en/index.ts';
import type { laterEnglish } from './en/later.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof english & typeof laterEnglish;
  }
}
