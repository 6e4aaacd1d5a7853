import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { english } from '../locales/en/index.ts';

export const languages = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof languages;

const key = 'stroma.language';

/** The language chosen before, or the browser's first that we have. */
export function preferredLanguage(): Language {
  const wished = [localStorage.getItem(key), ...navigator.languages];
  const found = wished.flatMap((tag) => (tag === null ? [] : [tag.split('-')[0]]));
  return (found.find((tag) => tag !== undefined && tag in languages) as Language | undefined) ?? 'en';
}

/** English comes with the first load; another language is fetched when it is chosen. */
export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: english },
    defaultNS: 'common',
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0]);
  await speak(preferredLanguage());
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(key, language);
  await speak(language);
}

/** Hands on a page's code once its texts are there too. */
export async function withTexts<Page>(page: Promise<Page>): Promise<Page> {
  if (!i18next.hasResourceBundle('en', 'dataset')) {
    const { laterEnglish } = await import('../locales/en/later.ts');
    for (const [namespace, texts] of Object.entries(laterEnglish))
      i18next.addResourceBundle('en', namespace, texts);
  }
  return page;
}

async function speak(language: Language): Promise<void> {
  if (language === 'de' && !i18next.hasResourceBundle('de', 'common')) {
    const { german } = await import('../locales/de/index.ts');
    for (const [namespace, texts] of Object.entries(german))
      i18next.addResourceBundle('de', namespace, texts);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = i18next.dir(language);
}
